// reliability.md B2: addresses in style sheets, as the server reads them, too.
import { expect, it } from 'vitest';
import vectors from '../../../../schema/vectors/css.json';
import { cleanCss } from '../src/css.ts';

const cases = vectors.cases as [string, string][];

it.each(cases)('%j', (before, after) => {
  const found = cleanCss(before, (address, kind) => `${kind === 'import' ? 'I' : 'P'}(${address})`);
  expect(found).toBe(after);
});

it('what may not be loaded is an address of nothing', () => {
  expect(cleanCss('p{background:url(a)}', () => undefined)).toBe('p{background:url("data:,")}');
});

it('a text that opens a million brackets is read in time', () => {
  const text = `p{background:image-set(${'('.repeat(500_000)}${'""'.repeat(500_000)}`;
  expect(cleanCss(text, () => undefined).length).toBeGreaterThan(text.length);
});
