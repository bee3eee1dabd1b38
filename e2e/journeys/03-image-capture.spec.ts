/** Image capture, on the phone: photos are taken or chosen, reviewed, and deleted. */

import { writeFileSync } from 'node:fs';
import { Session } from '../../harness/people/practice.ts';
import { button, expect, test } from '../../harness/journey.ts';

test('chosen photos are prepared at once, and nothing has left the phone', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(3));
  await nurse.reads('3 photos');
  expect(await session.images()).toEqual([]);
});

test('a photo is deleted, and comes back on Undo', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(2));
  await nurse.taps(/^Delete Photo 2/);
  await nurse.hasPhotosReady(1);
  await nurse.taps('Undo');
  await nurse.hasPhotosReady(2);
});

test('more photos are added to those that wait', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(1));
  await nurse.choosesPhotos(await photos(2));
  await nurse.hasPhotosReady(3);
});

test('a file that is not a photo is refused, with the reason', async ({ nurse, photos, stack }, info) => {
  const session = await Session.open(stack);
  const letter = info.outputPath('letter.jpg');
  writeFileSync(letter, 'Dear colleague, thank you for seeing this patient.');
  await nurse.scans(session.url);
  await nurse.choosesPhotos([letter, ...(await photos(1))]);
  await nurse.reads('This is not a photo.');
  await nurse.taps('Send without details');
  await nurse.reads('1 photo is on the desktop');
  expect(await session.images()).toHaveLength(1);
  await nurse.doesNotSee(button('Send without details'));
});
