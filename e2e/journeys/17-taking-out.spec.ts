/** Sensitive photos are veiled, and other programs can read the files that are exported. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shareOfPhoto } from '../../harness/photos/screenshot.ts';
import type { Clinician } from '../../harness/people/clinician.ts';
import { expect, PATIENT, test } from '../../harness/journey.ts';

test.use({ about: 'clinician' });

test('a sensitive photo is veiled until it is opened, and stays behind', async ({ clinician, nurse, photos }) => {
  await clinician.receives(nurse, PATIENT, await photos(2));
  await clinician.taps('Hide code');
  await expect
    .poll(() => photoOnTile(clinician), { message: 'the photo is painted', timeout: 20_000 })
    .toBeGreaterThan(0.02);
  await clinician.taps(/^Open photo 1/);
  await clinician.chooses(/^Sensitive/);
  await clinician.taps('Hide it again');
  await clinician.taps('Close');
  await clinician.sees({ kind: '[data-image-id] [data-testid=veil]' });
  await expect.poll(() => photoOnTile(clinician), { message: 'the photo is veiled', timeout: 20_000 }).toBe(0);
  await clinician.taps('Export…');
  expect(await clinician.inPage(chosen)).toEqual([false, true]);
});

test('a ZIP and a PDF have the very bytes of the photos', async ({ clinician, nurse, photos }, info) => {
  await clinician.receives(nurse, PATIENT, await photos(2));
  await clinician.taps('Hide code');
  const originals = await clinician.inPage(photoBytes);
  await clinician.inPage(keepWhatIsSaved);
  await clinician.taps('Export…');
  mkdirSync(info.outputDir, { recursive: true });

  const zip = info.outputPath('photos.zip');
  await clinician.taps('Download as ZIP');
  await expect.poll(() => clinician.inPage(countSaved), { timeout: 30_000 }).toBe(1);
  writeFileSync(zip, Buffer.from(await clinician.inPage(lastSaved), 'base64'));
  execFileSync('unzip', ['-q', zip, '-d', info.outputPath('zip')]);
  expect(sums(info.outputPath('zip'))).toEqual(originals.map(sum).sort());

  const pdf = info.outputPath('photos.pdf');
  await clinician.taps('PDF');
  await expect.poll(() => clinician.inPage(countSaved), { timeout: 30_000 }).toBe(2);
  writeFileSync(pdf, Buffer.from(await clinician.inPage(lastSaved), 'base64'));
  mkdirSync(info.outputPath('pdf'));
  execFileSync('pdfimages', ['-all', pdf, info.outputPath('pdf/image')]);
  expect(sums(info.outputPath('pdf'))).toEqual(originals.map(sum).sort());

  await clinician.reads('Done. The timeline has an entry for it.');
});

const sum = (base64: string): string => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');

/** A PDF's captions are pictures too, but not JPEGs. */
const sums = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jpg'))
    .map((name) => sum(readFileSync(join(folder, name), 'base64')))
    .sort();

/** How much of the first tile shows the test photo. */
async function photoOnTile(clinician: Clinician): Promise<number> {
  const area = await clinician.inPage(() => {
    const tile = document.querySelector('photobridge-widget')?.shadowRoot?.querySelector('[data-image-id]');
    tile?.scrollIntoView({ block: 'center' });
    const { left = 0, top = 0, right = 0, bottom = 0 } = tile?.getBoundingClientRect() ?? {};
    return {
      left: left / innerWidth,
      top: top / innerHeight,
      right: right / innerWidth,
      bottom: bottom / innerHeight,
    };
  });
  return shareOfPhoto(await clinician.screenshot(), area);
}

/** Runs in the page: returns which photos are selected in the dialog. */
function chosen(): boolean[] {
  const root = document.querySelector('photobridge-widget')?.shadowRoot;
  return [...(root?.querySelectorAll<HTMLInputElement>('.choices input') ?? [])].map(({ checked }) => checked);
}

/** Runs in the page: returns the files that the widget hands to its host, in base64. */
async function photoBytes(): Promise<string[]> {
  const images = document.querySelector('photobridge-widget')?.images ?? [];
  const encoded = images.map(async ({ file }) => {
    const bytes = new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0));
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return Promise.all(encoded);
}

/** Runs in the page: keeps saved files here, because the tests' browsers have no folder for downloads. */
function keepWhatIsSaved(): void {
  const saved: Blob[] = [];
  Object.assign(window, { saved });
  const { click } = HTMLAnchorElement.prototype;
  const blobs = new Map<string, Blob>();
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob: Blob) => {
    const url = createObjectURL.call(URL, blob);
    blobs.set(url, blob);
    return url;
  };
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    const blob = blobs.get(this.href);
    if (blob) saved.push(blob);
    else click.call(this);
  };
}

/** Runs in the page. */
function countSaved(): number {
  return (window as unknown as { saved: Blob[] }).saved.length;
}

/** Runs in the page: returns the file that was saved last, in base64. */
async function lastSaved(): Promise<string> {
  const blob = (window as unknown as { saved: Blob[] }).saved.at(-1);
  const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
