import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: { include: ['packages/*/test/**/*.test.{ts,tsx}'], restoreMocks: true },
});
