/** The engine in a page of any browser: the page's part, and the script that it starts. */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Message, PhotoSnapshot, Warning } from '../../web/src/contract/engine.ts';

const assets = fileURLToPath(new URL('../../web/dist/assets', import.meta.url));

/** The name of the engine's script, as it was built. */
export function engineScript(): string {
  const script = readdirSync(assets).find((name) => /^worker-.*\.js$/.test(name));
  if (!script) throw new Error('the engine is not built');
  return script;
}

declare global {
  interface Window {
    engine: {
      hold(name: string, base64: string): void;
      compressHeld(name: string): Promise<{ width: number; height: number }>;
      add(base64: string): string;
      remove(id: string): void;
      result(id: string): Promise<{ base64: string; width: number; height: number; warnings: Warning[] }>;
    };
  }
}

/** Runs in the page: starts the engine, and puts its interface into `window.engine`. */
export function start(script: string): void {
  const worker = new Worker(script, { type: 'module' });
  const ready = new Promise<void>((resolve) =>
    worker.addEventListener('message', ({ data }: MessageEvent<Message>) => data.type === 'ready' && resolve()),
  );
  const send = (command: unknown): void => void ready.then(() => worker.postMessage(command));
  const hour = new Date(Date.now() + 3_600_000).toISOString();
  send({
    type: 'open',
    apiBase: location.origin,
    session: {
      encounterId: 'enc-engine',
      patientId: 'p',
      patientLabel: '',
      facilityId: 'f',
      uploadToken: 'none',
      journalKey: btoa('0'.repeat(32)),
      sessionExpiresAt: hour,
      maxImages: 20,
      imageCount: 0,
      limits: { maxImageBytes: 1_000_000 },
      consent: 'off',
    },
  });
  const previews = new Map<string, Blob>();
  let photos: PhotoSnapshot[] = [];
  const waiting = new Set<() => void>();
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'preview') previews.set(data.id, data.jpeg);
    if (data.type === 'snapshot') photos = data.snapshot.photos;
    for (const look of waiting) look();
  };
  const held = new Map<string, Blob>();
  // Fetching a data: URL is not possible, because the page's policy forbids it.
  const blobOf = (base64: string): Blob =>
    new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
  const add = (file: Blob): string => {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
    send({ type: 'add', id, name: 'photo.jpg', source: 'gallery', file });
    return id;
  };
  const remove = (id: string): void => {
    previews.delete(id);
    send({ type: 'remove', id });
  };
  const done = (id: string): Promise<[Blob, PhotoSnapshot]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const jpeg = previews.get(id);
        const photo = photos.find((candidate) => candidate.id === id);
        if (photo?.problem) reject(new Error(photo.problem.code));
        else if (jpeg && photo?.width) resolve([jpeg, photo]);
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  window.engine = {
    hold: (name, base64) => void held.set(name, blobOf(base64)),
    async compressHeld(name) {
      const id = add(held.get(name) ?? new Blob());
      const [, { width, height }] = await done(id);
      remove(id);
      return { width, height };
    },
    add: (base64) => add(blobOf(base64)),
    remove,
    async result(id) {
      const [jpeg, photo] = await done(id);
      const base64 = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result).replace(/^.*,/, ''));
        reader.readAsDataURL(jpeg);
      });
      return { base64, width: photo.width, height: photo.height, warnings: photo.warnings };
    },
  };
}
