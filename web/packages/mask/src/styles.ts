/** Style sheets: their text can carry words (`content`), which private pages do not give away. */

const CONTENT = /(\bcontent\s*:\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gi;

/** Empty the words of every style text below `data`, in place. Nothing to do unless `hidden`. */
export function maskStyles(data: object, hidden: boolean): void {
  if (!hidden) return;
  const record = data as Record<string, unknown>;
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string' && isStyle(name, record)) record[name] = value.replace(CONTENT, '$1""');
    else if (typeof value === 'object' && value !== null) maskStyles(value, hidden);
  }
}

function isStyle(name: string, { property }: Record<string, unknown>): boolean {
  return name !== 'value' || property === 'content';
}
