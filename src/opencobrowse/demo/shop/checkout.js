'use strict';

const form = document.querySelector('#checkout');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const missing = [...form.querySelectorAll('input:not([type=checkbox]), select')].find((field) => !field.value);
  const problem = document.querySelector('.problem');
  problem.hidden = !missing;
  if (missing) {
    problem.textContent = `Please fill in “${missing.closest('label').firstChild.textContent.trim()}”.`;
    missing.focus();
    return;
  }
  form.reset();
  Cart.write({});
  history.pushState(null, '', '/checkout.html#thanks');
  showDone();
});

function showDone() {
  const done = location.hash === '#thanks';
  document.querySelector('.thanks').hidden = !done;
  document.querySelector('.checkout').hidden = done;
  document.querySelector('main > h1').hidden = done;
}
addEventListener('popstate', showDone);
showDone();
