// The product grid: categories change the address without loading a page; the search filters as one types.
'use strict';

const search = document.querySelector('#search');

function category() {
  return new URLSearchParams(location.search).get('category') ?? '';
}

function showGrid() {
  const wanted = search.value.trim().toLowerCase();
  let shown = 0;
  for (const card of document.querySelectorAll('.card')) {
    const fits =
      (!category() || card.dataset.category === category()) && card.textContent.toLowerCase().includes(wanted);
    card.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  document.querySelector('.empty').hidden = shown > 0;
  const name = category();
  document.querySelector('#all').textContent = name ? name[0].toUpperCase() + name.slice(1) : 'All products';
  for (const chip of document.querySelectorAll('.chip'))
    chip.classList.toggle('on', chip.dataset.category === category());
}

document.querySelector('.chips').addEventListener('click', (event) => {
  const chip = event.target.closest('.chip');
  if (!chip || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  history.pushState(null, '', chip.href);
  showGrid();
});
addEventListener('popstate', showGrid);
search.addEventListener('input', showGrid);
showGrid();
