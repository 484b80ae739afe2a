/** JSON as the language defines it. Old libraries of a page (Prototype.js before 1.7) give arrays a `toJSON` of
 * their own, and every list of ours would leave as a text. It is out of the way for this one call only. */
export function toText(value: unknown): string {
  const lists = Array.prototype as { toJSON?: unknown };
  const theirs = Object.getOwnPropertyDescriptor(lists, 'toJSON');
  if (!theirs?.configurable) return JSON.stringify(value);
  delete lists.toJSON;
  try {
    return JSON.stringify(value);
  } finally {
    Object.defineProperty(lists, 'toJSON', theirs);
  }
}
