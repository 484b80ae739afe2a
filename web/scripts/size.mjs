// What a customer's page has to load, against its budget (quality.md): exit code 1 when it is too much.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const sdk = join(dirname(fileURLToPath(import.meta.url)), '../../src/opencobrowse/assets/sdk');
const size = (name) => gzipSync(readFileSync(join(sdk, name)), { level: 9 }).length;

const { file, share, hands } = JSON.parse(readFileSync(join(sdk, 'manifest.json'), 'utf8'));
const rows = [
  ['loader, before a session', size(file), 6 * KB],
  ['loader and capture, in a session', size(file) + size(share), 40 * KB],
  ['hands, when an agent is to act', size(hands), 16 * KB],
];
for (const [what, bytes, budget] of rows) {
  const verdict = bytes > budget ? 'TOO MUCH' : 'ok';
  console.log(`${what}: ${(bytes / KB).toFixed(2)} KB gz of ${budget / KB} KB  ${verdict}`);
}
const stray = readdirSync(sdk).filter(
  (name) => !['v1.js', 'manifest.json', file, share, hands].includes(name),
);
if (stray.length > 0) console.log(`files that no manifest names: ${stray.join(', ')}`);
process.exitCode = rows.some(([, bytes, budget]) => bytes > budget) || stray.length > 0 ? 1 : 0;
