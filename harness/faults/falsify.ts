/**
 * Inserted before the script of the engine's worker: what a browser does that protects against
 * fingerprinting. Pixels that are read differ slightly.
 */
export const FALSIFY = `{
  const honest = OffscreenCanvasRenderingContext2D.prototype.getImageData;
  OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...where) {
    const image = honest.apply(this, where);
    for (let i = 0; i < image.data.length; i += 4) image.data[i] ^= (i >> 2) & 1;
    return image;
  };
}
`;
