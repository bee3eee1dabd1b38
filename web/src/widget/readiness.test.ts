import { describe, expect, test } from 'vitest';
import type { Metadata } from '../contract/api';
import { gapsIn, readyToCommit, type RecordGate } from './readiness';
import { photo } from './record/fixtures';

const FOREARM: Metadata = { bodySite: 'forearm', laterality: 'left' };
const [mole, other] = [
  { ...FOREARM, label: 'mole A' },
  { ...FOREARM, label: 'mole B' },
];
const images = (...details: Metadata[]) => details.map((one, n) => photo(one, { id: `${n}`, number: n + 1 }));

const lacking = (gate: RecordGate, ...details: Metadata[]): string[] =>
  gapsIn(images(...details), images(...details), gate).map(({ lesion, lacks }) => `${lesion}: ${lacks.join(', ')}`);

describe('a set', () => {
  test.each<[string, RecordGate, Metadata[], string[]]>([
    ['nothing but site and side', 'site-side', [FOREARM], []],
    ['both views', 'referral', [FOREARM], ['Left forearm: overview, close-up']],
    ['one view', 'referral', [{ ...FOREARM, view: 'overview' }], ['Left forearm: close-up']],
    [
      'nothing',
      'referral',
      [
        { ...FOREARM, view: 'overview' },
        { ...FOREARM, view: 'close-up' },
      ],
      [],
    ],
    [
      'dermoscopy',
      'referral-dermoscopy',
      [
        { ...FOREARM, view: 'overview' },
        { ...FOREARM, view: 'close-up' },
      ],
      ['Left forearm: dermoscopy'],
    ],
    [
      'each lesion of a site its own',
      'referral',
      [
        { ...mole, view: 'overview' },
        { ...mole, view: 'close-up' },
        { ...other, view: 'close-up' },
      ],
      ['Left forearm, mole B: overview'],
    ],
    [
      'the other side its own',
      'referral',
      [
        { ...FOREARM, view: 'overview' },
        { ...FOREARM, laterality: 'right', view: 'close-up' },
      ],
      ['Left forearm: close-up', 'Right forearm: overview'],
    ],
    ['nothing for a rash', 'referral', [{ ...FOREARM, kind: 'rash' }], []],
    ['nothing for a photo of no site', 'referral', [{ laterality: 'na' }], []],
  ])('lacks %s (%s)', (_, gate, details, expected) => {
    expect(lacking(gate, ...details)).toEqual(expected);
  });

  test('is completed by a photo that is in the record already', () => {
    const [overview, closeUp] = images({ ...FOREARM, view: 'overview' }, { ...FOREARM, view: 'close-up' });
    const all = [{ ...overview!, committedAt: '2026-03-04T09:00:00Z' }, closeUp!];
    expect(readyToCommit(all, 'referral')).toEqual([closeUp]);
    expect(readyToCommit([closeUp!], 'referral', all)).toEqual([closeUp]);
    expect(readyToCommit([closeUp!], 'referral')).toBeUndefined();
  });

  test('leads to the photo without a view', () => {
    const all = images({ ...FOREARM, view: 'overview' }, FOREARM);
    expect(gapsIn(all, all, 'referral')[0]?.imageId).toBe('1');
  });
});
