/** Addresses in style sheets (reliability.md B2). Read as CSS Syntax 3 reads: an address may be written with escapes, and
 * what looks like one may stand in a comment. The server does the same to what it fetches: `schema/vectors/css.json`
 * holds both to it. */

export type Kind = 'import' | 'resource';

/** What stands for an address, or undefined where nothing may be loaded. */
export type Replace = (address: string, kind: Kind) => string | undefined;

/** In these, a string is an address. */
const ADDRESSED = new Set(['url', 'src', 'image', 'image-set', '-webkit-image-set']);
/** What stands for something said elsewhere: in a function of addresses it could be one. */
const INDIRECT = /^(?:var|attr|env|if|inherit|--.*)$/;
const NO_FUNCTION = 'opencobrowse-none(';
/** Of these there is none in a text that no address can be in. */
const SUSPECT = /\\|url|import|image|src/i;
const NAME_START = /[a-zA-Z_\u0080-\u{10ffff}]/u;
const NAME = /[\w\-\u0080-\u{10ffff}]/u;
const HEX = /[0-9a-fA-F]/;
const SPACE = /[ \t\n\r\f]/;
const NOTHING = 'data:,';

export function cleanCss(text: string, replace: Replace): string {
  return SUSPECT.test(text) ? new Reader(text, replace).all() : text;
}

