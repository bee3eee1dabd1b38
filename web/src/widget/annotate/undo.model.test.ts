/** Random drawings. A failing one is reduced to the shortest. `CHECKS=10000` tries more. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { act, shownShapes, startEditing, TOOLS, type Action, type Editing } from './model';
import { COLOURS, pointsOf, type Shape } from './shapes';

const SIZE = { width: 300, height: 200 };

const at = fc.record({ x: fc.integer({ min: -50, max: 350 }), y: fc.integer({ min: -50, max: 250 }) });
const grip = fc.option(
  fc.record({ id: fc.integer({ min: 1, max: 9 }), part: fc.constantFrom('all', 'from', 'to') } as const),
);
const single = fc.oneof(
  fc.record({ type: fc.constant('tool'), tool: fc.constantFrom(...TOOLS) }),
  fc.record({ type: fc.constant('colour'), colour: fc.constantFrom(...COLOURS) }),
  fc.record({ type: fc.constant('press'), at, found: grip }),
  fc.record({ type: fc.constantFrom('move', 'release'), at }),
  fc.record({ type: fc.constant('type'), text: fc.constantFrom('', ' ', '10', 'mole A', '0', '2,5 cm') }),
  fc.record({ type: fc.constant('step'), by: at }),
  fc.record({ type: fc.constant('walk'), by: fc.constantFrom(1, -1) }),
  fc.record({ type: fc.constantFrom('answer', 'cancel', 'change', 'remove', 'undo', 'redo') }),
) as fc.Arbitrary<Action>;
/** A complete drag, so that random drawings contain shapes. */
const drag = fc.tuple(at, at, grip).map(([from, to, found]): Action[] => [
  { type: 'press', at: from, found },
  { type: 'move', at: to },
  { type: 'release', at: to },
]);
const life = fc
  .array(
    fc.oneof(
      single.map((action) => [action]),
      drag,
    ),
    { maxLength: 60 },
  )
  .map((steps) => steps.flat());

/** A person's view of undo: the earlier drawings, and which of them is shown. */
interface Known {
  drawings: (readonly Shape[])[];
  here: number;
}

test('undo and redo step through the earlier drawings, and nothing else changes them', () => {
  fc.assert(
    fc.property(life, (actions) => {
      let editing = startEditing(SIZE, 5);
      let known: Known = { drawings: [editing.history.now], here: 0 };
      for (const action of actions) {
        const next = act(editing, action);
        known = follow(known, editing, action, next);
        expect(next.history.now).toEqual(known.drawings[known.here]);
        expect([next.history.past.length, next.history.future.length]).toEqual([
          known.here,
          known.drawings.length - known.here - 1,
        ]);
        isSound(next);
        editing = next;
      }
    }),
    { numRuns: Number(process.env.CHECKS ?? 300) },
  );
});

function follow({ drawings, here }: Known, before: Editing, action: Action, next: Editing): Known {
  const isBusy = before.draft !== null || before.asking !== null || before.drag !== null;
  if (action.type === 'undo') return { drawings, here: isBusy ? here : Math.max(0, here - 1) };
  if (action.type === 'redo') return { drawings, here: isBusy ? here : Math.min(drawings.length - 1, here + 1) };
  if (next.history === before.history) return { drawings, here };
  // Consecutive steps by keys are one change.
  const joins = action.type === 'step' && before.isStepping;
  const past = drawings.slice(0, joins ? here : here + 1);
  return { drawings: [...past, next.history.now], here: past.length };
}

function isSound(editing: Editing): void {
  const { history, selected, nextId } = editing;
  const ids = history.now.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id < nextId)).toBe(true);
  expect(history.now.filter(({ kind }) => kind === 'ruler').length).toBeLessThanOrEqual(1);
  if (selected) expect(ids).toContain(selected.id);
  for (const shape of [...history.now, ...shownShapes(editing)])
    for (const { x, y } of pointsOf(shape)) {
      expect(x >= 0 && x <= SIZE.width && y >= 0 && y <= SIZE.height, JSON.stringify(shape)).toBe(true);
    }
}
