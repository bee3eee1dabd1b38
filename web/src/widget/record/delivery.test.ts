import { describe, expect, test } from 'vitest';
import { Delivery } from './delivery';
import { photo } from './fixtures';
import { reasonOf, taken } from './results';

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
  test.each<[string, unknown]>([
    ['nothing at all', undefined],
    ['a response', new Response('', { status: 201 })],
    ['a resource', { resourceType: 'Media' }],
    ['a transaction’s response', transactionResponse('200 OK')],
    ['an outcome that informs', outcome('information')],
    ['what has nothing to do with FHIR', { entry: 5 }],
  ])('when a promise gives %s', async (_, result) => {
    await expect(taken(Promise.resolve(result))).resolves.toBeUndefined();
  });

  test('when what is not quite a promise resolves', async () => {
    const thenable = Object.fromEntries([['then', (resolve: () => void) => resolve()]]);
    await expect(taken(thenable)).resolves.toBeUndefined();
  });
});

describe('the record has not taken it', () => {
  test.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'The record system gave no result.'],
    ['a word', () => 'ok', 'The record system gave no result.'],
    ['null', () => null, 'The record system gave no result.'],
    ['a function', () => () => undefined, 'The record system gave no result.'],
    ['a then that is none', () => Object.fromEntries([['then', 5]]), 'The record system gave no result.'],
    ['a rejection without a reason', () => Promise.reject(new Error('')), 'The record system gave no reason.'],
    ['a rejection with a word', () => Promise.reject('locked'), 'locked'],
    ['false', () => Promise.resolve(false), 'The record system refused it.'],
    ['a failed response', () => Promise.resolve(new Response('', { status: 422 })), 'The record system returned 422.'],
    [
      'an outcome',
      () => Promise.resolve(outcome('error', { details: { text: 'No such patient.' } })),
      'No such patient.',
    ],
    ['diagnostics', () => Promise.resolve(outcome('fatal', { diagnostics: 'Out of disk.' })), 'Out of disk.'],
    ['an outcome in silence', () => Promise.resolve(outcome('error')), 'The record system refused it.'],
    [
      'an entry',
      () => Promise.resolve(transactionResponse('412 Precondition Failed')),
      'The record system returned 412 Precondition Failed.',
    ],
    [
      'an entry that says why',
      () => Promise.resolve(transactionResponse('400', { outcome: outcome('error', { diagnostics: 'Too large.' }) })),
      'Too large.',
    ],
  ])('for %s', async (_, keep, reason) => {
    const delivery = new Delivery(photos);
    delivery.photos[0]?.keep(keep() as Promise<unknown>);
    expect(await delivery.outcome(Promise.resolve())).toEqual({ kept: [b], failed: new Map([[a, reason]]) });
  });
});

test('a long reason is cut', () => {
  expect(reasonOf(new Error('x'.repeat(1000)))).toHaveLength(200);
});

describe('what the host says of the whole', () => {
  test('counts for the photos of which it says nothing', async () => {
    const delivery = new Delivery(photos);
    delivery.photos[1]?.keep(Promise.resolve());
    expect(await delivery.outcome(Promise.reject(new Error('locked')))).toEqual({
      kept: [b],
      failed: new Map([[a, 'locked']]),
    });
  });

  test('does not count for the others', async () => {
    const delivery = new Delivery(photos);
    delivery.photos[1]?.keep(Promise.reject(new Error('Quota reached.')));
    expect(await delivery.outcome(Promise.resolve())).toMatchObject({ kept: [a] });
  });
});

test('a photo is kept when all that the host said of it is kept', async () => {
  const delivery = new Delivery(photos);
  delivery.photos[0]?.keep(Promise.resolve());
  delivery.photos[0]?.keep(Promise.reject(new Error('the picture')));
  expect((await delivery.outcome(Promise.resolve())).failed).toEqual(new Map([[a, 'the picture']]));
});

test('what is said after the end is refused, not ignored', async () => {
  const delivery = new Delivery(photos);
  await delivery.outcome(Promise.resolve());
  expect(() => delivery.photos[0]?.keep(Promise.resolve())).toThrow('after the commit');
});
