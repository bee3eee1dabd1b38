/** The camera against a world that opens and loses streams at any time. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Lens } from './lens';
import { canShoot, initialCamera, step, type CameraEvent, type CameraState } from './machine';

const LENSES: readonly Lens[] = [
  { id: 'wide', label: 'camera2 2, facing back' },
  { id: 'main', label: 'camera2 0, facing back' },
  { id: 'front', label: 'camera2 1, facing front' },
];

/** What browsers do: a request is open, a stream is held, a photo is being taken. */
class World {
  state: CameraState = initialCamera;
  asked: { lens: string | null } | null = null;
  held: { lens: string; muted: boolean; frame: boolean } | null = null;
  shooting = false;

  send(event: CameraEvent): void {
    const [next, effects] = step(this.state, event);
    this.state = next;
    for (const effect of effects) {
      switch (effect.do) {
        case 'ask':
          expect(this.asked, 'one request at a time').toBeNull();
          expect(this.held, 'a stream is stopped before the next is asked for').toBeNull();
          this.asked = { lens: effect.lens };
          break;
        case 'stop':
          expect(this.held).not.toBeNull();
          this.held = null;
          break;
        case 'watch':
          expect(this.held).not.toBeNull();
          break;
        case 'shoot':
          expect(this.held, 'a photo is of a stream that shows a frame').toMatchObject({ frame: true, muted: false });
          expect(this.shooting).toBe(false);
          this.shooting = true;
      }
    }
    this.check();
  }

  check(): void {
    const { state } = this;
    const wanted = state.open && state.visible && state.failure === null;
    if (!state.open) expect(this.held, 'no stream after closing').toBeNull();
    if (!state.visible) expect(this.held, 'no stream while the page is hidden').toBeNull();
    if (wanted) expect(this.held ?? this.asked, 'the camera runs or is on its way').not.toBeNull();
    expect(state.stream.is).toBe(this.held ? 'live' : this.asked ? 'asking' : 'off');
    if (this.held) expect(state.failure, 'no failure is shown over a camera that runs').toBeNull();
    if (canShoot(state)) expect(this.held).toMatchObject({ frame: true, muted: false });
  }

  /** The browser opens what was asked for. */
  opens(muted: boolean): void {
    if (!this.asked) return;
    const lens = this.asked.lens ?? 'wide';
    if (!LENSES.some(({ id }) => id === lens)) {
      this.refuses('missing');
      return;
    }
    this.asked = null;
    this.held = { lens, muted, frame: false };
    this.send({ type: 'opened', lens, lenses: LENSES, muted });
  }

  refuses(failure: 'denied' | 'missing' | 'busy'): void {
    if (!this.asked) return;
    this.asked = null;
    this.send({ type: 'refused', failure });
  }

  shows(): void {
    if (!this.held || this.held.muted) return;
    this.held.frame = true;
    this.send({ type: 'frame' });
  }

  mutes(muted: boolean): void {
    if (!this.held || this.held.muted === muted) return;
    this.held.muted = muted;
    this.held.frame = false;
    this.send({ type: 'muted', muted });
  }

  ends(): void {
    if (!this.held) return;
    this.held = null;
    this.send({ type: 'ended' });
  }

  finishes(type: 'shot' | 'missed'): void {
    if (!this.shooting) return;
    this.shooting = false;
    this.send({ type });
  }
}

const happening: fc.Arbitrary<(world: World) => void> = fc.oneof(
  fc
    .record({ visible: fc.boolean(), lens: fc.constantFrom(null, 'main', 'wide', 'gone') })
    .map((open) => (world: World) => world.send({ type: 'open', ...open })),
  fc.constant((world: World) => world.send({ type: 'close' })),
  fc.boolean().map((visible) => (world: World) => world.send({ type: 'visible', visible })),
  fc.constant((world: World) => world.send({ type: 'retry' })),
  fc.constantFrom('main', 'wide').map((lens) => (world: World) => world.send({ type: 'choose', lens })),
  fc.constant((world: World) => world.send({ type: 'shutter' })),
  fc.boolean().map((muted) => (world: World) => world.opens(muted)),
  fc.constantFrom('denied' as const, 'missing' as const, 'busy' as const).map((failure) => (world: World) => {
    world.refuses(failure);
  }),
  fc.constant((world: World) => world.shows()),
  fc.boolean().map((muted) => (world: World) => world.mutes(muted)),
  fc.constant((world: World) => world.ends()),
  fc.constantFrom('shot' as const, 'missed' as const).map((how) => (world: World) => world.finishes(how)),
);

test('there are never two streams, and none after closing', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const world = new World();
      for (const happens of happenings) happens(world);
      // However it was left: what is still on its way is stopped once the sheet has closed.
      world.send({ type: 'close' });
      world.opens(false);
      expect(world.held).toBeNull();
      expect(world.asked).toBeNull();
    }),
    { numRuns: 1_000 },
  );
});

test('a camera that opens soon shows a frame, however it was left', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const world = new World();
      for (const happens of happenings) happens(world);
      world.send({ type: 'visible', visible: true });
      world.send({ type: 'open', visible: true, lens: null });
      world.finishes('shot');
      world.mutes(false);
      for (let tries = 0; tries < 4; tries++) world.opens(false);
      world.shows();
      expect(canShoot(world.state)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
