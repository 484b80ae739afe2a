// What happens on this page, as `window.seen`: lines of "event target detail". Nothing is said of what scripts of
// this page do by themselves.
window.seen = [];
const say = (event) => {
  const target = event.composedPath()[0];
  const name = target.id || target.className || target.localName || 'document';
  window.seen.push(`${event.type} ${name}${event.key ? ` ${event.key}` : ''}`);
};
const given = new URLSearchParams(location.search);
if (given.has('server')) {
  const script = document.createElement('script');
  script.src = `${given.get('server')}/sdk/v1.js`;
  script.dataset.deployment = given.get('deployment');
  script.dataset.externalId = given.get('customer');
  document.head.append(script);
}
const TYPES = ['click', 'dblclick', 'mouseover', 'input', 'change', 'keydown', 'keypress', 'focus', 'submit', 'scroll'];
const listen = (view) => {
  for (const type of TYPES) view.addEventListener(type, say, true);
};
listen(window);

customElements.define(
  'shadow-field',
  class extends HTMLElement {
    connectedCallback() {
      const input = document.createElement('input');
      input.id = 'in-shadow';
      const button = document.createElement('button');
      button.id = 'shadow-button';
      button.textContent = 'Shadow';
      this.attachShadow({ mode: 'open' }).append(input, button);
    }
  },
);

// As React does: a setter on the element itself remembers the value, and an input event counts only where the value
// is another than was remembered; then the state is written back.
const control = (input) => {
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  let known = input.value;
  Object.defineProperty(input, 'value', {
    configurable: true,
    get() {
      return get.call(this);
    },
    set(value) {
      known = String(value);
      set.call(this, value);
    },
  });
  window.state = '';
  input.addEventListener('input', () => {
    const now = get.call(input);
    if (now === known) return;
    known = now;
    window.state = now.toUpperCase();
    input.value = window.state;
  });
};

addEventListener('DOMContentLoaded', () => {
  const by = (id) => document.getElementById(id);
  control(by('controlled'));
  by('button').addEventListener('click', () => window.seen.push('pressed'));
  by('login').addEventListener('submit', () => window.seen.push('sent login'));
  by('login-script').addEventListener('click', () => by('login').requestSubmit());
  by('file-script').addEventListener('click', () => by('file').click());
  by('download-script').addEventListener('click', () => by('download').click());
  for (const frame of document.querySelectorAll('iframe')) {
    frame.addEventListener('load', () => listen(frame.contentWindow));
    if (frame.contentDocument.readyState === 'complete') listen(frame.contentWindow);
  }
});
