import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The widget: one module that a host page imports, and what that loads on demand. */
export default defineConfig({
  root: here('.'),
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: here('dist'),
    emptyOutDir: false,
    target: ['safari17.5', 'chrome123', 'firefox120'],
    lib: { entry: here('src/widget/index.ts'), formats: ['es'], fileName: () => 'widget.js' },
    rolldownOptions: { output: { minify: true, chunkFileNames: 'widget/[name]-[hash].js' } },
  },
});
