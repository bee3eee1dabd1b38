import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { paintFile } from './canvas.ts';

/** Skin tones and a finding's, as `hue saturation% lightness%`. */
const PATCHES = [
  { skin: '24 45% 72%', spot: '16 40% 30%', spread: 0.09 },
  { skin: '20 38% 52%', spot: '4 45% 34%', spread: 0.16 },
  { skin: '26 50% 78%', spot: '2 55% 58%', spread: 0.22 },
  { skin: '22 35% 38%', spot: '14 40% 18%', spread: 0.12 },
] as const;

/** Paints invented patches of skin, each with a lesion, with files as large as a phone's photos. */
export async function makeSkins(
  page: Page,
  folder: string,
  count: number,
  { width = 3024, height = 4032 } = {},
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const paths = [];
  for (let i = 0; i < count; i++) {
    const patch = PATCHES[i % PATCHES.length] ?? PATCHES[0];
    const path = join(folder, `skin-${i + 1}.jpg`);
    writeFileSync(path, await paintFile(page, paint, { ...patch, width, height, seed: i + 1 }));
    paths.push(path);
  }
  return paths;
}

/** Runs in the page. */
async function paint({
  skin,
  spot,
  spread,
  width,
  height,
  seed,
}: {
  skin: string;
  spot: string;
  spread: number;
  width: number;
  height: number;
  seed: number;
}): Promise<Blob> {
  let state = seed;
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2d context');
  context.fillStyle = `hsl(${skin})`;
  context.fillRect(0, 0, width, height);
  const light = context.createRadialGradient(width * 0.4, height * 0.35, 0, width * 0.5, height * 0.5, height * 0.75);
  light.addColorStop(0, 'rgb(255 240 225 / 35%)');
  light.addColorStop(1, 'rgb(40 10 0 / 35%)');
  context.fillStyle = light;
  context.fillRect(0, 0, width, height);
  const blot = (x: number, y: number, radius: number, colour: string): void => {
    const soft = context.createRadialGradient(x, y, radius * 0.55, x, y, radius);
    soft.addColorStop(0, colour);
    soft.addColorStop(1, 'transparent');
    context.fillStyle = soft;
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  };
  for (let i = 0; i < 60; i++) blot(random() * width, random() * height, 10 + random() * 26, `hsl(${spot} / 25%)`);
  for (let i = 0; i < 24; i++) {
    const angle = random() * 2 * Math.PI;
    const reach = random() * spread * width * 0.7;
    blot(
      width / 2 + Math.cos(angle) * reach,
      height / 2 + Math.sin(angle) * reach,
      spread * width * (0.25 + random() * 0.3),
      `hsl(${spot} / 60%)`,
    );
  }
  const image = context.getImageData(0, 0, width, height);
  for (let i = 0; i < image.data.length; i += 4) {
    const grain = random() * 26 - 13;
    for (let channel = i; channel < i + 3; channel++) image.data[channel] = (image.data[channel] ?? 0) + grain;
  }
  context.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
