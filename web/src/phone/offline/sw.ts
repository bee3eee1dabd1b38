/**
 * The service worker of the phone page: the shell opens without a network.
 * It keeps static files of this build and nothing else; what comes from the
 * API or the storage never passes through it. A new version waits until the
 * pages of the old one are closed, so no page ever meets another build's files.
 */

/// <reference lib="webworker" />

import { onInstall, onActivate, onFetch } from './shell';

declare const self: ServiceWorkerGlobalScope;

/** Filled in by the build: what the shell consists of, and a name for exactly that. */
declare const __SHELL__: { version: string; files: readonly string[] };

const cache = `photobridge-${__SHELL__.version}`;

self.addEventListener('install', (event) => event.waitUntil(onInstall(caches, cache, __SHELL__.files)));
self.addEventListener('activate', (event) => event.waitUntil(onActivate(caches, cache)));
self.addEventListener('fetch', (event) => {
  const answer = onFetch(caches, cache, event.request, self.location.origin);
  if (answer) event.respondWith(answer);
});
