// One canary for each place in which a page keeps text (G2 and fidelity.md). `kanary-…` must never leave;
// `kopen-…` is text of the page, which leaves where privacy is `inputs` and must not where it is `private`.
const html = (k) => `
  <p>${k}text</p><p title="${k}title" lang="en" data-k="${k}data" data-kind="${k}asked" id="${k}id" class="${k}class quoted pictured">x</p>
  <p aria-label="${k}aria-label" aria-description="${k}aria-description" aria-placeholder="${k}aria-placeholder"
     aria-roledescription="${k}roledescription" aria-valuetext="${k}valuetext" aria-braillelabel="${k}braille">x</p>
  <p style="--inline: '${k}inline-style'; background: url(${k}inline-background.png); font-family: ${k}inline-font">x</p>
  <img alt="${k}alt" src="${k}src.png" srcset="${k}srcset.png 2x" width="4" height="4">
  <picture><source srcset="${k}source.png"><img src="${k}picture.png" longdesc="${k}longdesc"></picture>
  <video poster="${k}poster.png" src="${k}video.mp4"></video><audio src="${k}audio.mp3"></audio>
  <track label="${k}track"><embed src="${k}embed.html" hidden><object data="${k}object.html" hidden>${k}object</object>
  <a href="/${k}path?q=${k}query#${k}fragment" ping="/${k}ping" download="${k}download" target="${k}target">${k}link</a>
  <map name="${k}map"><area href="/${k}area" alt="${k}area-alt"></map>
  <form action="/${k}action?${k}action-query" name="${k}form"><button formaction="/${k}formaction" name="${k}button" value="${k}button-value">${k}button</button></form>
  <input type="submit" value="${k}submit"><input type="button" value="${k}input-button"><input type="reset" value="${k}reset">
  <input placeholder="${k}placeholder" name="${k}name" pattern="${k}pattern" list="${k}list">
  <datalist id="${k}list"><option label="${k}datalist-label" value="${k}datalist"></option></datalist>
  <select><optgroup label="${k}optgroup"><option label="${k}option-label">${k}option</option></optgroup></select>
  <output>${k}output</output><meter value="0.5" title="${k}meter">${k}meter-text</meter>
  <progress aria-label="${k}progress">${k}progress-text</progress>
  <details><summary>${k}summary</summary>${k}details</details><dialog open aria-label="${k}dialog">${k}dialog-text</dialog>
  <div popover id="${k}popover">${k}popover-text</div>
  <table summary="${k}table-summary"><caption>${k}caption</caption><tr><th abbr="${k}abbr">${k}th</th></tr></table>
  <blockquote cite="/${k}cite">${k}quote</blockquote><time datetime="${k}datetime">${k}time</time>
  <svg aria-label="${k}svg-label" width="9" height="9"><title>${k}svg-title</title><desc>${k}svg-desc</desc>
    <text font-family="${k}svg-font">${k}svg-text</text><image href="${k}svg-image.png"/><use href="#${k}svg-use"/>
    <g id="${k}svg-id" class="${k}svg-class" data-svg="${k}svg-data"/><a href="/${k}svg-link"/><foreignObject><p>${k}foreign</p></foreignObject></svg>
  <canary-element value="${k}custom-value" caption="${k}custom-caption"><span slot="s">${k}slotted</span></canary-element>
  <style>.${k}style-class::before{content:"${k}style-content";--${k}style-name:"${k}style-value"}</style>
  <iframe srcdoc="<title>${k}srcdoc-title</title><p title='${k}srcdoc-attribute'>${k}srcdoc-text</p>"></iframe>
  <p contenteditable="false" part="${k}part" itemprop="${k}itemprop" itemid="${k}itemid">x</p>`;

