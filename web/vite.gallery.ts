import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Every state of the pages and the widget, drawn from invented data. Not deployed. */
export default defineConfig({
  root: here('src/gallery'),
  publicDir: false,
  build: {
    outDir: here('../build/gallery'),
    emptyOutDir: true,
    // light-dark() stays as it is written.
    target: 'esnext',
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        ...Object.fromEntries(['phone', 'widget', 'desk'].map((page) => [page, here(`src/gallery/${page}.html`)])),
        // The desk page loads the widget from where the gateway serves it.
        element: here('src/widget/index.ts'),
      },
      preserveEntrySignatures: 'exports-only',
      output: {
        entryFileNames: (chunk) => (chunk.name === 'element' ? 'assets/widget.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  define: { PURE_BYTES: 1, HEIF_BYTES: 1 },
  resolve: {
    alias: Object.fromEntries(['fs', 'path', 'crypto'].map((name) => [name, here('../wasm/browser/nothing.ts')])),
  },
});
