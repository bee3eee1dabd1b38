import { fileURLToPath } from 'node:url';
import { defineConfig, type LibraryOptions, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const source = (path: string) => here(`src/widget/${path}`);

const modules: LibraryOptions = {
  entry: {
    widget: source('index.ts'),
    session: source('session/index.ts'),
    react: source('react.ts'),
    vue: source('vue.ts'),
  },
  formats: ['es'],
};
// All in one file, which one integrity value covers.
const classic: LibraryOptions = {
  entry: source('index.ts'),
  formats: ['iife'],
  name: 'photobridge',
  fileName: () => 'widget.classic.js',
};

/** Ably warns a server that imports it. Ours may: it opens no session. */
const quiet: Plugin = {
  name: 'photobridge-quiet',
  transform: (code, id) =>
    id.includes('/ably/') ? code.replace(/console\.log\("Warning: this distribution of Ably[^"]*"\);/, '') : undefined,
};

/** The npm package's code: its modules, or with `--mode classic` the script for pages without modules. */
export default defineConfig(({ mode }) => ({
  root: here('.'),
  publicDir: false,
  plugins: [quiet],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: here('../build/widget'),
    emptyOutDir: false,
    target: ['safari17.5', 'chrome123', 'firefox120'],
    lib: mode === 'classic' ? classic : modules,
    rolldownOptions: {
      external: ['react'],
      output: {
        minify: true,
        ...(mode === 'classic' ? { codeSplitting: false } : { chunkFileNames: 'chunks/[name]-[hash].js' }),
        // Next.js needs this directive for a component with effects.
        banner: ({ name }) => (name === 'react' ? `'use client';` : ''),
      },
    },
  },
}));