/** What is typed, chosen or hidden, in all modes. */
const fields = (k) => `
  ${['text', 'email', 'tel', 'search', 'url', 'password', 'hidden']
    .map((type) => `<input type="${type}" value="${k}${type}-value" aria-valuetext="${k}${type}-spoken">`)
    .join('')}
  <input type="date" value="1987-06-05"><input type="number" value="48151623">
  <textarea>${k}textarea</textarea><div contenteditable="true" data-draft="${k}rich ${k}rich-bold"><p>${k}rich <b>${k}rich-bold</b></p></div>
  <div role="textbox" aria-valuetext="${k}aria-value">${k}aria-text</div><button role="combobox">${k}combobox</button>
  <input type="checkbox" value="${k}checkbox" checked><input type="radio" name="r" value="${k}radio" checked>
  <select><option value="${k}option-value" selected>x</option></select>
  <div class="CodeMirror"><pre>${k}code</pre></div><textarea name="passphrase" data-opencobrowse="show">${k}passphrase</textarea>
  <input autocomplete="cc-number" data-opencobrowse="show" value="${k}cc"><input type="hidden" data-opencobrowse="show" value="${k}token">`;

const all = (k) => `${html(k)}${fields('kanary-')}`;

customElements.define(
  'canary-element',
  class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: 'open' });
      root.innerHTML = '<slot name="s"></slot><p title="kopen-shadow-title">kopen-shadow</p><input value="kanary-shadow">';
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('p::after{content:"kopen-adopted"}');
      root.adoptedStyleSheets = [sheet];
    }
  },
);

addEventListener('DOMContentLoaded', () => {
  const places = document.getElementById('places');
  places.innerHTML =
    all('kopen-') +
    // Under maskSelectors nothing leaves, text of the page or not; a hidden box leaves nothing but its size.
    `<section class="under">${all('kanary-under-')}</section>` +
    `<section data-opencobrowse="mask">${all('kanary-marked-')}</section>` +
    `<section data-opencobrowse="hide" title="kanary-box">${all('kanary-boxed-')}</section>` +
    `<section data-opencobrowse="maks">${all('kanary-misspelt-')}</section>` +
    `<section class="boxed"><p data-opencobrowse="show">${all('kanary-hidden-')}</p></section>`;
  const canvas = document.createElement('canvas');
  canvas.getContext('2d').fillText('kanary-canvas', 0, 9);
  places.append(canvas);
  console.error('kanary-console');
});

/** Everything again, by every way in which a script changes a page. */
globalThis.change = () => {
  const later = document.getElementById('later');
  later.innerHTML = all('kopen-');
  later.insertAdjacentHTML('beforeend', `<div class="under">${all('kanary-added-')}</div>`);
  const p = document.createElement('p');
  p.append('kopen-character');
  later.append(p);
  for (const element of document.querySelectorAll('.under p, .under img, .under a, [data-opencobrowse=hide] p')) {
    for (const name of ['title', 'alt', 'data-x', 'aria-label', 'style', 'href', 'src', 'class', 'id']) {
      element.setAttribute(name, name === 'style' ? "--x:'kanary-style-changed'" : `kanary-${name}-changed`);
    }
    element.append('kanary-appended');
  }
  requestAnimationFrame(() => {
    p.firstChild.data = 'kopen-character-changed';
    for (const name of ['title', 'data-x', 'aria-label', 'style', 'class', 'href']) {
      p.setAttribute(name, name === 'style' ? "--x:'kopen-style-changed'" : `kopen-${name}-changed`);
    }
    for (const field of later.querySelectorAll('input:not([type=submit],[type=button],[type=reset],[type=date],[type=number],[placeholder])')) {
      field.setAttribute('value', 'kanary-attribute');
      if (field.type !== 'file') field.value = 'kanary-set';
    }
    const moved = document.querySelector('.under p');
    later.append(moved); // out of what is masked: its text is the page's from here, and so it is taken along
    moved.textContent = 'kopen-moved';
    for (const { name } of [...moved.attributes]) moved.removeAttribute(name);
    document.getElementById('sheet').sheet.insertRule('.x::after{content:"kopen-inserted";--y:kopen-y}');
    const rule = document.getElementById('sheet').sheet.cssRules[0];
    rule.style.setProperty('--kopen-set', '"kopen-declared"');
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    sheet.replaceSync('.z::after{content:"kopen-replaced"}');
    sheet.insertRule('.z::before{content:"kopen-adopted-rule"}');
    document.title = 'kopen-title-changed';
    history.pushState({}, '', '?kanary-pushed#kanary-fragment');
    document.getElementById('said').textContent = 'kopen-said again';
  });
};
