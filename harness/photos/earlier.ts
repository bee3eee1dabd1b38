/** An earlier photo of the record, in a colour that nothing in the tests' photos and cameras has. */

/** Runs in the page: the photo as the widget offers it to phones, a JPEG in base64. */
export function earlierJpeg(): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: 480, height: 640 });
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = '#ff00ff';
  context?.fillRect(0, 0, 480, 640);
  return canvas.toDataURL('image/jpeg', 0.7).replace(/^[^,]*,/, '');
}

/** Runs in the page of the practice: gives the widget a record with this photo alone. */
export async function passEarlier(): Promise<void> {
  const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 800 });
  const context = canvas.getContext('2d');
  if (context) context.fillStyle = '#ff00ff';
  context?.fillRect(0, 0, 600, 800);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  const widget = document.querySelector('photobridge-widget');
  if (!blob || !widget) throw new Error('no widget');
  widget.earlier = [{ url: URL.createObjectURL(blob), time: '2026-01-02' }];
}

/** The share of pixels that have this colour, also where it is half transparent. */
export function earlierShare({ data, width, height }: { data: Uint8Array; width: number; height: number }): number {
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    if (red > 130 && blue > 130 && green < 0.55 * Math.min(red, blue)) found++;
  }
  return found / (width * height);
}
