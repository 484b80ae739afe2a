// @vitest-environment jsdom
import { beforeEach, expect, it } from 'vitest';
import { Hover } from '../src/hover.ts';

const hovered = (): string[] => [...document.querySelectorAll('.\\:hover')].map((element) => element.id);

beforeEach(() => {
  document.body.innerHTML = '<nav id="nav"><a id="one" class="link"></a><a id="two"></a></nav><p id="p"></p>';
  document.body.id = 'body';
  document.documentElement.id = 'html';
  for (const element of [document.documentElement, document.body]) element.removeAttribute('class');
});

it('the element and all around it are hovered, nothing else', () => {
  const hover = new Hover();
  hover.over(document.getElementById('one') as Element);
  expect(hovered()).toEqual(['html', 'body', 'nav', 'one']);
  hover.over(document.getElementById('two') as Element);
  expect(hovered()).toEqual(['html', 'body', 'nav', 'two']);
});

it('leaves the class attributes as it found them', () => {
  const before = document.documentElement.outerHTML;
  const hover = new Hover();
  hover.over(document.getElementById('one') as Element);
  hover.over(document.getElementById('p') as Element);
  hover.over(undefined);
  expect(document.documentElement.outerHTML).toBe(before);
});
