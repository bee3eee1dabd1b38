import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path) => new URL(path, import.meta.url).pathname;

/** The React and the Vue app, by `--mode`. */
export default defineConfig(({ mode }) => ({
  root: here(mode),
  base: `/${mode}/`,
  oxc: { jsx: { runtime: 'automatic', importSource: 'react' } },
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'photobridge-widget' } } })],
  build: { outDir: here(`../../build/hosts/${mode}`), emptyOutDir: true },
}));
