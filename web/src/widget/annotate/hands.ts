/** Handles the pointer and the keys on the stage. Keys move a cross, which draws like a pointer. */

import type { View } from '../viewer/geometry';
import { find, type Action, type Editing, type Grip, type Tool } from './model';
import { toPhoto, toStage, transformOf, wayToPhoto, type Placing } from './placing';
import { clamped, type Point } from './shapes';
import type { Surface } from './surface';

const REACH = 12;
const KEY_STEP = 12;
const KEY_ZOOM = 1.25;
/** The cross keeps this distance from the edges, as a share of the stage. */
const MARGIN = 0.08;

export const TOOL_KEYS: Readonly<Record<Tool, string>> = {
  select: 'V',
  arrow: 'A',
  circle: 'C',
  line: 'D',
  text: 'T',
  measure: 'M',
  ruler: 'L',
};

/** Changes zoom and offset. Points are relative to the stage's middle. Distances are in sizes of the stage. */
export interface Looking {
  zoom(factor: number, at: Point): void;
  pan(dx: number, dy: number): void;
  turn(): void;
  fit(): void;
}

export interface Desk extends Looking {
  readonly editing: Editing;
  readonly view: View;
  do(action: Action): void;
  draw(): void;
}

type Holding = 'nothing' | 'drawing' | 'panning' | 'pinching';

export class Hands {
  readonly #pointers = new Map<number, Point>();
  #holding: Holding = 'nothing';
  /** Where the keys draw, on the photo. */
  #cross: Point | null = null;
  #isCrossShown = false;

