// The lines of the cart: with buttons on its own page, without beside the checkout.
'use strict';

function button(label, title, act) {
  const made = make('button', 'round', label);
  made.type = 'button';
  made.title = title;
  made.addEventListener('click', act);
  return made;
}

function line(item, small) {
  const image = make('img');
  image.src = `/images/${item.id}.svg`;
  image.alt = '';
  image.width = image.height = small ? 48 : 80;
  const amount = make('span', 'amount', small ? `× ${item.quantity}` : '');
  if (!small) {
    amount.append(
      button('−', `One ${item.name} less`, () => Cart.set(item.id, item.quantity - 1)),
      make('span', '', String(item.quantity)),
      button('+', `One ${item.name} more`, () => Cart.set(item.id, item.quantity + 1)),
    );
  }
  return make('li', '', '', image, make('span', 'name', item.name), amount,
    make('span', 'sum', euros(item.price * item.quantity)));
}

function showLines() {
  const items = Cart.lines();
  for (const list of document.querySelectorAll('.lines'))
    list.replaceChildren(...items.map((item) => line(item, list.classList.contains('small'))));
  const empty = document.querySelector('.empty');
  if (empty) {
    empty.hidden = items.length > 0;
    document.querySelector('.total').hidden = items.length === 0;
  }
}

document.addEventListener('cart', showLines);
showLines();
