import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** A drawn mole on drawn skin: what pictures of the product show instead of a person's photo. */
export async function makeSkinPhoto(page: Page, folder: string, name: string, look: { tone: number; spot: number }): Promise<string> {
  const base64 = await page.evaluate(async ({ tone, spot }) => {
    const width = 2400;
    const height = 1800;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no 2d context');
    const light = context.createRadialGradient(width * 0.4, height * 0.35, 200, width / 2, height / 2, width * 0.7);
    light.addColorStop(0, `hsl(${tone} 48% 76%)`);
    light.addColorStop(1, `hsl(${tone} 40% 52%)`);
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
    for (let i = 0; i < 9000; i++) {
      context.fillStyle = `hsl(${tone + Math.sin(i) * 6} 40% ${60 + (i % 17)}% / 12%)`;
      context.fillRect((i * 7919) % width, (i * 104_729) % height, 6 + (i % 11), 4 + (i % 7));
    }
    context.filter = 'blur(14px)';
    context.fillStyle = `hsl(${spot} 45% 30% / 90%)`;
    context.beginPath();
    for (let turn = 0; turn < 2 * Math.PI; turn += 0.1) {
      const radius = 230 + 34 * Math.sin(3 * turn) + 18 * Math.cos(7 * turn);
      context.lineTo(width * 0.52 + radius * 1.2 * Math.cos(turn), height * 0.5 + radius * Math.sin(turn));
    }
    context.fill();
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  }, look);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(base64, 'base64'));
  return path;
}
