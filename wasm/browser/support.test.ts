import { expect, test } from 'vitest';
import { canRunEngine } from './support';

const Worker = class {};

test.each<[string, Parameters<typeof canRunEngine>[0], boolean]>([
  ['has both', { WebAssembly, Worker }, true],
  ['has no WebAssembly, as in Lockdown Mode', { Worker }, false],
  ['has no workers', { WebAssembly }, false],
  ['refuses every module', { WebAssembly: { validate: () => false }, Worker }, false],
  [
    'forbids WebAssembly',
    {
      WebAssembly: {
        validate: () => {
          throw new Error('forbidden');
        },
      },
      Worker,
    },
    false,
  ],
])('a browser that %s: %j', (_, world, can) => {
  expect(canRunEngine(world)).toBe(can);
});