  constructor(
    private readonly surface: Surface,
    private readonly desk: Desk,
  ) {
    const { node } = surface;
    node.addEventListener('pointerdown', (event) => this.#down(event));
    node.addEventListener('pointermove', (event) => this.#moved(event));
    node.addEventListener('pointerup', (event) => this.#up(event));
    node.addEventListener('pointercancel', (event) => this.#lost(event));
    node.addEventListener('keydown', (event) => this.#key(event));
    node.addEventListener('blur', () => this.#showCross(false));
    // Only a non-passive listener can prevent the page from scrolling.
    node.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
  }

  get cross(): Point | null {
    return this.#isCrossShown ? this.#cross : null;
  }

  get #placing(): Placing {
    return this.surface.placing(this.desk.view);
  }

  #place({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.surface.node.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #grip(at: Point): Grip | null {
    const { scale } = transformOf(this.#placing);
    const { editing, view } = this.desk;
    if (editing.tool !== 'select') return null;
    return find(editing, at, REACH / scale, (shape) => this.surface.distance(shape, at, view));
  }

  #down(event: PointerEvent): void {
    const place = this.#place(event);
    this.#showCross(false);
    this.surface.node.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, place);
    if (this.#pointers.size > 1) {
      // Two fingers move the photo, so cancel the line that the first one started.
      if (this.#holding === 'drawing') this.desk.do({ type: 'cancel' });
      this.#holding = 'pinching';
      return;
    }
    const at = toPhoto(place, this.#placing);
    const found = this.#grip(at);
    if (event.button > 0 || (this.desk.editing.tool === 'select' && !found)) this.#holding = 'panning';
    else this.#holding = 'drawing';
    if (event.button === 0) this.desk.do({ type: 'press', at, found });
  }

  #moved(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    const after = this.#place(event);
    if (before) this.#pointers.set(event.pointerId, after);
    const { width, height } = this.#placing.stage;
    const isFree = !before && this.desk.editing.draft?.isLoose === true && !this.#isCrossShown;
    if (this.#holding === 'drawing' || isFree) {
      // Coalesced events have the points between two frames, which make a smoother line.
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length > 0 ? events : [event])
        this.desk.do({ type: 'move', at: toPhoto(this.#place(one), this.#placing) });
    } else if (before && this.#holding === 'panning') {
      this.desk.pan((after.x - before.x) / width, (after.y - before.y) / height);
    } else if (before && this.#holding === 'pinching') this.#pinch(event.pointerId, before, after);
  }

  #pinch(id: number, before: Point, after: Point): void {
    const still = [...this.#pointers].find(([other]) => other !== id)?.[1];
    if (!still) return;
    const { width, height } = this.#placing.stage;
    const spread = (point: Point): number => Math.max(8, Math.hypot(point.x - still.x, point.y - still.y));
    const at = { x: still.x / width - 0.5, y: still.y / height - 0.5 };
    this.desk.zoom(spread(after) / spread(before), at);
    this.desk.pan((after.x - before.x) / width / 2, (after.y - before.y) / height / 2);
  }

  #up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    if (this.#holding === 'drawing') this.desk.do({ type: 'release', at: toPhoto(this.#place(event), this.#placing) });
    if (this.#pointers.size === 0) this.#holding = 'nothing';
  }

  #lost({ pointerId }: PointerEvent): void {
    this.#pointers.delete(pointerId);
    if (this.#holding === 'drawing') this.desk.do({ type: 'cancel' });
    if (this.#pointers.size === 0) this.#holding = 'nothing';
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { width, height } = this.#placing.stage;
    const { x, y } = this.#place(event);
    this.desk.zoom(Math.exp(-event.deltaY / 400), { x: x / width - 0.5, y: y / height - 0.5 });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (way) this.#step(way, event.shiftKey);
    else if (!this.#command(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Runs a key's command. Returns whether the key has one. */
  #command(key: string, isBack: boolean): boolean {
    const { desk } = this;
    const letter = key.toUpperCase();
    const tool = (Object.keys(TOOL_KEYS) as Tool[]).find((one) => TOOL_KEYS[one] === letter);
    if (tool) desk.do({ type: 'tool', tool });
    else if (key === 'Enter' || key === ' ') this.#set();
    else if (key === 'Delete' || key === 'Backspace') desk.do({ type: 'remove' });
    else if (letter === 'N') desk.do({ type: 'walk', by: isBack ? -1 : 1 });
    else if (letter === 'R') desk.turn();
    else if (key === '0') desk.fit();
    else if (key === '+' || key === '=') desk.zoom(KEY_ZOOM, this.#middle());
    else if (key === '-') desk.zoom(1 / KEY_ZOOM, this.#middle());
    else return false;
    return true;
  }

  /** The point on which keys zoom: the cross. */
  #middle(): Point {
    if (!this.cross) return { x: 0, y: 0 };
    const { stage } = this.#placing;
    const { x, y } = toStage(this.cross, this.#placing);
    return { x: x / stage.width - 0.5, y: y / stage.height - 0.5 };
  }

  #step([dx, dy]: readonly [number, number], isFine: boolean): void {
    const placing = this.#placing;
    const length = isFine ? transformOf(placing).scale : KEY_STEP;
    const by = wayToPhoto({ x: dx * length, y: dy * length }, placing);
    const { editing } = this.desk;
    if (editing.selected && editing.tool === 'select') {
      this.desk.do({ type: 'step', by });
      return;
    }
    const from = this.#crossOrMiddle();
    this.#cross = clamped({ x: from.x + by.x, y: from.y + by.y }, placing.photo);
    this.#showCross(true);
    if (editing.draft) this.desk.do({ type: 'move', at: this.#cross });
    this.#follow();
  }

  /** Enter clicks at the cross. If a shape is selected, it changes which part of it the keys move. */
  #set(): void {
    const { editing } = this.desk;
    if (editing.tool === 'select' && editing.selected) {
      this.desk.do({ type: 'change' });
      return;
    }
    const at = this.#crossOrMiddle();
    this.#cross = at;
    this.#showCross(true);
    this.desk.do({ type: 'press', at, found: this.#grip(at) });
    this.desk.do({ type: 'release', at });
  }

  #crossOrMiddle(): Point {
    const placing = this.#placing;
    const middle = { x: placing.stage.width / 2, y: placing.stage.height / 2 };
    return this.#cross ?? clamped(toPhoto(middle, placing), placing.photo);
  }

  /** Moves the photo so that the cross stays visible. */
  #follow(): void {
    if (!this.#cross) return;
    const { stage } = this.#placing;
    const { x, y } = toStage(this.#cross, this.#placing);
    const beyond = (share: number): number => Math.max(MARGIN - share, 0) - Math.max(share - (1 - MARGIN), 0);
    const [dx, dy] = [beyond(x / stage.width), beyond(y / stage.height)];
    if (dx !== 0 || dy !== 0) this.desk.pan(dx, dy);
  }

  #showCross(isShown: boolean): void {
    if (this.#isCrossShown === isShown) return;
    this.#isCrossShown = isShown;
    this.desk.draw();
  }
}

const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
