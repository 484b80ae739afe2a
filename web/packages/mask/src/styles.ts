/** Style sheets: what of them is for styling stays, words do not (`content`, names, addresses, custom
 * properties). */

import { type Names, SHAPE, STATES } from './names.ts';

const STRING = `"(?:\\\\[\\s\\S]|[^"\\\\])*"|'(?:\\\\[\\s\\S]|[^'\\\\])*'`;
const ADDRESS = `url\\(\\s*(?:${STRING}|[^)]*)\\s*\\)`;
const IDENT = '-{0,2}(?:[a-z_\\x80-\\uffff]|\\\\[\\s\\S])(?:[\\w\\x80-\\uffff-]|\\\\[\\s\\S])*';

/** Up to the next brace or semicolon that is one. */
const PIECE = new RegExp(`((?:/\\*[\\s\\S]*?\\*/|${ADDRESS}|${STRING}|[^{};])*)([{};]|$)`, 'gi');
const COMMENT = /\/\*(?! rr_split )[\s\S]*?\*\//g;
const AT = /^(?:\s|\/\*[\s\S]*?\*\/)*@/;
const NAMING = /@(?!media|supports|font-face|page|scope|property|starting|import|charset|namespace)/i;
const SELECTOR = new RegExp(
  `([.#]|::part\\(|--)(${IDENT})|\\[\\s*([\\w-]+)\\s*([~|^$*]?=)\\s*(${STRING}|${IDENT})|(${STRING})`,
  'gi',
);
const VALUE = new RegExp(
  `(${ADDRESS})|(${STRING})|![ \\w]+|#[\\da-f]+|[\\d.]+[\\w%.]*|(${IDENT})(?!\\\\|[\\w-]*\\()`,
  'gi',
);

/** Without letters and digits: bullets, arrows, the glyphs of icon fonts. */
const SYMBOL = /^[^\p{L}\p{N}]{0,2}$/u;

/** The text of a style sheet. */
export function maskSheet(text: string, names: Names): string {
  return text.replace(COMMENT, '').replace(PIECE, (_, piece: string, end: string) => {
    if (end === '{') return prelude(piece, names) + end;
    if (AT.test(piece)) return NAMING.test(piece) ? prelude(piece, names) + end : end;
    const colon = piece.indexOf(':');
    if (colon < 0) return piece.trim() === '' || piece.includes('rr_split') ? piece + end : end;
    const property = piece.slice(0, colon);
    return `${maskProperty(property, names)}:${maskValue(property, piece.slice(colon + 1), names)}${end}`;
  });
}

export function maskProperty(property: string, names: Names): string {
  return property.replace(/--(.+)/, (_, name: string) => `--${names.of(plain(name))}`);
}

export function maskValue(property: string, value: string, names: Names): string {
  return value.replace(VALUE, (all, address?: string, text?: string, word?: string) => {
    if (address !== undefined) {
      const id = /^url\(\s*["']?#(.*?)["']?\s*\)$/i.exec(address)?.[1];
      return id === undefined ? 'url("")' : `url("#${names.of(id)}")`;
    }
    if (text !== undefined) return maskString(property, unquoted(text), names);
    if (word === undefined) return all;
    if (word.startsWith('--')) return maskProperty(word, names);
    return names.knows(word) ? word : names.of(plain(word));
  });
}

function maskString(property: string, text: string, names: Names): string {
  if (/font|grid/i.test(property)) return `"${text.replace(/[^\s.]+/g, (word) => names.of(word))}"`;
  return SYMBOL.test(text) && !/["\\\n]/.test(text) ? `"${text}"` : '""';
}

/** What comes before a brace: selectors, or an at-rule with its name. */
function prelude(piece: string, names: Names): string {
  const masked = piece.replace(SELECTOR, (all, mark, word, attribute, operator, value, text) => {
    if (mark) return mark + names.of(plain(word));
    if (text) return `"${names.of(unquoted(text))}"`;
    const asked = unquoted(value);
    if (SHAPE.test(attribute) || STATES.test(asked)) return all;
    return `[${attribute}${operator}"${names.of(asked)}"`;
  });
  if (!AT.test(piece) || !NAMING.test(piece)) return masked;
  return masked.replace(new RegExp(`@[\\w-]+|(${IDENT})(?!\\(|[\\w-])`, 'gi'), (all, word?: string) =>
    word === undefined || /^(?:x\d+|and|or|not)$/.test(word) || names.knows(word)
      ? all
      : names.of(plain(word)),
  );
}

/** Remember what a style sheet names that leaves as it is. */
export function noteNames(text: string, names: Names): void {
  for (const [, , word, , , value, string] of text.matchAll(SELECTOR)) {
    names.seen.add(word === undefined ? unquoted(value ?? string ?? '') : plain(word));
  }
}

function unquoted(text: string): string {
  return plain(/^["']/.test(text) ? text.slice(1, -1) : text);
}

/** Without escapes. */
function plain(text: string): string {
  return text.replace(/\\(?:([\da-f]{1,6})\s?|([\s\S]))/gi, (_, hex?: string, other?: string) =>
    hex === undefined ? (other ?? '') : String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
  );
}
