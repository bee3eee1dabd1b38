import { expect, test } from 'vitest';
import { extend, type TimelineEntry } from './timeline';

const at = (time: string): string => `2026-03-04T10:${time}Z`;

test.each<[string, TimelineEntry[], TimelineEntry[], TimelineEntry[]]>([
  [
    'a late entry gets the place of its time',
    [
      { at: at('00:00'), what: 'opened' },
      { at: at('05:00'), what: 'committed', count: 1 },
    ],
    [{ at: at('01:00'), what: 'arrived', photo: 1 }],
    [
      { at: at('00:00'), what: 'opened' },
      { at: at('01:00'), what: 'arrived', photo: 1 },
      { at: at('05:00'), what: 'committed', count: 1 },
    ],
  ],
  [
    'edits of one photo in a minute are one',
    [{ at: at('00:00'), what: 'described', photo: 1 }],
    [{ at: at('00:59'), what: 'described', photo: 1 }],
    [{ at: at('00:59'), what: 'described', photo: 1 }],
  ],
  [
    'a minute later they are two',
    [{ at: at('00:00'), what: 'described', photo: 1 }],
    [{ at: at('01:00'), what: 'described', photo: 1 }],
    [
      { at: at('00:00'), what: 'described', photo: 1 },
      { at: at('01:00'), what: 'described', photo: 1 },
    ],
  ],
  [
    'edits of two photos stay apart',
    [{ at: at('00:00'), what: 'described', photo: 1 }],
    [{ at: at('00:01'), what: 'described', photo: 2 }],
    [
      { at: at('00:00'), what: 'described', photo: 1 },
      { at: at('00:01'), what: 'described', photo: 2 },
    ],
  ],
])('%s', (_, timeline, more, wanted) => {
  expect(extend(timeline, more)).toEqual(wanted);
});
