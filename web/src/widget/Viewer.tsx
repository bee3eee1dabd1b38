import { useEffect, useRef, useState } from 'preact/hooks';
import { placeText, type WidgetImage } from './image';
import { timeText, type Words } from './words';

interface ViewerProps {
  words: Words;
  images: readonly WidgetImage[];
  id: string;
  onShow(id: string): void;
  onClose(): void;
}

/** One photo, large, with what was said of it. Arrow keys turn pages, Escape closes. */
export function Viewer({ words, images, id, onShow, onClose }: ViewerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [zoomed, setZoomed] = useState(false);
  const index = images.findIndex((image) => image.id === id);
  const image = images[index];
  useEffect(() => {
    if (image && dialog.current?.open === false) dialog.current.showModal();
  }, [image]);
  if (!image) return null;
  const walk = (by: number): void => {
    const next = images[index + by];
    if (next) onShow(next.id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') walk(-1);
    if (event.key === 'ArrowRight') walk(1);
  };
  const label = words('viewer.label', { n: index + 1, count: images.length });
  return (
    <dialog ref={dialog} class="viewer" part="viewer" aria-label={label} onClose={onClose} onKeyDown={onKeyDown}>
      <header>
        <h3>{label}</h3>
        <button type="button" aria-pressed={zoomed} onClick={() => setZoomed(!zoomed)}>{words('viewer.zoom')}</button>
        <button type="button" disabled={index === 0} aria-label={words('viewer.previous')} onClick={() => walk(-1)}>←</button>
        <button type="button" disabled={index === images.length - 1} aria-label={words('viewer.next')} onClick={() => walk(1)}>→</button>
        <button type="button" onClick={() => dialog.current?.close()}>{words('viewer.close')}</button>
      </header>
      <div class={zoomed ? 'stage zoomed' : 'stage'}>
        {image.previewUrl ? <img src={image.previewUrl} alt={placeText(image.said) || words('image.number', { n: index + 1 })} /> : <p>{words('image.loading')}</p>}
      </div>
      <Facts words={words} image={image} />
    </dialog>
  );
}

function Facts({ words, image }: { words: Words; image: WidgetImage }) {
  const { said, metadata } = image;
  const unset = words('viewer.unset');
  const site = metadata.bodySite;
  const side = metadata.laterality;
  return (
    <dl class="facts">
      <Fact name={words('viewer.site')} value={site?.text ?? unset} code={site?.coding[0]?.code} />
      <Fact name={words('viewer.side')} value={side?.text ?? unset} code={side?.coding[0]?.code} />
      {said.view && <Fact name={words('viewer.view')} value={words(`view.${said.view}`)} />}
      {said.capturedAt && <Fact name={words('viewer.taken')} value={new Date(said.capturedAt).toLocaleString(words.language, { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'short' })} />}
      <Fact name={words('viewer.received')} value={timeText(image.uploadedAt, words.language)} />
      {said.notes && <Fact name={words('viewer.notes')} value={said.notes} />}
    </dl>
  );
}

function Fact({ name, value, code }: { name: string; value: string; code?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}{code && <span class="sct">SNOMED {code}</span>}</dd>
    </div>
  );
}
