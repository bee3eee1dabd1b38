import { describe, expect, test } from 'vitest';
import type { Command, Snapshot } from '../../web/src/contract/engine';
import { CommandLog } from './log';

const session = { facilityId: 'fac-1', patientId: 'pat-2001', encounterId: 'enc-1001', imageCount: 0 } as Extract<
  Command,
  { type: 'open' }
>['session'];
const open: Command = { type: 'open', apiBase: '', session };
const openB: Command = { ...open, session: { ...session, patientId: 'pat-2002' } };
const add = (id: string): Command => ({ type: 'add', id, name: id, source: 'camera', file: new Blob() });
const upload = (...ids: string[]): Command => ({ type: 'upload', ids });
const cancel = (id: string): Command => ({ type: 'cancel', id });
const retry = (id: string): Command => ({ type: 'retry', id });
const remove = (id: string): Command => ({ type: 'remove', id });
const say = (id: string, notes: string): Command => ({ type: 'describe', id, metadata: { notes } });
const pause: Command = { type: 'pause' };
const forget: Command = { type: 'forget' };

function replay(...commands: Command[]): Command[] {
  const log = new CommandLog();
  for (const command of commands) log.record(command);
  return log.commands();
}

describe('the log replays', () => {
  test.each<[string, Command[], Command[]]>([
    [
      'the newest session first',
      [add('a'), open, { ...open, apiBase: 'https://b' }],
      [{ ...open, apiBase: 'https://b' }, add('a')],
    ],
    [
      'the last word on each photo',
      [add('a'), say('a', '1'), add('b'), say('a', '2')],
      [add('a'), add('b'), say('a', '2')],
    ],
    ['nothing of a removed photo but that it is', [add('a'), say('a', '1'), upload('a'), remove('a')], [remove('a')]],
    ['Send for the photos it was pressed for', [add('a'), upload('a'), add('b')], [add('a'), add('b'), upload('a')]],
    ['one Send for several', [add('a'), upload('a'), add('b'), upload('b')], [add('a'), add('b'), upload('a', 'b')]],
    ['Send for a photo of an earlier page', [open, upload('z')], [open, upload('z')]],
    [
      'no Send for what was cancelled',
      [add('a'), add('b'), upload('a', 'b'), cancel('a')],
      [add('a'), add('b'), cancel('a'), upload('b')],
    ],
    [
      'Send for what was cancelled and wanted again',
      [add('a'), upload('a'), cancel('a'), retry('a')],
      [add('a'), upload('a')],
    ],
    ['no Send for a photo that was only prepared again', [add('a'), retry('a')], [add('a')]],
    ['no bare retry', [add('a'), { type: 'retry' }], [add('a')]],
    ['a pause that holds', [add('a'), upload('a'), pause], [add('a'), upload('a'), pause]],
    ['no pause that is over', [add('a'), upload('a'), pause, upload('a')], [add('a'), upload('a')]],
    [
      'each photo under its own patient',
      [open, add('a'), upload('a'), openB, add('b')],
      [open, add('a'), upload('a'), openB, add('b')],
    ],
    [
      'the patient last who is shown',
      [open, add('a'), openB, add('b'), open, upload('a')],
      [openB, add('b'), open, add('a'), upload('a')],
    ],
    ['forgetting of one patient alone', [open, add('a'), openB, add('b'), forget], [open, add('a'), openB, forget]],
    [
      'forgetting, and only what came after it',
      [open, add('a'), upload('a'), forget, add('b')],
      [open, forget, add('b')],
    ],
  ])('%s', (_, recorded, replayed) => {
    expect(replay(...recorded)).toEqual(replayed);
  });
});

test('a photo that has arrived is dropped, and the next engine knows that there is one', () => {
  const log = new CommandLog();
  for (const command of [open, add('a'), add('b'), upload('a', 'b')]) log.record(command);
  const photos = [{ id: 'a', state: 'confirmed' }];
  log.observe({ phoneId: '', photos, imageCount: 1 } as Snapshot);
  expect(log.commands()).toEqual([{ ...open, session: { ...session, imageCount: 1 } }, add('b'), upload('b')]);
});

test('a snapshot of the patient before changes nothing of this one', () => {
  const log = new CommandLog();
  const before: Command = { ...open, session: { ...session, phoneId: 'phone-a' } };
  const now: Command = { ...openB, session: { ...openB.session, phoneId: 'phone-b' } };
  log.record(before);
  log.record(now);
  log.observe({ phoneId: 'phone-a', photos: [] as Snapshot['photos'], imageCount: 7 } as Snapshot);
  expect(log.commands()).toEqual([before, now]);
});

test('a photo of another patient that has arrived is dropped, and one that has not is kept', () => {
  const log = new CommandLog();
  for (const command of [open, add('a'), add('b'), upload('a', 'b'), openB, add('c')]) log.record(command);
  log.observe({ phoneId: '', photos: [] as Snapshot['photos'], imageCount: 0, over: ['a'] } as Snapshot);
  expect(log.commands()).toEqual([open, add('b'), upload('b'), openB, add('c')]);
});

test('a snapshot from before the page turned back drops nothing of the patient who is shown', () => {
  const log = new CommandLog();
  const back: Command = { ...open, session: { ...session, phoneId: 'phone-a' } };
  for (const command of [back, add('a'), openB, back, say('a', 'late')]) log.record(command);
  log.observe({ phoneId: '', photos: [] as Snapshot['photos'], imageCount: 0, over: ['a'] } as Snapshot);
  expect(log.commands()).toEqual([openB, back, add('a'), say('a', 'late')]);
});

test('what was erased at its time limit does not come back', () => {
  const log = new CommandLog();
  for (const command of [open, add('a'), upload('a')]) log.record(command);
  log.observe({ phoneId: '', photos: [] as Snapshot['photos'], imageCount: 0, erased: true } as Snapshot);
  expect(log.commands()).toEqual([open]);
});

test('a photo that keeps ending engines is marked', () => {
  const log = new CommandLog();
  log.record(add('a'));
  log.refuse('a', 'out_of_memory');
  log.refuse('unknown', 'out_of_memory');
  expect(log.commands()).toEqual([{ ...add('a'), refused: 'out_of_memory' }]);
});
