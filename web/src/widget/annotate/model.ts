/** Drawing on a photo, as plain data and pure functions. A pointer and the keys send the same actions. */

import { beginning, changed, redone, undone, type History } from './history';
import { readLength, type LengthProblem } from './length';
import {
  clamped,
  hasEnds,
  lengthBetween,
  moved,
  type Colour,
  type Kind,
  type Part,
  type Point,
  type Shape,
  type Size,
} from './shapes';

export const TOOLS = ['select', 'arrow', 'circle', 'line', 'text', 'measure', 'ruler'] as const;
export type Tool = (typeof TOOLS)[number];

/** A shape that is being drawn. */
export interface Draft {
  readonly kind: Exclude<Kind, 'text'>;
  readonly points: readonly [Point, ...Point[]];
  /** It follows the pointer without a pressed button: two clicks, or Enter twice, do the same as a drag. */
  readonly isLoose: boolean;
}

/** The text or length that is needed to complete a shape. */
export type Asking =
  | { readonly for: 'text'; readonly at: Point; readonly id: number | undefined }
  | { readonly for: 'ruler'; readonly from: Point; readonly to: Point };

/** A shape, or one of its ends, that can be moved. */
export interface Grip {
  readonly id: number;
  readonly part: Part;
}

/** The message about the last action. */
export type Notice =
  | { readonly what: 'second' | 'undone' | 'redone' | 'removed' | 'none' | 'short' | 'moved' }
  | { readonly what: 'added'; readonly kind: Kind }
  | { readonly what: 'selected'; readonly kind: Kind; readonly n: number; readonly of: number }
  | { readonly what: 'part'; readonly part: Part };

export interface Editing {
  readonly size: Size;
  /** Movements shorter than this, in pixels of the photo, count as a click. */
  readonly slip: number;
  readonly tool: Tool;
  readonly colour: Colour;
  readonly history: History<readonly Shape[]>;
  readonly nextId: number;
  readonly selected: Grip | null;
  /** The current movement of the selected shape. */
  readonly drag: { readonly from: Point; readonly to: Point } | null;
  readonly draft: Draft | null;
  readonly asking: Asking | null;
  /** The typed text, and why it is invalid. */
  readonly typed: string;
  readonly problem: LengthProblem | 'noText' | null;
  /** The last change was a step by a key. The next step becomes part of it, so that undo reverts both. */
  readonly isStepping: boolean;
  readonly notice: Notice | null;
}

export type Action =
  | { readonly type: 'tool'; readonly tool: Tool }
  | { readonly type: 'colour'; readonly colour: Colour }
  | { readonly type: 'press'; readonly at: Point; readonly found: Grip | null }
  | { readonly type: 'move' | 'release'; readonly at: Point }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'step'; readonly by: Point }
  | { readonly type: 'walk'; readonly by: 1 | -1 }
  | { readonly type: 'answer' | 'cancel' | 'change' | 'remove' | 'undo' | 'redo' };

/** The shortest ruler, in pixels. A shorter one gives errors of more than 10%. */
const SHORTEST_RULER = 20;
/** The smallest distance of a freehand line's points, as a share of a slip. */
const LINE_STEP = 0.4;

export function startEditing(size: Size, slip: number): Editing {
  return {
    size,
    slip,
    tool: 'arrow',
    colour: 'yellow',
    history: beginning<readonly Shape[]>([]),
    nextId: 1,
    selected: null,
    drag: null,
    draft: null,
    asking: null,
    typed: '',
    problem: null,
    isStepping: false,
    notice: null,
  };
}

/** Returns whether closing the editor would lose something. */
export function isUnsaved({ history, draft, asking }: Editing): boolean {
  return history.now.length > 0 || draft !== null || asking !== null;
}

export const selectedShape = ({ history, selected }: Editing): Shape | undefined =>
  history.now.find(({ id }) => id === selected?.id);

/** Returns the shapes to show, including the one being drawn, and the selected one at its current position. */
export function shownShapes(editing: Editing): readonly Shape[] {
  const { history, selected, drag, draft, asking, typed, colour, size, nextId: id } = editing;
  const isReplaced = (shape: Shape): boolean =>
    asking?.for === 'text' ? shape.id === asking.id : asking !== null && shape.kind === 'ruler';
  const shapes = history.now
    .filter((shape) => !isReplaced(shape))
    .map((shape) => (drag && shape.id === selected?.id ? moved(shape, selected.part, wayOf(drag), size) : shape));
  if (asking?.for === 'text') return [...shapes, { kind: 'text', id, colour, at: asking.at, text: typed || '…' }];
  if (asking) return [...shapes, { kind: 'ruler', id, colour, from: asking.from, to: asking.to, mm: 0 }];
  const last = draft && shapeOf(draft, { id, colour });
  return last ? [...shapes, last] : shapes;
}

