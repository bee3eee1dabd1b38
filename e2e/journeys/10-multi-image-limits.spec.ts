/** Multi-image limits: twenty photos a session, each below a megabyte, and a clear message at the limit. */

import { readFileSync } from 'node:fs';
import { Session } from '../../harness/people/practice.ts';
import { expectStored } from '../../harness/photos/stored.ts';
import { Uploader } from '../../harness/people/uploader.ts';
import { expect, test } from '../../harness/journey.ts';

const PLACES = 20;
const SMALL = { width: 480, height: 640 };

test('twenty of twenty-two photos are accepted, and all twenty arrive', async ({ nurse, page, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.scans(session.url);
  await nurse.choosesPhotos(await photos(PLACES + 2, SMALL));
  await nurse.reads('20 of 22 were added: a session holds 20 photos.');
  await nurse.hasPhotosReady(PLACES);
  await nurse.taps('Send without details');
  await nurse.reads('20 photos are on the desktop');
  expect(await session.images()).toHaveLength(PLACES);
  await expectStored(page, stack, session.encounterId, PLACES);
});

test('another phone took the last places: these photos wait until there is room', async ({ nurse, photos, stack }) => {
  const session = await Session.open(stack);
  await nurse.takesPhotos(session.url, await photos(2, SMALL));
  const other = await Uploader.scan(stack, session.url);
  for (const path of await photos(PLACES - 1, SMALL)) await other.upload(readFileSync(path), SMALL);
  const [first] = await session.images();
  await nurse.taps('Send without details');
  await nurse.reads(/The session is full\. Delete photos on the desktop\./);
  await session.remove(first?.imageId ?? '');
  await nurse.taps('Try again');
  await nurse.reads(/photos? (is|are) on the desktop/);
  expect(await session.images()).toHaveLength(PLACES);
});
