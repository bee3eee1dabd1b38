/** Files dropped onto the desktop: the engine in its frame, in each browser. */

import { PATIENT, test } from '../../harness/journey.ts';

test.use({ about: 'clinician' });

test('dropped photos arrive, and a PDF says what to do', async ({ clinician }) => {
  await clinician.opensPatient(PATIENT);
  await clinician.sees({ kind: '[data-testid=show-code]:enabled' });
  await clinician.inPage(dropPhotos);
  await clinician.hasPhotos(2, 60_000);
  await clinician.reads(/This is a PDF, not a photo/);
});

/** Runs in the page: drops two photos and a letter onto the widget. */
async function dropPhotos(): Promise<void> {
  const transfer = new DataTransfer();
  for (const width of [3000, 3002]) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height: 2000 });
    const context = canvas.getContext('2d');
    for (let i = 0; context && i < 400; i++) {
      context.fillStyle = `rgb(${(i * 37) % 255} ${(i * 91) % 255} 120)`;
      context.fillRect((i * 97) % width, (i * 53) % 2000, 200, 150);
    }
    const photo = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.95));
    transfer.items.add(new File([photo ?? ''], `${width}.jpg`, { type: 'image/jpeg' }));
  }
  transfer.items.add(new File(['%PDF-1.7 a letter'], 'letter.pdf', { type: 'application/pdf' }));
  const widget = document.querySelector('photobridge-widget')?.shadowRoot?.querySelector('section');
  widget?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
}
