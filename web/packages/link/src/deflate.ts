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

export function inflate(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return through(body, new DecompressionStream('deflate-raw'));
}
