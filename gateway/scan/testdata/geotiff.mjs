/** Decodes the TIFFs in its arguments with geotiff, and writes the pixels of each next to it as a PPM. */

import { writeFileSync } from 'node:fs';
import { fromFile } from 'geotiff';

for (const path of process.argv.slice(2)) {
  const tiff = await fromFile(path);
  const image = await tiff.getImage();
  const pixels = await image.readRGB({ interleave: true });
  const head = Buffer.from(`P6 ${image.getWidth()} ${image.getHeight()} 255\n`);
  writeFileSync(`${path}.ppm`, Buffer.concat([head, Uint8Array.from(pixels)]));
  await tiff.close();
}
