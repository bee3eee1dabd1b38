/** @vitest-environment happy-dom */

import { render } from 'preact';
import { expect, test, vi } from 'vitest';
import { capturing, grant } from '../fixtures';
import { Media } from '../media';
import type { Event, State } from '../model';
import { PageContext } from './context';
import { Picker } from './Pickers';

const other = { ...grant, patientId: 'pat-9', encounterId: 'enc-9' };

test.each<[string, boolean, State, typeof grant]>([
  ['of the same patient', true, capturing, grant],
  ['of the patient before, after another code was opened', true, { ...capturing, session: other }, grant],
  ['of the patient who is shown, if nothing was pressed', false, { ...capturing, session: other }, other],
])('files that arrive are %s', (_, presses, now, owner) => {
  const events: Event[] = [];
  const media = Object.assign(Object.create(Media.prototype), { keep: vi.fn() }) as Media;
  const page = document.createElement('main');
  const draw = (state: State) =>
    render(
      <PageContext.Provider value={{ state, dispatch: (event) => events.push(event), media }}>
        <Picker source="gallery" class="button" label="Gallery">
          {null}
        </Picker>
      </PageContext.Provider>,
      page,
    );
  draw(capturing);
  if (presses) page.querySelector('button')?.click();
  draw(now);
  const input = page.querySelector('input');
  Object.defineProperty(input, 'files', { value: [new File(['x'], 'a.jpg')] });
  input?.dispatchEvent(new window.Event('change'));
  expect(events).toMatchObject([{ type: 'chosen', photos: [{ name: 'a.jpg' }], session: owner }]);
});
