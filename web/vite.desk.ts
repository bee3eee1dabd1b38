import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The desk page: served by the gateway, under a separate address for each launch. */
export default defineConfig({
  root: here('src/desk'),
  publicDir: false,
  build: {
    outDir: here('../build/desk'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: here('src/desk/desk.html') },
  },
});
