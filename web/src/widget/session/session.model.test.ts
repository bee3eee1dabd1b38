/** Random lives of a desktop's session, each shrunk to the shortest that breaks a rule. `CHECKS=10000` plays more. */

import fc from 'fast-check';
import { test } from 'vitest';
import { World } from './world/world';

type Step = (world: World) => void;

const nth = fc.nat({ max: 7 });
/** A step that a report prints by its name. */
const named = (name: string, step: Step): { step: Step } => ({ step: Object.assign(step, { toString: () => name }) });

const person = fc.oneof(
  fc.tuple(nth, fc.constantFrom('left', 'right', 'bilateral')).map(([n, side]) => {
    return named(`correct ${n} ${side}`, (world) => world.correct(n, side as 'left'));
  }),
  nth.map((n) => named(`remove ${n}`, (world) => world.remove(n))),
  nth.map((n) => named(`derive ${n}`, (world) => world.derive(n))),
  fc.constantFrom(
    named('restore', (world) => world.restore()),
    named('commit', (world) => world.commit()),
    named('end', (world) => world.do({ type: 'end', anyway: false })),
    named('end anyway', (world) => world.do({ type: 'end', anyway: true })),
    named('stay', (world) => world.do({ type: 'stay' })),
    named('open again', (world) => world.do({ type: 'open' })),
    named('refresh', (world) => world.do({ type: 'refresh' })),
    named('show code', (world) => world.do({ type: 'show-code', fresh: true })),
    named('show p1', (world) => world.show('p1')),
    named('show p2', (world) => world.show('p2')),
    named('open again as p2', (world) => world.reopenAs('p2')),
    named('navigate', (world) => world.navigate('p1')),
    named('page hidden', (world) => world.hidePage()),
    named('commit again', (world) => world.commitAgain()),
    named('record takes all', (world) => world.deliver('all')),
    named('record takes some', (world) => world.deliver('some')),
    named('record takes none', (world) => world.deliver('none')),
  ),
);

const others = fc.constantFrom(
  named('reserve', (world) => world.reserve()),
  named('confirm', (world) => world.edge.confirm(world.patient)),
  named('lapse', (world) => world.edge.lapse(world.patient)),
  named('another desktop describes', (world) => world.edge.describe(world.patient)),
  named('another desktop removes', (world) => world.edge.remove(world.patient)),
  named('another desktop ends', (world) => world.edge.end(world.patient)),
  named('expire', (world) => world.edge.expire(world.patient)),
);

const network = fc.oneof(
  { weight: 4, arbitrary: nth.map((n) => named(`arrive ${n}`, (world) => world.arrive(n))) },
  { weight: 4, arbitrary: nth.map((n) => named(`answer ${n}`, (world) => world.answer(n))) },
  {
    weight: 1,
    arbitrary: fc.tuple(nth, fc.constantFrom('network', 'rate_limited', 'unauthorized')).map(([n, code]) => {
      return named(`fail ${n} ${code}`, (world) => world.fail(n, code as 'network'));
    }),
  },
  { weight: 2, arbitrary: nth.map((n) => named(`hear ${n}`, (world) => world.hear(n))) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      named('wait', (world) => world.wait()),
      named('live', (world) => world.realtime('live')),
      named('down', (world) => world.realtime('down')),
    ),
  },
);

const ARRIVES: readonly Step[] = [(world) => world.arrive(0), (world) => world.answer(0)];

/** So that most lives get as far as a session with a photo, and many to one that can be committed. */
const WELL_BEGUN: readonly Step[] = [
  ...ARRIVES,
  (world) => world.reserve(),
  (world) => world.edge.confirm(world.patient),
  ...ARRIVES,
];
const DESCRIBED: readonly Step[] = [...ARRIVES, (world) => world.correct(0, 'left'), ...ARRIVES];
const COMMITTING: readonly Step[] = [...DESCRIBED, (world) => world.commit()];
const beginning = fc.constantFrom([], DESCRIBED, COMMITTING);

const life = fc.array(
  fc.oneof({ weight: 3, arbitrary: person }, { weight: 3, arbitrary: others }, { weight: 6, arbitrary: network }),
  { maxLength: 120, size: 'max' },
);
const skew = fc.constantFrom(0, -600_000, 600_000);

function live(skewMs: number, steps: readonly Step[]): void {
  const world = new World(skewMs);
  for (const step of [...WELL_BEGUN, ...steps]) {
    step(world);
    world.check();
  }
  world.settle();
  world.check();
  world.checkQuiet();
}

/** Lives that broke a rule once, and are too rare to be met often. */
const RARE: Record<string, readonly Step[]> = {
  'an end is heard that was the end of a later session': [
    ...DESCRIBED,
    (world) => world.commit(),
    (world) => world.hear(1),
    (world) => world.fail(0, 'unauthorized'),
    (world) => world.do({ type: 'open' }),
    (world) => world.arrive(1),
    (world) => world.edge.expire(world.patient),
    (world) => world.answer(1),
    (world) => world.hear(0),
    (world) => world.arrive(0),
    (world) => world.edge.end(world.patient),
    (world) => world.hear(0),
    (world) => world.derive(0),
  ],
  'a correction is sent with the former token while the session is opened again': [
    (world) => world.correct(0, 'left'),
    (world) => world.fail(1, 'unauthorized'),
    (world) => world.edge.expire(world.patient),
    (world) => world.arrive(0),
    (world) => world.hidePage(),
    (world) => world.answer(0),
    (world) => world.reserve(),
    (world) => world.edge.confirm(world.patient),
  ],
};

test.each(Object.entries(RARE))('%s', (_, steps) => live(0, steps));

test('whatever people, phones, networks and clocks do', () => {
  fc.assert(
    fc.property(skew, beginning, life, (skewMs, begun, steps) => {
      live(skewMs, [...begun, ...steps.map(({ step }) => step)]);
    }),
    { numRuns: Number(process.env.CHECKS ?? 500) },
  );
}, 600_000);
