import { describe, expect, test } from 'vitest';
import { Delivery } from './delivery';
import { photo } from './fixtures';
import { problemOf, taken, type CommitCode } from './results';

const [a, b] = ['a', 'b'].map((letter) => letter.repeat(32)) as [string, string];
const empty = { resourceType: 'Bundle', type: 'transaction' } as const;
const photos = [a, b].map((id) => ({ image: photo({}, { id }), bundle: empty }));

const outcome = (severity: string, more: object = {}) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, ...more }],
});
const transactionResponse = (status: string, more: object = {}) => ({
  resourceType: 'Bundle',
  entry: [{ response: { status: '201 Created' } }, { response: { status, ...more } }],
});

describe('the record has taken it', () => {
  test.each<[string, unknown, boolean]>([
    ['nothing at all', undefined, false],
    ['a response', new Response('', { status: 200 }), false],
    ['a response that says it is new', new Response('', { status: 201 }), true],
    ['a resource', { resourceType: 'Media' }, false],
    ['a resource with a time of creation', { resourceType: 'Claim', created: '2026-03-04' }, false],
    ['a transaction’s response', transactionResponse('200 OK'), false],
    ['a transaction’s response in which all is new', transactionResponse('201 Created'), true],
    ['a transaction’s response about nothing', { resourceType: 'Bundle', entry: [], created: true }, false],
    ['an outcome that informs', outcome('information'), false],
    ['what has nothing to do with FHIR', { entry: 5 }, false],
    ['that it is new', { created: true }, true],
    ['that it is not', { created: false }, false],
  ])('when a promise gives %s', async (_, result, created) => {
    await expect(taken(Promise.resolve(result))).resolves.toEqual({ created });
  });

  test('when what is not quite a promise resolves', async () => {
    const thenable = Object.fromEntries([['then', (resolve: () => void) => resolve()]]);
    await expect(taken(thenable)).resolves.toEqual({ created: false });
  });
});

describe('the record has not taken it', () => {
  const status = (code: number) => () => Promise.resolve(new Response('', { status: code }));
  test.each<[string, () => unknown, CommitCode, string]>([
    ['nothing', () => undefined, 'no_result', ''],
    ['a word', () => 'ok', 'no_result', ''],
    ['null', () => null, 'no_result', ''],
    ['a function', () => () => undefined, 'no_result', ''],
    ['a then that is none', () => Object.fromEntries([['then', 5]]), 'no_result', ''],
    ['a then that throws', () => Object.fromEntries([['then', throws]]), 'refused', 'Gone.'],
    ['a rejection without a reason', () => Promise.reject(new Error('')), 'no_reason', ''],
    ['a rejection with nothing', () => Promise.reject(), 'no_reason', ''],
    ['a rejection with a number', () => Promise.reject(7), 'no_reason', ''],
    ['a rejection with a word', () => Promise.reject('locked'), 'refused', 'locked'],
    ['a rejection of several lines', () => Promise.reject('locked\n\tby Dr Test\0'), 'refused', 'locked by Dr Test'],
    ['a rejection with a response', () => Promise.reject(new Response('', { status: 403 })), 'forbidden', '403'],
    ['a rejection with an outcome', () => Promise.reject(outcome('error', { diagnostics: 'No.' })), 'refused', 'No.'],
    ['false', () => Promise.resolve(false), 'no_reason', ''],
    ['400', status(400), 'invalid', '400'],
    ['401', status(401), 'forbidden', '401'],
    ['405, as where clients may not choose ids', status(405), 'no_place', '405'],
    ['409', status(409), 'conflict', '409'],
    ['413', status(413), 'too_large', '413'],
    ['422', status(422), 'invalid', '422'],
    ['429', status(429), 'busy', '429'],
    ['500', status(500), 'failed', '500'],
    ['503', status(503), 'busy', '503'],
    ['an outcome', () => Promise.resolve(outcome('error', text('No such patient.'))), 'refused', 'No such patient.'],
    ['diagnostics', () => Promise.resolve(outcome('fatal', { diagnostics: 'Disk full.' })), 'refused', 'Disk full.'],
    ['an outcome in silence', () => Promise.resolve(outcome('error')), 'no_reason', ''],
    ['an entry', () => Promise.resolve(transactionResponse('412 Precondition Failed')), 'conflict', '412'],
    [
      'an entry that says why',
      () => Promise.resolve(transactionResponse('400', { outcome: outcome('error', { diagnostics: 'Too large.' }) })),
      'refused',
      'Too large.',
    ],
  ])('for %s', async (_, keep, code, detail) => {
    const delivery = new Delivery(photos);
    delivery.photos[0]?.keep(keep() as Promise<unknown>);
    const failed = new Map([[a, { code, detail }]]);
    expect(await delivery.outcome(Promise.resolve())).toEqual({ kept: [b], created: [], failed });
  });
});

const text = (details: string) => ({ details: { text: details } });
const throws = (): never => {
  throw new Error('Gone.');
};

test('each photo comes with its resources', () => {
  const media = { resourceType: 'Media', status: 'completed', content: {} } as const;
  const { resources, bundle } = new Delivery([{ image: photo(), bundle: { ...empty, entry: [{ resource: media }] } }])
    .photos[0]!;
  expect(resources).toEqual([media]);
  expect(bundle.entry?.[0]?.resource).toBe(media);
});

test('a long reason is cut', () => {
  expect(problemOf(new Error('x'.repeat(1000))).detail).toHaveLength(200);
});

describe('what the host says of the whole', () => {
  test('counts for the photos of which it says nothing', async () => {
    const delivery = new Delivery(photos);
    delivery.photos[1]?.keep(Promise.resolve());
    expect(await delivery.outcome(Promise.reject(new Error('locked')))).toEqual({
      kept: [b],
      created: [],
      failed: new Map([[a, { code: 'refused', detail: 'locked' }]]),
    });
  });

  test('does not count for the others', async () => {
    const delivery = new Delivery(photos);
    delivery.photos[1]?.keep(Promise.reject(new Error('Quota reached.')));
    expect(await delivery.outcome(Promise.resolve())).toMatchObject({ kept: [a] });
  });
});

describe('a photo is new to the record', () => {
  const [yes, no] = [Promise.resolve({ created: true }), Promise.resolve()];
  test.each<[string, Promise<unknown>[], Promise<unknown>, string[]]>([
    ['when the host says so of it', [yes], no, [a]],
    ['when the host says so of the whole', [], yes, [a, b]],
    ['not when only the whole is', [no], yes, [b]],
    ['not when one of two reports says so', [yes, no], no, []],
  ])('%s', async (_, reports, rest, created) => {
    const delivery = new Delivery(photos);
    for (const report of reports) delivery.photos[0]?.keep(report);
    expect(await delivery.outcome(rest)).toMatchObject({ created });
  });
});

test('a photo is kept when all that the host reported of it is kept', async () => {
  const delivery = new Delivery(photos);
  delivery.photos[0]?.keep(Promise.resolve());
  delivery.photos[0]?.keep(Promise.reject(new Error('the picture')));
  expect((await delivery.outcome(Promise.resolve())).failed).toEqual(
    new Map([[a, { code: 'refused', detail: 'the picture' }]]),
  );
});

test('a report after the end is refused, not ignored', async () => {
  const delivery = new Delivery(photos);
  await delivery.outcome(Promise.resolve());
  expect(() => delivery.photos[0]?.keep(Promise.resolve())).toThrow('after the commit');
});
