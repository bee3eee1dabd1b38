import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The phone page: mobile.html, hashed assets and its service worker; and frame.html, its engine for the widget, which
 * is built beside it, so nothing is emptied.
 */
export default defineConfig({
  root: here('.'),
  base: '/',
  publicDir: here('public'),
  plugins: [preloadPage(), shell()],
  build: {
    outDir: here('dist'),
    emptyOutDir: false,
    assetsDir: 'assets',
    target: ['safari16.4', 'chrome111', 'firefox115'],
    // The page's own policy allows no inline data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { mobile: here('mobile.html'), frame: here('frame.html'), sw: here('src/phone/offline/sw.ts') },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
  // The codecs' worker reports progress as a share of these sizes, because a compressed response has no length.
  define: {
    PURE_BYTES: statSync(here('../build/purecodec.wasm')).size,
    HEIF_BYTES: statSync(here('../node_modules/libheif-js/libheif-wasm/libheif.wasm')).size,
  },
  // libheif's glue also runs in Node; what it asks for there is never reached here.
  resolve: {
    alias: Object.fromEntries(['fs', 'path', 'crypto'].map((name) => [name, here('../wasm/browser/nothing.ts')])),
  },
});

/** Fetches the page's own code along with the entry that exchanges the scanned code, not after it. */
function preloadPage(): Plugin {
  return {
    name: 'photobridge-preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle = {} }) {
        if (path !== '/mobile.html') return;
        const page = Object.values(bundle).find(
          (file) => file.type === 'chunk' && file.facadeModuleId === here('src/phone/page.tsx'),
        );
        if (page?.type !== 'chunk') throw new Error('the build has no page');
        return [page.fileName, ...page.imports]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
            injectTo: 'head',
          }));
      },
    },
  };
}

/**
 * Lists for the service worker which files the shell consists of: all that is built but what only some
 * photos or people need.
 */
function shell(): Plugin {
  const seldom = /heif|^assets\/(pure|frame)|^assets\/phone\.|\.map$/;
  return {
    name: 'photobridge-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('the build has no service worker');
      const assets = Object.keys(bundle)
        .filter((file) => file.startsWith('assets/') && !seldom.test(file))
        .sort();
      const html = bundle['mobile.html'];
      const version = createHash('sha256')
        .update(assets.join())
        .update(html?.type === 'asset' ? html.source : '')
        .digest('hex')
        .slice(0, 16);
      const files = ['/mobile', '/manifest.webmanifest', '/icons/icon-192.png', ...assets.map((file) => `/${file}`)];
      worker.code = `const __SHELL__=${JSON.stringify({ version, files })};${worker.code}`;
    },
  };
}
