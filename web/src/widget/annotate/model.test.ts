import { describe, expect, test } from 'vitest';
import { act, find, isUnsaved, shownShapes, startEditing, type Action, type Editing, type Tool } from './model';
import { distanceTo, type Point, type Shape } from './shapes';

const SIZE = { width: 400, height: 300 };
const SLIP = 5;
const [a, b] = [
  { x: 100, y: 100 },
  { x: 200, y: 150 },
];

const start = startEditing(SIZE, SLIP);
const after = (editing: Editing, ...actions: readonly Action[]): Editing => actions.reduce(act, editing);
const press = (at: Point): Action => ({ type: 'press', at, found: null });
const move = (at: Point): Action => ({ type: 'move', at });
const release = (at: Point): Action => ({ type: 'release', at });
const drag = (from: Point, to: Point): Action[] => [press(from), move(to), release(to)];
/** Enter at the cross. */
const set = (at: Point): Action[] => [press(at), release(at)];
const take = (tool: Tool): Action => ({ type: 'tool', tool });
const type = (text: string): Action => ({ type: 'type', text });
const answer: Action = { type: 'answer' };
const kinds = ({ history }: Editing): string[] => history.now.map(({ kind }) => kind);
const only = ({ history }: Editing): Shape => history.now[0]!;

describe.each(['arrow', 'circle', 'measure'] as const)('an %s', (kind) => {
  const drawing = after(start, take(kind));
  const expected = [{ kind, id: 1, colour: 'yellow', from: a, to: b }];

  test.each([
    ['by a drag', drag(a, b)],
    ['by two clicks', [...set(a), ...set(b)]],
    ['by two clicks, the second one dragged', [...set(a), press({ x: 150, y: 90 }), move(b), release(b)]],
    ['by Enter, arrow keys and Enter', [...set(a), move({ x: 150, y: 120 }), move(b), ...set(b)]],
  ] as const)('is drawn %s', (_, actions) => {
    const drawn = after(drawing, ...actions);
    expect(drawn.history.now).toEqual(expected);
    expect(drawn.notice).toEqual({ what: 'added', kind });
  });

  test('is visible while it is drawn', () => {
    expect(shownShapes(after(drawing, press(a)))).toEqual([]);
    expect(shownShapes(after(drawing, press(a), move(b)))).toEqual(expected);
  });

  test('is not added by a click without a movement, by Escape, or outside the photo', () => {
    const clicked = after(drawing, ...set(a));
    expect(clicked.notice).toEqual({ what: 'second' });
    expect(isUnsaved(clicked)).toBe(true);
    expect(after(clicked, ...set(a)).draft).toBeNull();
    expect(after(clicked, { type: 'cancel' }, move(b), release(b)).history.now).toEqual([]);
    expect(only(after(drawing, ...drag(a, { x: 900, y: -5 })))).toMatchObject({ to: { x: 400, y: 0 } });
  });
});

describe('a freehand line', () => {
  const drawing = after(start, take('line'));

  test.each([
    ['while the button is held', [press(a), move({ x: 110, y: 100 }), move({ x: 111, y: 100 }), move(b), release(b)]],
    ['from click to click', [...set(a), move({ x: 110, y: 100 }), move({ x: 111, y: 100 }), move(b), ...set(b)]],
  ] as const)('is drawn %s, without points that say nothing', (_, actions) => {
    expect(only(after(drawing, ...actions))).toMatchObject({ kind: 'line', points: [a, { x: 110, y: 100 }, b] });
  });
});

describe('a text', () => {
  const asked = after(start, take('text'), ...set(a));

  test('is asked for, is visible while it is typed, and can be moved until it is added', () => {
    expect(asked.asking).toEqual({ for: 'text', at: a });
    expect(shownShapes(asked)).toMatchObject([{ kind: 'text', text: '…' }]);
    const typed = after(asked, type(' mole A '), ...set(b));
    expect(shownShapes(typed)).toMatchObject([{ text: ' mole A ', at: b }]);
    expect(after(typed, answer).history.now).toEqual([
      { kind: 'text', id: 1, colour: 'yellow', at: b, text: 'mole A' },
    ]);
  });

  test('is kept when another tool is chosen, if it is not empty', () => {
    expect(kinds(after(asked, type('mole A'), take('arrow')))).toEqual(['text']);
    expect(kinds(after(asked, type(' '), take('arrow')))).toEqual([]);
  });

  test('is not empty', () => {
    const empty = after(asked, type('  '), answer);
    expect([empty.problem, empty.asking]).toEqual(['noText', asked.asking]);
    expect(after(empty, type('x')).problem).toBeNull();
    expect(after(empty, { type: 'cancel' }).asking).toBeNull();
  });

  test('keeps its colour when it is changed', () => {
    const there = after(asked, type('mole A'), answer, { type: 'colour', colour: 'blue' });
    const again = after(there, { type: 'walk', by: 1 }, { type: 'change' });
    expect([again.typed, again.colour]).toEqual(['mole A', 'yellow']);
    expect(shownShapes(again)).toHaveLength(1);
    const renamed = after(again, type('mole B'), answer);
    expect(renamed.history.now).toEqual([{ kind: 'text', id: 1, colour: 'yellow', at: a, text: 'mole B' }]);
    expect(only(after(renamed, { type: 'undo' }))).toMatchObject({ text: 'mole A' });
  });
});

