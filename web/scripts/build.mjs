// Builds what the server serves into src/opencobrowse/assets: the SDK (loader, the part that records, the part that
// acts), the console and the join page. Each part knows the next by its hashed name and its integrity.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const served = join(web, '..', 'src', 'opencobrowse', 'assets');
// Built beside and swapped in at the end: a server that starts meanwhile finds the old files or the new.
const out = `${served}.${process.pid}`;
const { version } = JSON.parse(readFileSync(join(web, 'packages/sdk/package.json'), 'utf8'));

/** What we ship of others' work, and whose it is. */
const NOTICE =
  '/*! Contains rrweb, (c) 2018 its contributors and SmartX Inc., MIT licence, https://github.com/rrweb-io/rrweb */\n';

const STYLE_BY_MARKUP = 'old.setAttribute("style", m.oldValue)';
const STYLE_BY_OBJECT = 'old.style.cssText = m.oldValue';

/** What of rrweb we never use (canvases, pointers, selections, fonts, frames of other sites), and what stands in its
 * place: it is a tenth of what a customer's page would load, and what is not there cannot leak. */
const UNUSED = [
  [
    'class CanvasManager {',
    'class StylesheetManager',
    'class CanvasManager { reset() {} freeze() {} unfreeze() {} lock() {} unlock() {} }',
  ],
  ['  handleMessage(message) {\n    const cross', 'class ShadowDomManager', '  handleMessage() {}\n}'],
  [
    'function initMoveObserver(',
    'function initScrollObserver(',
    'function initMoveObserver() { return () => {}; }\nfunction initMouseInteractionObserver() { return () => {}; }',
  ],
  [
    'function initFontObserver(',
    'function initCustomElementObserver(',
    'function initFontObserver() { return () => {}; }\nfunction initSelectionObserver() { return () => {}; }',
  ],
];

function withoutUnused(code) {
  if (!code.includes('class CanvasManager')) return code;
  let rest = code;
  for (const [from, to, instead] of UNUSED) {
    const start = rest.indexOf(from);
    const end = rest.indexOf(to, start);
    if (start < 0 || end < 0) throw new Error(`rrweb changed, look again: ${from}`);
    rest = `${rest.slice(0, start)}${instead}\n${rest.slice(end)}`;
  }
  return rest;
}

/** rrweb parses an element's former style as markup, which a page whose policy has no 'unsafe-inline' refuses and
 * reports, and then a removed property stays in the mirror. The same through the object model is allowed. */
const rrwebUnderStrictPolicy = {
  name: 'rrweb-under-strict-policy',
  transform: (code, id) =>
    id.includes('@rrweb') ? withoutUnused(code).replaceAll(STYLE_BY_MARKUP, STYLE_BY_OBJECT) : undefined,
  generateBundle(_, files) {
    const code = Object.values(files)
      .map((file) => file.code ?? '')
      .join('');
    if (code.includes('unattachedDoc') && !/\.style\.cssText ?=/.test(code))
      this.error('rrweb changed: look again');
  },
};

mkdirSync(join(out, 'sdk'), { recursive: true });

/** Bundle one entry into one string, with all that it imports. */
async function bundle(entry, format, define = {}) {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: web,
    define,
    plugins: [rrwebUnderStrictPolicy],
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      modulePreload: false,
      rollupOptions: {
        input: join(web, entry),
        preserveEntrySignatures: 'strict',
        output: { format, name: 'OpenCobrowseLoader', codeSplitting: false },
      },
    },
  });
  const chunks = [result].flat()[0].output.filter((file) => file.type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${entry} became ${chunks.length} files`);
  return chunks[0].code;
}

/** The npm package: the loader as a module that imports the recording part when it is needed, all that both need
 * inside, and the types of what it exports. */
async function buildPackage(outDir) {
  const fresh = `${outDir}.${process.pid}`;
  await build({
    configFile: false,
    logLevel: 'warn',
    root: web,
    plugins: [rrwebUnderStrictPolicy],
    build: {
      outDir: fresh,
      emptyOutDir: true,
      target: 'es2022',
      minify: false,
      modulePreload: false,
      rollupOptions: {
        input: { index: join(web, 'packages/sdk/src/index.ts') },
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  const types = [
    '--declaration',
    '--emitDeclarationOnly',
    '--noEmit',
    'false',
    '--outDir',
    join(fresh, 'types'),
  ];
  execFileSync(process.execPath, [
    join(web, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(web, 'packages/sdk'),
    ...types,
  ]);
  for (const name of ['index', 'config']) {
    const text = readFileSync(join(fresh, 'types', `${name}.d.ts`), 'utf8');
    writeFileSync(join(fresh, `${name}.d.ts`), text.replaceAll(".ts'", ".js'").replaceAll('.ts"', '.js"'));
  }
  rmSync(join(fresh, 'types'), { recursive: true });
  rmSync(outDir, { recursive: true, force: true });
  renameSync(fresh, outDir);
}

function integrity(code) {
  return `sha384-${createHash('sha384').update(code).digest('base64')}`;
}

function hashed(name, code) {
  return `${name}-${version}-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
}

const hands = await bundle('packages/sdk/src/hands/index.ts', 'es');
const handsFile = hashed('hands', hands);
writeFileSync(join(out, 'sdk', handsFile), hands);

const share =
  NOTICE +
  (await bundle('packages/sdk/src/share.script.ts', 'es', {
    __HANDS_FILE__: JSON.stringify(handsFile),
    __HANDS_INTEGRITY__: JSON.stringify(integrity(hands)),
  }));
const shareFile = hashed('share', share);
writeFileSync(join(out, 'sdk', shareFile), share);

const loader = await bundle('packages/sdk/src/script.ts', 'iife', {
  __SHARE_FILE__: JSON.stringify(shareFile),
  __SHARE_INTEGRITY__: JSON.stringify(integrity(share)),
});
const loaderFile = hashed('opencobrowse', loader);
writeFileSync(join(out, 'sdk', loaderFile), loader);
writeFileSync(join(out, 'sdk', 'v1.js'), loader);
writeFileSync(
  join(out, 'sdk', 'manifest.json'),
  JSON.stringify(
    { version, file: loaderFile, integrity: integrity(loader), share: shareFile, hands: handsFile },
    null,
    2,
  ),
);

await buildPackage(join(web, 'packages/sdk/dist/npm'));

await build({
  configFile: false,
  logLevel: 'warn',
  root: join(web, 'packages/console'),
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(out, 'console'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [join(web, 'packages/console/index.html'), join(web, 'packages/console/join.html')],
    },
  },
});

rmSync(`${served}.old`, { recursive: true, force: true });
try {
  renameSync(served, `${served}.old`);
} catch {
  // the first build
}
renameSync(out, served);
rmSync(`${served}.old`, { recursive: true, force: true });
