/** Pictures that the browser makes for an export. */

import { TEXT_WIDTH, type Caption } from './pdf';

/** Pixels of a caption for each point on paper: 200 to the inch. */
const DENSITY = 200 / 72;
const [FONT_POINTS, LINE_POINTS] = [10, 14];

const BEST_QUALITY = 0.9;
/** Below this a smaller picture looks better than a coarser one. */
const LEAST_QUALITY = 0.6;
/** Each step less leaves about half of the pixels. */
const SHRINK = 0.7;
const SMALLEST_SIDE = 64;
const QUALITY_STEPS = 5;

/**
 * Returns a JPEG of at most `maxBytes`: the picture as large as it can be, then in the best quality that fits. A file
 * that fits already is returned as it is.
 * @throws Error if the browser cannot make one that small
 */
export async function smallerCopy(file: File, maxBytes: number): Promise<Blob> {
  if (file.size <= maxBytes) return file;
  const bitmap = await createImageBitmap(file);
  try {
    for (let scale = 1; Math.min(bitmap.width, bitmap.height) * scale >= SMALLEST_SIDE; scale *= SHRINK) {
      const canvas = drawn(bitmap, scale);
      const copy = await bestBelow(canvas, maxBytes);
      if (copy) return copy;
    }
  } finally {
    bitmap.close();
  }
  throw new Error(`no copy of at most ${maxBytes} bytes`);
}

/** The finest encoding of a canvas that fits, if one does. */
async function bestBelow(canvas: OffscreenCanvas, maxBytes: number): Promise<Blob | undefined> {
  let best: Blob | undefined;
  let [low, high] = [LEAST_QUALITY, BEST_QUALITY];
  for (let step = 0; step < QUALITY_STEPS; step++) {
    // The coarsest comes first: if it does not fit, none does.
    const quality = step === 0 ? low : step === 1 ? high : (low + high) / 2;
    const copy = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (copy.type !== 'image/jpeg') throw new Error('the browser made no JPEG');
    if (copy.size <= maxBytes) [best, low] = [copy, quality];
    else if (step === 0) return undefined;
    else high = quality;
    if (low === BEST_QUALITY) break;
  }
  return best;
}

function drawn(bitmap: ImageBitmap, scale: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** A picture as PNG: the only kind that every browser puts on the clipboard. */
export async function pngOf(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const canvas = drawn(bitmap, 1);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}

/** Draws the lines of a caption; long ones are broken where the script allows it. */
export function captionOf(lines: readonly string[], language: string): Caption {
  const width = Math.round(TEXT_WIDTH * DENSITY);
  const font = `${FONT_POINTS * DENSITY}px system-ui, sans-serif`;
  const measure = contextOf(new OffscreenCanvas(1, 1));
  measure.font = font;
  const rows = lines.flatMap((line) => broken(line, (text) => measure.measureText(text).width <= width, language));
  const lineHeight = Math.round(LINE_POINTS * DENSITY);
  const canvas = new OffscreenCanvas(width, Math.max(1, rows.length) * lineHeight);
  const context = contextOf(canvas);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  context.font = font;
  context.textBaseline = 'middle';
  rows.forEach((row, index) => context.fillText(row, 0, (index + 0.5) * lineHeight));
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = Uint8Array.from({ length: canvas.width * canvas.height }, (_, index) => data[index * 4] ?? 0);
  return { grey, width: canvas.width, height: canvas.height, text: lines.join('\n') };
}

/** Breaks a line into rows that fit. */
export function broken(line: string, fits: (text: string) => boolean, language: string): string[] {
  const rows: string[] = [];
  let row = '';
  for (const piece of line.match(/\S+\s*/gu) ?? []) {
    if (fits(row + piece.trimEnd())) {
      row += piece;
      continue;
    }
    if (row) rows.push(row.trimEnd());
    row = piece;
    while (!fits(row.trimEnd())) {
      const letters = [...new Intl.Segmenter(language).segment(row)].map(({ segment }) => segment);
      let count = letters.length - 1;
      while (count > 1 && !fits(letters.slice(0, count).join(''))) count--;
      if (count < 1) break;
      rows.push(letters.slice(0, count).join(''));
      row = letters.slice(count).join('');
    }
  }
  return [...rows, row.trimEnd()];
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no memory for a canvas');
  return context;
}