/**
 * Returns what is at a point: an end of the selected shape, or else the topmost shape.
 * @param distance how far a shape is from the point
 */
export function find(editing: Editing, at: Point, within: number, distance: (shape: Shape) => number): Grip | null {
  const selected = selectedShape(editing);
  if (selected && hasEnds(selected)) {
    const part = (['to', 'from'] as const).find((end) => lengthBetween(selected[end], at) <= within);
    if (part) return { id: selected.id, part };
  }
  const found = editing.history.now.findLast((shape) => distance(shape) <= within);
  return found ? { id: found.id, part: 'all' } : null;
}

export function act(editing: Editing, action: Action): Editing {
  const next = { ...editing, isStepping: false, notice: null };
  switch (action.type) {
    case 'tool':
      return { ...dropped(settled(next)), tool: action.tool, selected: null };
    case 'colour':
      return recoloured(next, action.colour);
    case 'press':
      return pressed(next, clamped(action.at, editing.size), action.found);
    case 'move':
      return pointedAt(editing, clamped(action.at, editing.size));
    case 'release':
      return released(next, clamped(action.at, editing.size));
    case 'type':
      return { ...next, typed: action.text, problem: null };
    case 'answer':
      return answered(next);
    case 'cancel':
      return editing.draft || editing.asking || editing.drag ? dropped(next) : { ...next, selected: null };
    case 'step':
      return stepped(editing, action.by);
    case 'walk':
      return walked(next, action.by);
    case 'change':
      return changedPart(next);
    case 'remove':
      return removed(next);
    case 'undo':
    case 'redo':
      return rewound(next, action.type);
  }
}

const dropped = (editing: Editing): Editing => ({
  ...editing,
  draft: null,
  asking: null,
  drag: null,
  typed: '',
  problem: null,
});

const wayOf = ({ from, to }: { from: Point; to: Point }): Point => ({ x: to.x - from.x, y: to.y - from.y });

function pressed(editing: Editing, at: Point, found: Grip | null): Editing {
  const { tool, draft } = editing;
  if (editing.asking?.for === 'text') return { ...editing, asking: { ...editing.asking, at } };
  if (editing.asking) return editing;
  if (tool === 'select')
    return found ? { ...choose(editing, found), drag: { from: at, to: at } } : { ...editing, selected: null };
  if (tool === 'text') return editing;
  return draft ? pointedAt(editing, at) : { ...editing, draft: { kind: tool, points: [at], isLoose: false } };
}

/** Handles a movement of the pointer, or of the cross that the keys move. */
function pointedAt(editing: Editing, at: Point): Editing {
  const { draft, drag, slip } = editing;
  if (drag) return { ...editing, drag: { ...drag, to: at } };
  if (!draft) return editing;
  const last = draft.points.at(-1) ?? at;
  if (draft.kind !== 'line') return { ...editing, draft: { ...draft, points: [draft.points[0], at] } };
  if (lengthBetween(last, at) < slip * LINE_STEP) return editing;
  return { ...editing, draft: { ...draft, points: [...draft.points, at] } };
}

function released(before: Editing, at: Point): Editing {
  const editing = pointedAt(before, at);
  const { tool, drag, draft, asking, slip } = editing;
  if (drag) return letGo(editing, drag);
  if (tool === 'text' && !asking) return { ...editing, asking: { for: 'text', at, id: undefined } };
  if (!draft) return editing;
  if (extentOf(draft) >= slip) return finished(editing, draft);
  return draft.isLoose
    ? { ...editing, draft: null }
    : { ...editing, draft: { ...draft, isLoose: true }, notice: { what: 'second' } };
}

function letGo(editing: Editing, drag: { from: Point; to: Point }): Editing {
  const { selected, size, slip, history } = editing;
  const shape = selectedShape(editing);
  const isMeant = lengthBetween(drag.from, drag.to) >= slip;
  if (!shape || !selected || !isMeant) return { ...editing, drag: null };
  const shapes = replaced(history.now, moved(shape, selected.part, wayOf(drag), size));
  return { ...editing, drag: null, history: changed(history, shapes), notice: { what: 'moved' } };
}

function extentOf({ points }: Draft): number {
  return Math.max(...points.map((point) => lengthBetween(points[0], point)));
}

function finished(editing: Editing, draft: Draft): Editing {
  const { colour, nextId } = editing;
  const next = { ...editing, draft: null };
  const [from, to = from] = draft.points;
  if (draft.kind === 'ruler')
    return lengthBetween(from, to) < SHORTEST_RULER
      ? { ...next, notice: { what: 'short' } }
      : { ...next, asking: { for: 'ruler', from, to } };
  const shape = shapeOf(draft, { id: nextId, colour });
  return shape ? added(next, shape) : next;
}

function shapeOf({ kind, points }: Draft, drawn: { id: number; colour: Colour }): Shape | undefined {
  const [from, to] = points;
  if (!to) return undefined;
  if (kind === 'line') return { kind, ...drawn, points };
  return kind === 'ruler' ? { kind, ...drawn, from, to, mm: 0 } : { kind, ...drawn, from, to };
}