describe('a ruler', () => {
  const ruled = (tool: Editing, mm: string): Editing => after(tool, take('ruler'), ...drag(a, b), type(mm), answer);

  test('is added when its length is known', () => {
    const asked = after(start, take('ruler'), ...drag(a, b));
    expect([asked.asking, asked.history.now]).toEqual([{ for: 'ruler', from: a, to: b }, []]);
    expect(shownShapes(asked)).toMatchObject([{ kind: 'ruler', mm: 0 }]);
    expect(after(asked, type('10'), answer).history.now).toMatchObject([{ kind: 'ruler', from: a, to: b, mm: 10 }]);
  });

  test.each([
    ['', 'empty'],
    ['ten', 'unclear'],
    ['0', 'zero'],
    ['99999', 'tooLong'],
  ])('of a length typed as "%s" is not taken', (typed, problem) => {
    const refused = ruled(start, typed);
    expect([refused.problem, refused.history.now, refused.asking?.for]).toEqual([problem, [], 'ruler']);
  });

  test('of a few pixels is refused', () => {
    const short = after(start, take('ruler'), ...drag(a, { x: 110, y: 100 }));
    expect([short.asking, short.notice]).toEqual([null, { what: 'short' }]);
  });

  test('replaces the previous one', () => {
    const two = ruled(after(ruled(start, '10'), take('measure'), ...drag(a, b)), '20');
    expect(two.history.now).toMatchObject([{ kind: 'measure' }, { kind: 'ruler', mm: 20 }]);
    expect(after(two, { type: 'undo' }).history.now).toMatchObject([{ kind: 'ruler', mm: 10 }, { kind: 'measure' }]);
  });
});

describe('a shape', () => {
  const two = after(start, take('arrow'), ...drag(a, b), take('circle'), ...drag({ x: 10, y: 10 }, { x: 50, y: 50 }));
  const reach = (editing: Editing, at: Point) =>
    find(editing, at, 6, (shape) => (shape.kind === 'text' ? 99 : distanceTo(shape, at)));
  const pressOn = (editing: Editing, at: Point): Action => ({ type: 'press', at, found: reach(editing, at) });
  const selecting = after(two, take('select'));

  test('is found by its strokes, the topmost first, and by its ends once it is selected', () => {
    expect(reach(two, { x: 150, y: 127 })).toEqual({ id: 1, part: 'all' });
    expect(reach(two, { x: 30, y: 30 })).toBeNull();
    expect(reach(after(selecting, pressOn(selecting, { x: 150, y: 125 })), b)).toEqual({ id: 1, part: 'to' });
    const over = after(two, take('arrow'), ...drag(a, b));
    expect(reach(over, { x: 150, y: 125 })?.id).toBe(3);
  });

  test('is moved by a drag, and not by a small slip', () => {
    const held = after(selecting, pressOn(selecting, { x: 150, y: 125 }));
    expect(held.notice).toEqual({ what: 'selected', kind: 'arrow', n: 1, of: 2 });
    const moved = after(held, move({ x: 160, y: 145 }));
    expect(shownShapes(moved)[0]).toMatchObject({ from: { x: 110, y: 120 } });
    expect(only(after(moved, release({ x: 160, y: 145 })))).toMatchObject({ to: { x: 210, y: 170 } });
    expect(after(held, release({ x: 151, y: 126 })).history).toBe(held.history);
    expect(after(moved, { type: 'cancel' }).history).toBe(held.history);
  });

  test('is moved by keys, completely or at one end, in one step of undo', () => {
    const step: Action = { type: 'step', by: { x: 1, y: 0 } };
    const chosen = after(two, { type: 'walk', by: 1 });
    const moved = after(chosen, step, step, step);
    expect(only(moved)).toMatchObject({ from: { x: 103, y: 100 }, to: { x: 203, y: 150 } });
    expect(after(moved, { type: 'undo' }).history.now).toEqual(two.history.now);
    const end = after(moved, { type: 'change' }, step, { type: 'change' }, step, step);
    expect(only(end)).toMatchObject({ from: { x: 105, y: 100 }, to: { x: 204, y: 150 } });
    expect(after(end, { type: 'change' }).selected?.part).toBe('all');
  });

  test('is selected in turn in both directions, and the first follows the last', () => {
    const walks = ([1, 1, 1, -1, -1] as const).map((_, index, all) =>
      after(two, ...all.slice(0, index + 1).map((by): Action => ({ type: 'walk', by }))),
    );
    expect(walks.map(({ selected }) => selected?.id)).toEqual([1, 2, 1, 2, 1]);
    expect(after(two, { type: 'walk', by: -1 }).selected?.id).toBe(2);
    expect(after(start, { type: 'walk', by: 1 }).notice).toEqual({ what: 'none' });
  });

  test('changes its colour or is deleted if it is selected', () => {
    const chosen = after(two, { type: 'walk', by: 1 });
    expect(only(after(chosen, { type: 'colour', colour: 'blue' }))).toMatchObject({ colour: 'blue' });
    expect(after(two, { type: 'colour', colour: 'blue' }).history).toBe(two.history);
    expect(kinds(after(chosen, { type: 'remove' }))).toEqual(['circle']);
    expect(kinds(after(two, { type: 'remove' }))).toEqual(['arrow', 'circle']);
    expect(after(chosen, { type: 'cancel' }).selected).toBeNull();
  });

  test('is no longer selected after undo removes it', () => {
    const chosen = after(two, { type: 'walk', by: -1 }, { type: 'undo' });
    expect([chosen.selected, kinds(chosen)]).toEqual([null, ['arrow']]);
  });
});

test('undo first cancels a shape that is being drawn', () => {
  const drawn = after(start, ...drag(a, b), ...set(a));
  const once = after(drawn, { type: 'undo' });
  expect([once.draft, kinds(once)]).toEqual([null, ['arrow']]);
  expect(kinds(after(once, { type: 'undo' }))).toEqual([]);
});

test('a drawing is unsaved from its first point until its last shape is gone', () => {
  const drawn = after(start, ...drag(a, b));
  expect([start, after(start, press(a)), drawn, after(drawn, { type: 'undo' })].map(isUnsaved)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