/** What no address can be in: names that open no function, numbers, blanks and signs. Most of a sheet. */
const RUN =
  /(?:-{0,2}[a-zA-Z_][\w-]*(?![\w\-(\\\u0080-\uffff])|\d+(?![\w\-\\\u0080-\uffff])|[ \t\n\r\f:;.,>+~*=!%&|])+/y;
const BLANKS = /^[ \t\n\r\f]*$/;

class Reader {
  #at = 0;
  #out = '';
  /** Names of the functions that are open; '' for a plain bracket. */
  readonly #open: string[] = [];
  /** How many of those have strings that are addresses. */
  #addressed = 0;
  #importing = false;

  constructor(
    private readonly text: string,
    private readonly replace: Replace,
  ) {}

  all(): string {
    while (this.#at < this.text.length) this.#token();
    return this.#out;
  }

  #token(): void {
    RUN.lastIndex = this.#at;
    const run = RUN.exec(this.text)?.[0];
    if (run !== undefined) {
      this.#copy(this.#at + run.length);
      if (!BLANKS.test(run)) this.#importing = false;
      return;
    }
    const { text } = this;
    const char = text[this.#at] as string;
    if (char === '/' && text[this.#at + 1] === '*') this.#comment();
    else if (char === '"' || char === "'") this.#string(char);
    else if (char === '@' || char === '#') this.#marked(char);
    else if (/[0-9]/.test(char)) this.#number();
    else if (this.#startsName(this.#at)) this.#named();
    else this.#sign(char);
  }

  #sign(char: string): void {
    this.#copy(this.#at + 1);
    this.#importing = false;
    if (char === '(' || char === '[' || char === '{') this.#open.push('');
    else if (char === ')' || char === ']' || char === '}') {
      if (ADDRESSED.has(this.#open.pop() ?? '')) this.#addressed--;
    }
  }

  #comment(): void {
    const end = this.text.indexOf('*/', this.#at + 2);
    this.#copy(end === -1 ? this.text.length : end + 2);
  }

  #string(quote: string): void {
    const start = this.#at++;
    const value = this.#until(quote);
    const address = this.#importing || (this.#addressed > 0 && this.#open.at(-1) !== 'type');
    if (!address) this.#out += this.text.slice(start, this.#at);
    else this.#out += quoted(this.replace(value, this.#importing ? 'import' : 'resource'));
    this.#importing = false;
  }

  /** The rest of a string, its end taken as well. A line feed ends a string that was forgotten. */
  #until(quote: string): string {
    let value = '';
    while (this.#at < this.text.length) {
      const char = this.text[this.#at] as string;
      if (char === '\n' || char === '\r' || char === '\f') return value;
      this.#at++;
      if (char === quote) return value;
      value += char === '\\' ? this.#escaped() : char;
    }
    return value;
  }

  #marked(char: string): void {
    const start = this.#at++;
    const name = this.#startsName(this.#at) || char === '#' ? this.#name() : '';
    this.#out += this.text.slice(start, this.#at);
    this.#importing = char === '@' && name.toLowerCase() === 'import';
  }

  #number(): void {
    const start = this.#at;
    while (/[0-9.]/.test(this.text[this.#at] ?? '')) this.#at++;
    if (this.#startsName(this.#at)) this.#name();
    this.#out += this.text.slice(start, this.#at);
    this.#importing = false;
  }

  #named(): void {
    const start = this.#at;
    const name = this.#name().toLowerCase();
    const importing = this.#importing;
    this.#importing = false;
    if (this.text[this.#at] !== '(') {
      this.#out += this.text.slice(start, this.#at);
      return;
    }
    this.#at++;
    const bare = name === 'url' ? this.#bare() : false;
    if (bare !== false) {
      this.#out += `url(${quoted(this.replace(bare, importing ? 'import' : 'resource'))})`;
      return;
    }
    const indirect = this.#addressed > 0 && INDIRECT.test(name);
    this.#out += indirect ? NO_FUNCTION : this.text.slice(start, this.#at);
    this.#open.push(name);
    if (ADDRESSED.has(name)) this.#addressed++;
    if (name !== 'url') return;
    this.#importing = importing;
    while (SPACE.test(this.text[this.#at] ?? '')) this.#out += this.text[this.#at++];
    this.#string(this.text[this.#at] as string); // there is a quote, or the address would be bare
  }

  /** The address of an unquoted `url(…)`, its end taken as well; false where a quote follows. */
  #bare(): string | false {
    let at = this.#at;
    while (SPACE.test(this.text[at] ?? '')) at++;
    if (this.text[at] === '"' || this.text[at] === "'") return false;
    this.#at = at;
    let value = '';
    while (this.#at < this.text.length) {
      const char = this.text[this.#at++] as string;
      if (char === ')') break;
      value += char === '\\' ? this.#escaped() : char;
    }
    return value.trim();
  }

  #startsName(at: number): boolean {
    const char = this.text[at] ?? '';
    if (char === '-') {
      const next = this.text[at + 1] ?? '';
      return next === '-' || NAME_START.test(next) || this.#escapes(at + 1);
    }
    return NAME_START.test(char) || this.#escapes(at);
  }

  #escapes(at: number): boolean {
    return this.text[at] === '\\' && !/[\n\r\f]/.test(this.text[at + 1] ?? '\n');
  }

  #name(): string {
    let name = '';
    while (this.#at < this.text.length) {
      const char = this.text[this.#at] as string;
      if (NAME.test(char) || char > '\u007f') {
        this.#at++;
        name += char;
      } else if (this.#escapes(this.#at)) {
        this.#at++;
        name += this.#escaped();
      } else break;
    }
    return name;
  }

  /** What an escape stands for; the backslash has been taken. */
  #escaped(): string {
    const { text } = this;
    let hex = '';
    while (hex.length < 6 && HEX.test(text[this.#at] ?? '')) hex += text[this.#at++];
    if (hex !== '') {
      if (text[this.#at] === '\r' && text[this.#at + 1] === '\n') this.#at += 2;
      else if (SPACE.test(text[this.#at] ?? '')) this.#at++;
      const point = Number.parseInt(hex, 16);
      const bad = point === 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff);
      return bad ? '\ufffd' : String.fromCodePoint(point);
    }
    const char = text[this.#at++] ?? '';
    if (char === '\r' && text[this.#at] === '\n') this.#at++;
    return /[\n\r\f]/.test(char) ? '' : char;
  }

  #copy(end: number): void {
    this.#out += this.text.slice(this.#at, end);
    this.#at = end;
  }
}

function quoted(address: string | undefined): string {
  const safe = (address ?? NOTHING).replace(
    /["\\\n\r\f]/g,
    (char) => `\\${char.charCodeAt(0).toString(16)} `,
  );
  return `"${safe}"`;
}
