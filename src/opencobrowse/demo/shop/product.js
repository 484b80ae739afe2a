'use strict';

const product =
  window.CATALOGUE.find((p) => p.id === new URLSearchParams(location.search).get('id')) ?? window.CATALOGUE[0];
const TABS = {
  details: 'Every piece is numbered. Small differences are not faults; they are how you know it.',
  delivery: 'Two to four days. Free above €50, otherwise €4.90.',
  returns: 'Thirty days, no questions, and the way back is on us.',
};

for (const field of document.querySelectorAll('[data-field]')) {
  const name = field.dataset.field;
  if (name === 'image') {
    field.src = `/images/${product.id}.svg`;
    field.alt = product.name;
  } else if (name === 'price') field.textContent = euros(product.price);
  else if (name in product) field.textContent = product[name];
}
document.title = `${product.name} · Oak & Fern`;

function showTab() {
  const tab = location.hash.slice(1) in TABS ? location.hash.slice(1) : 'details';
  document.querySelector('[data-field=tab]').textContent = TABS[tab];
  for (const chip of document.querySelectorAll('[data-tab]')) chip.classList.toggle('on', chip.dataset.tab === tab);
}
addEventListener('hashchange', showTab);
showTab();

document.querySelector('#add').addEventListener('click', () => {
  const quantity = Number(document.querySelector('#quantity').value);
  Cart.set(product.id, (Cart.read()[product.id] ?? 0) + quantity);
  document.querySelector('.added').hidden = false;
});
