// A field in a shadow root, and a box that copies what is typed, as frameworks do.
customElements.define(
  'framed-field',
  class extends HTMLElement {
    connectedCallback() {
      this.attachShadow({ mode: 'open' }).innerHTML = '<input id="deep" class="typed"><p>Shadow text</p>';
    }
  },
);
addEventListener('input', ({ target }) => {
  if (target.id === 'growing') document.getElementById('grow').dataset.value = target.value;
});
