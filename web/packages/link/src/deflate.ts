/** Raw deflate by the browser's own streams. */
async function through(
  body: Uint8Array<ArrayBuffer>,
  step: TransformStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(step);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function deflate(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return through(body, new CompressionStream('deflate-raw'));
}

/** What one body may become: a few bytes of a hand-made page could unpack to more than there is memory. */
export const INFLATED_BYTES = 64 * 1024 * 1024;

/** Rejects a body that is broken, or becomes larger than `limit`. */
export async function inflate(
  body: Uint8Array<ArrayBuffer>,
  limit = INFLATED_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > limit) {
      void reader.cancel().catch(() => undefined);
      throw new RangeError('the body unpacks to too much');
    }
    parts.push(next.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
