import type { Page } from '@playwright/test';

/** Paints a picture with a function that runs in the page, and returns the file that its canvas makes. */
export async function paintFile<Arg>(page: Page, paint: (arg: Arg) => Promise<Blob>, arg: Arg): Promise<Buffer> {
  const blob = await page.evaluateHandle<Blob, unknown>(paint as (arg: unknown) => Promise<Blob>, arg);
  const base64 = await blob.evaluate(async (file) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  });
  await blob.dispose();
  return Buffer.from(base64, 'base64');
}
