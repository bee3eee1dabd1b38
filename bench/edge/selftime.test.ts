import { expect, test } from 'vitest';
import { packageOf, selfTimes, sharesBy, type Profile } from './selftime';

const node = (id: number, functionName: string, url = ''): Profile['nodes'][number] => ({
  id,
  callFrame: { functionName, url, lineNumber: 6 },
});
const profile: Profile = {
  nodes: [
    node(1, '(root)'),
    node(2, '(program)'),
    node(3, '(idle)'),
    node(4, 'fetch'),
    node(5, 'encoding_json.Marshal', 'wasm://wasm/1'),
    node(6, 'encoding_json.Marshal', 'wasm://wasm/1'), // the same function, called from elsewhere
    node(7, '', 'worker.js'),
    node(8, '(garbage collector)'),
  ],
  samples: [1, 2, 3, 4, 5, 6, 7, 8, 4],
  timeDeltas: [0, 1000, 1000, 1000, 1000, 2000, 3000, 2000, 2000],
};

test('a function has the time until the next sample, from wherever it was called', () => {
  expect(selfTimes(profile).map(({ name, kind, milliseconds, share }) => [name, kind, milliseconds, share])).toEqual([
    ['encoding_json.Marshal', 'WebAssembly', 5, 0.5],
    ['(no name), line 7', 'JavaScript', 2, 0.2],
    ['(garbage collector)', 'collector', 2, 0.2],
    ['fetch', 'runtime', 1, 0.1],
  ]);
});

test('shares are summed by group', () => {
  const [first, ...others] = sharesBy(selfTimes(profile), ({ kind }) => kind);
  expect(first).toEqual(['WebAssembly', 0.5]);
  expect(others.map(([kind]) => kind).sort()).toEqual(['JavaScript', 'collector', 'runtime']);
  expect(selfTimes({ nodes: [], samples: [], timeDeltas: [] })).toEqual([]);
});

test.each([
  ['encoding_json.Marshal', 'encoding_json'],
  ['github.com_golang_jwt_jwt_v5.__Parser_.Parse', 'github.com_golang_jwt_jwt_v5'],
  ['runtime.mallocgc', 'runtime'],
  ['memmove', 'memmove'],
])('%s is of %s', (name, of) => expect(packageOf(name)).toBe(of));
