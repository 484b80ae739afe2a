// Every page: the cart, kept in this browser. Text goes in as text, never as HTML.
'use strict';

const Cart = {
  read() {
    try {
      return JSON.parse(localStorage.getItem('cart') ?? '{}');
    } catch {
      return {};
    }
  },
  write(cart) {
    localStorage.setItem('cart', JSON.stringify(cart));
    document.dispatchEvent(new Event('cart'));
  },
  set(id, quantity) {
    const cart = this.read();
    if (quantity > 0) cart[id] = Math.min(quantity, 9);
    else delete cart[id];
    this.write(cart);
  },
  lines() {
    const cart = this.read();
    return window.CATALOGUE.filter((p) => cart[p.id]).map((p) => ({ ...p, quantity: cart[p.id] }));
  },
  total() {
    return this.lines().reduce((sum, line) => sum + line.price * line.quantity, 0);
  },
};

const euros = (amount) => `€${amount.toFixed(2)}`;

/** An element with a class, text and children. */
function make(tag, className, text, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

function showCart() {
  const count = Cart.lines().reduce((sum, line) => sum + line.quantity, 0);
  for (const badge of document.querySelectorAll('[data-cart-count]')) badge.textContent = String(count);
  for (const total of document.querySelectorAll('[data-total]')) total.textContent = euros(Cart.total());
}

document.addEventListener('cart', showCart);
showCart();
