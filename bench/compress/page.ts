/** Runs in the browser: the contestants and the measurements. It does what the server orders. */

export interface Run {
  milliseconds: number;
  bytes: number;
  width: number;
  height: number;
  /** Of the photo. */
  megapixels: number;
  /** Longest task of the main thread meanwhile, in milliseconds; 0 below 50, null if not reported. */
  longestTask: number | null;
}

declare const imageCompression: (
  file: File,
  options: { maxSizeMB: number; useWebWorker: boolean; libURL: string },
) => Promise<Blob>;

export type Contestant = 'native' | 'pure' | 'peer';

export interface Bench {
  run(contestant: Contestant, photo: string): Promise<Run>;
  /** Stores the last result, brought back to the photo's size, as `<contestant>.png`, and the photo as `source.png`. */
  keep(photo: string, contestants: readonly Contestant[]): Promise<void>;
  browser(): string;
}

/** Script of the engine's worker, as built. */
const engineScript = document.querySelector<HTMLMetaElement>('meta[name=engine]')?.content ?? '';
const last = new Map<Contestant, Blob>();
const files = new Map<string, File>();
const engines = new Map<Contestant, Promise<Worker>>();

const tellsTasks = PerformanceObserver.supportedEntryTypes.includes('longtask');
const tasks: PerformanceEntry[] = [];
if (tellsTasks) new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask' });
/** A browser reports a long task some time after it ended. */
const TOLD_AFTER = 50; // milliseconds

const bench: Bench = {
  async run(contestant, photo) {
    const file = await fetched(photo);
    const engine = contestant === 'peer' ? undefined : await engineOf(contestant);
    const before = performance.now();
    const result = engine
      ? await compress(engine, file)
      : await imageCompression(file, {
          maxSizeMB: 1,
          useWebWorker: true,
          libURL: new URL('/peer.js', location.href).href,
        });
    const after = performance.now();
    const longestTask = await longestTaskBetween(before, after);
    last.set(contestant, result);
    const bitmap = await createImageBitmap(result);
    const { width, height } = bitmap;
    bitmap.close();
    return {
      milliseconds: after - before,
      bytes: result.size,
      width,
      height,
      megapixels: await megapixelsOf(file),
      longestTask,
    };
  },

  async keep(photo, contestants) {
    const source = await createImageBitmap(await fetched(photo));
    const { width, height } = source;
    await store('source', source, width, height);
    for (const contestant of contestants) {
      const result = last.get(contestant);
      if (result) await store(contestant, await createImageBitmap(result), width, height);
    }
  },

  browser: () => navigator.userAgent,
};

void obey();

async function obey(): Promise<never> {
  for (;;) {
    const { name, args } = (await (await fetch('/order')).json()) as { name: keyof Bench; args: never[] };
    const answer = await Promise.resolve()
      .then(() => (bench[name] as (...args: never[]) => unknown)(...args))
      .then(
        (value) => ({ value }),
        (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
      );
    await fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
  }
}

async function longestTaskBetween(before: number, after: number): Promise<number | null> {
  if (!tellsTasks) return null;
  await new Promise((resolve) => setTimeout(resolve, TOLD_AFTER));
  const meanwhile = tasks.filter(({ startTime, duration }) => startTime < after && startTime + duration > before);
  return Math.max(0, ...meanwhile.map(({ duration }) => duration));
}

async function fetched(photo: string): Promise<File> {
  const known = files.get(photo);
  if (known) return known;
  const bytes = await (await fetch(`/photos/${encodeURIComponent(photo)}`)).arrayBuffer();
  const file = new File([bytes], photo, { type: 'image/jpeg' });
  files.set(photo, file);
  return file;
}

const sizes = new Map<File, number>();

async function megapixelsOf(file: File): Promise<number> {
  const known = sizes.get(file);
  if (known !== undefined) return known;
  const bitmap = await createImageBitmap(file);
  const size = (bitmap.width * bitmap.height) / 1e6;
  bitmap.close();
  sizes.set(file, size);
  return size;
}

/** The engine as the phone runs it; `pure` in a browser that falsifies what it reads from a canvas. */
function engineOf(contestant: 'native' | 'pure'): Promise<Worker> {
  const running = engines.get(contestant);
  if (running) return running;
  const worker = new Worker(`${engineScript}${contestant === 'pure' ? '?falsify' : ''}`, { type: 'module' });
  const limits = { maxImageBytes: 1_000_000 };
  const session = {
    encounterId: 'bench',
    patientId: 'p',
    patientLabel: '',
    facilityId: 'f',
    uploadToken: 'none',
    journalKey: '',
    imageCount: 0,
    maxImages: 20,
    consent: 'off',
    sessionExpiresAt: new Date(Date.now() + 7_200_000).toISOString(),
    limits,
  };
  const ready = new Promise<Worker>((resolve) => {
    worker.onmessage = ({ data }) => {
      if (data.type !== 'ready') return;
      worker.postMessage({ type: 'open', apiBase: location.origin, session });
      resolve(worker);
    };
  });
  engines.set(contestant, ready);
  return ready;
}

function compress(engine: Worker, file: File): Promise<Blob> {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  return new Promise((resolve, reject) => {
    engine.onmessage = ({ data }) => {
      if (data.type === 'preview' && data.id === id) {
        engine.postMessage({ type: 'remove', id });
        resolve(data.jpeg);
      }
      if (data.type !== 'snapshot') return;
      const photo = data.snapshot.photos.find((candidate: { id: string }) => candidate.id === id);
      if (photo?.state === 'failed') {
        engine.postMessage({ type: 'remove', id });
        reject(new Error(photo.problem.detail));
      }
    };
    engine.postMessage({ type: 'add', id, name: file.name, source: 'gallery', file });
  });
}

async function store(name: string, bitmap: ImageBitmap, width: number, height: number): Promise<void> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const png = await canvas.convertToBlob({ type: 'image/png' });
  await fetch(`/kept/${name}.png`, { method: 'PUT', body: png });
}