/** Adds a shape. A photo has one ruler, so a new one replaces it. */
function added(editing: Editing, shape: Shape): Editing {
  const others =
    shape.kind === 'ruler' ? editing.history.now.filter(({ kind }) => kind !== 'ruler') : editing.history.now;
  return {
    ...editing,
    history: changed(editing.history, [...others, shape]),
    nextId: editing.nextId + 1,
    notice: { what: 'added', kind: shape.kind },
  };
}

function answered(editing: Editing): Editing {
  const { asking, typed, colour, nextId, history } = editing;
  if (asking?.for === 'text') {
    const text = typed.trim();
    if (text === '') return { ...editing, problem: 'noText' };
    const before = history.now.find(({ id }) => id === asking.id);
    if (before?.kind === 'text')
      return {
        ...dropped(editing),
        history: changed(history, replaced(history.now, { ...before, text, at: asking.at })),
      };
    return added(dropped(editing), { kind: 'text', id: nextId, colour, at: asking.at, text });
  }
  if (!asking) return editing;
  const mm = readLength(typed);
  if (typeof mm !== 'number') return { ...editing, problem: mm };
  return added(dropped(editing), { kind: 'ruler', id: nextId, colour, from: asking.from, to: asking.to, mm });
}

/** Adds a text that was typed, even if Enter was not pressed. */
function settled(editing: Editing): Editing {
  return editing.asking?.for === 'text' && editing.typed.trim() !== '' ? answered(editing) : editing;
}

function choose(editing: Editing, grip: Grip): Editing {
  const shapes = editing.history.now;
  const at = shapes.findIndex(({ id }) => id === grip.id);
  const shape = shapes[at];
  if (!shape) return editing;
  const notice: Notice = { what: 'selected', kind: shape.kind, n: at + 1, of: shapes.length };
  return { ...editing, selected: grip, notice };
}

function walked(editing: Editing, by: 1 | -1): Editing {
  const shapes = editing.history.now;
  if (shapes.length === 0) return { ...editing, notice: { what: 'none' } };
  const at = shapes.findIndex(({ id }) => id === editing.selected?.id);
  const next = shapes.at(at < 0 ? (by > 0 ? 0 : -1) : (at + by) % shapes.length);
  return choose({ ...dropped(editing), tool: 'select' }, { id: next?.id ?? 0, part: 'all' });
}

/** Changes what the keys move: the whole selected shape, one end, the other end. A text is edited instead. */
function changedPart(editing: Editing): Editing {
  const shape = selectedShape(editing);
  if (!shape || !editing.selected) return editing;
  if (shape.kind === 'text')
    return { ...editing, asking: { for: 'text', at: shape.at, id: shape.id }, typed: shape.text, colour: shape.colour };
  if (!hasEnds(shape)) return editing;
  const order: Record<Part, Part> = { all: 'to', to: 'from', from: 'all' };
  const part = order[editing.selected.part];
  return { ...editing, selected: { id: shape.id, part }, notice: { what: 'part', part } };
}

function stepped(editing: Editing, by: Point): Editing {
  const shape = selectedShape(editing);
  if (!shape || !editing.selected) return editing;
  const shapes = replaced(editing.history.now, moved(shape, editing.selected.part, by, editing.size));
  return { ...editing, history: changed(editing.history, shapes, editing.isStepping), isStepping: true, notice: null };
}

function recoloured(editing: Editing, colour: Colour): Editing {
  const shape = selectedShape(editing);
  if (!shape || shape.colour === colour) return { ...editing, colour };
  return { ...editing, colour, history: changed(editing.history, replaced(editing.history.now, { ...shape, colour })) };
}

function removed(editing: Editing): Editing {
  const shape = selectedShape(editing);
  if (!shape) return editing;
  const others = editing.history.now.filter(({ id }) => id !== shape.id);
  return {
    ...editing,
    history: changed(editing.history, others),
    selected: null,
    drag: null,
    notice: { what: 'removed' },
  };
}

/** Cancels a shape that is being drawn. Only without one, undo reverts the last change. */
function rewound(editing: Editing, what: 'undo' | 'redo'): Editing {
  if (editing.draft || editing.asking || editing.drag) return dropped(editing);
  const history = what === 'undo' ? undone(editing.history) : redone(editing.history);
  if (history === editing.history) return editing;
  const isThere = history.now.some(({ id }) => id === editing.selected?.id);
  return {
    ...editing,
    history,
    selected: isThere ? editing.selected : null,
    notice: { what: what === 'undo' ? 'undone' : 'redone' },
  };
}

function replaced(shapes: readonly Shape[], next: Shape): readonly Shape[] {
  return shapes.map((shape) => (shape.id === next.id ? next : shape));
}
