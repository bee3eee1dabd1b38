/**
 * A PDF of photos, one a page, each with its caption. A photo's JPEG goes into the file as it is (DCTDecode, ISO
 * 32000-1, 7.4.8), so nothing is lost. A caption is a picture that the browser draws, so that every script works.
 */

export interface Page {
  jpeg: Uint8Array;
  caption: Caption;
}

/** Grey pixels, one byte each, from the top left. */
export interface Caption {
  grey: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  text: string;
}

/** A4 in points. */
const [PAGE_WIDTH, PAGE_HEIGHT, MARGIN, GAP] = [595.28, 841.89, 42, 12];
export const TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN;

/**
 * Returns the bytes of the PDF.
 * @throws Error if a photo is no JPEG that a PDF can hold
 */
export async function pdfOf(pages: readonly Page[], title: string): Promise<Blob> {
  const file = new Objects();
  const tree = file.reserve();
  const kids: number[] = [];
  for (const { jpeg, caption } of pages) {
    const photo = sizeOf(jpeg);
    const photoId = file.add(imageHead(photo, 'DCTDecode', jpeg.length), jpeg);
    const packed = await deflate(caption.grey);
    const captionId = file.add(imageHead({ ...caption, components: 1 }, 'FlateDecode', packed.length), packed);
    const drawing = bytesOf(drawn(photo, caption));
    const contentId = file.add(`<< /Length ${drawing.length} >>`, drawing);
    kids.push(
      file.add(
        `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${PAGE_WIDTH} ${PAGE_HEIGHT}] /Contents ${contentId} 0 R ` +
          `/Resources << /XObject << /Photo ${photoId} 0 R /Caption ${captionId} 0 R >> >> >>`,
      ),
    );
  }
  file.put(tree, `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((id) => `${id} 0 R`).join(' ')}] >>`);
  const root = file.add(`<< /Type /Catalog /Pages ${tree} 0 R >>`);
  const info = file.add(`<< /Title ${hexText(title)} >>`);
  return file.close(root, info);
}

interface Shape {
  width: number;
  height: number;
}

function imageHead({ width, height, components }: Shape & { components: number }, filter: string, length: number) {
  const space = components === 1 ? 'DeviceGray' : 'DeviceRGB';
  return (
    `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /${space} ` +
    `/BitsPerComponent 8 /Filter /${filter} /Length ${length} >>`
  );
}

/** Fits the photo above its caption, and marks the caption's text for search and screen readers. */
function drawn(photo: Shape, caption: Caption): string {
  const captionHeight = (TEXT_WIDTH * caption.height) / caption.width;
  const room = PAGE_HEIGHT - 2 * MARGIN - GAP - captionHeight;
  const scale = Math.min(TEXT_WIDTH / photo.width, room / photo.height);
  const [width, height] = [photo.width * scale, photo.height * scale];
  const x = (PAGE_WIDTH - width) / 2;
  const y = PAGE_HEIGHT - MARGIN - height;
  const place = (...matrix: number[]): string => matrix.map((value) => value.toFixed(2)).join(' ');
  return (
    `q ${place(width, 0, 0, height, x, y)} cm /Photo Do Q\n` +
    `/Span << /ActualText ${hexText(caption.text)} >> BDC ` +
    `q ${place(TEXT_WIDTH, 0, 0, captionHeight, MARGIN, y - GAP - captionHeight)} cm /Caption Do Q EMC\n`
  );
}

/** Reads a JPEG's frame header (ISO 10918-1, B.2.2). */
function sizeOf(jpeg: Uint8Array): Shape & { components: number } {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 9 < jpeg.length && jpeg[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    const components = jpeg[at + 9] ?? 0;
    if (isFrame && (components === 1 || components === 3))
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components };
  }
  throw new Error('this is no JPEG that a PDF can hold');
}

/** The numbered objects of a file, and where each begins. */
class Objects {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  readonly #offsets: number[] = [];
  #length = 0;

  constructor() {
    // The four bytes above 127 say that the file is binary.
    this.#write(bytesOf('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'));
  }

  reserve(): number {
    return this.#offsets.push(0);
  }

  add(head: string, stream?: Uint8Array): number {
    const id = this.reserve();
    this.put(id, head, stream);
    return id;
  }

  put(id: number, head: string, stream?: Uint8Array): void {
    this.#offsets[id - 1] = this.#length;
    this.#write(bytesOf(`${id} 0 obj\n${head}\n`));
    if (stream) {
      this.#write(bytesOf('stream\n'));
      this.#write(new Uint8Array(stream));
      this.#write(bytesOf('\nendstream\n'));
    }
    this.#write(bytesOf('endobj\n'));
  }

  close(root: number, info: number): Blob {
    const start = this.#length;
    const rows = this.#offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const size = this.#offsets.length + 1;
    this.#write(
      bytesOf(
        `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n` +
          `<< /Size ${size} /Root ${root} 0 R /Info ${info} 0 R >>\nstartxref\n${start}\n%%EOF\n`,
      ),
    );
    return new Blob(this.#parts, { type: 'application/pdf' });
  }

  #write(bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }
}

/** One byte a character; the file's own text is ASCII. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A PDF text string in UTF-16. */
function hexText(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return `<FEFF${units.map((unit) => unit.toString(16).padStart(4, '0')).join('')}>`;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
