import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The host page: a practice system's stand-in, on a separate origin. Not deployed. */
export default defineConfig({
  root: here('src/host'),
  publicDir: false,
  build: {
    outDir: here('../build/host'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
