/** Draws on a photo. This part of the widget is loaded when the first photo is annotated. */

import type { Turns, View } from '../viewer/geometry';
import type { Words } from '../words';
import styles from './annotate.css?inline';
import { make } from './elements';
import { Hands, type Looking } from './hands';
import { act, isUnsaved, startEditing, type Action, type Editing } from './model';
import { paint } from './paint';
import { Panel } from './panel';
import { transformOf } from './placing';
import { Surface } from './surface';

/** A movement of fewer screen pixels than this counts as a click. */
const SLIP = 5;

export interface EditorOptions {
  file: File;
  /** The photo's name, such as "Photo 1: Left forearm". */
  name: string;
  words: Words;
  view: View;
  looking: Looking;
  /** Called after every change, with whether closing the editor would lose something. */
  onUnsaved(isUnsaved: boolean): void;
}

export interface Editor {
  /** Changes zoom, offset or turns. */
  look(view: View): void;
  /** Completes the text or length that is being typed. Returns false if it is invalid or there is nothing to save. */
  settle(): boolean;
  /** Draws on a canvas of the turned photo's full size. */
  drawOn(canvas: HTMLCanvasElement, turns: Turns): void;
  close(): void;
}

/**
 * Puts the tools and the photo into an element.
 * @throws DOMException if the file cannot be decoded
 */
export async function openEditor(place: HTMLElement, options: EditorOptions): Promise<Editor> {
  return new Workbench(place, options, await createImageBitmap(options.file));
}

/** Holds the drawing, applies actions to it, and shows the result. */
class Workbench implements Editor {
  readonly #surface: Surface;
  readonly #hands: Hands;
  readonly #panel: Panel;
  readonly #resized: ResizeObserver;
  readonly #root: ShadowRoot;
  readonly #sheet = new CSSStyleSheet();
  #editing: Editing;
  #view: View;
  #frame = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly options: EditorOptions,
    bitmap: ImageBitmap,
  ) {
    const { words, view } = options;
    this.#view = view;
    this.#editing = startEditing({ width: bitmap.width, height: bitmap.height }, SLIP);
    this.#root = place.getRootNode() as ShadowRoot;
    this.#sheet.replaceSync(styles);
    this.#root.adoptedStyleSheets.push(this.#sheet);
    const stage = make('div', { className: 'stage', role: 'application', tabIndex: 0 });
    stage.setAttribute('part', 'stage');
    stage.setAttribute('aria-description', words('annotate.keys'));
    this.#surface = new Surface(stage, bitmap, words.language);
    this.#panel = new Panel(words, (action) => this.#do(action));
    this.#hands = new Hands(this.#surface, this.#desk());
    place.addEventListener('keydown', this.#onKey);
    place.replaceChildren(this.#panel.tools, stage, this.#panel.question, this.#panel.status);
    this.#resized = new ResizeObserver(() => this.#draw());
    this.#resized.observe(stage);
    this.#show();
    stage.focus();
  }

  #desk(): ConstructorParameters<typeof Hands>[1] {
    const bench = this;
    return {
      ...this.options.looking,
      get editing() {
        return bench.#editing;
      },
      get view() {
        return bench.#view;
      },
      do: (action) => bench.#do(action),
      draw: () => bench.#draw(),
    };
  }

  #do(action: Action): void {
    const before = this.#editing;
    const { scale } = transformOf(this.#surface.placing(this.#view));
    this.#editing = act({ ...before, slip: SLIP / scale }, action);
    this.#show();
    if (this.#editing.asking && action.type !== 'type' && action.type !== 'move') this.#panel.focusAnswer();
    if (before.asking && !this.#editing.asking) this.#surface.node.focus();
  }

  #show(): void {
    const { words, name, onUnsaved } = this.options;
    const marks = this.#editing.history.now.length;
    this.#surface.node.setAttribute('aria-label', words('annotate.stage', { photo: name, n: marks }));
    this.#surface.node.dataset.tool = this.#editing.tool;
    this.#surface.node.dataset.turns = String(this.#view.turns);
    this.#panel.show(this.#editing);
    onUnsaved(isUnsaved(this.#editing));
    this.#draw();
  }

  /** At most once a frame. */
  #draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#surface.draw(this.#editing, this.#view, this.#hands.cross);
    });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, shiftKey } = event;
    const letter = key.toLowerCase();
    const isUndo = (ctrlKey || metaKey) && letter === 'z' && !shiftKey;
    const isRedo = (ctrlKey || metaKey) && (letter === 'y' || (letter === 'z' && shiftKey));
    const { draft, asking, drag, selected } = this.#editing;
    if (key === 'Escape' && (draft || asking || drag || selected)) this.#do({ type: 'cancel' });
    else if (isUndo && !this.#panel.isAnswering) this.#do({ type: 'undo' });
    else if (isRedo && !this.#panel.isAnswering) this.#do({ type: 'redo' });
    else return;
    // While Escape cancels something here, it must not close the viewer.
    event.preventDefault();
    event.stopPropagation();
  };

  look(view: View): void {
    this.#view = view;
    this.#show();
  }

  settle(): boolean {
    if (this.#editing.asking) this.#do({ type: 'answer' });
    else if (this.#editing.draft) this.#do({ type: 'cancel' });
    return this.#editing.asking === null && this.#editing.history.now.length > 0;
  }

  drawOn(canvas: HTMLCanvasElement, turns: Turns): void {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('no memory for a canvas');
    paint(context, this.#editing.history.now, this.#surface.scene({ ...this.#view, turns }));
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    this.place.removeEventListener('keydown', this.#onKey);
    this.#root.adoptedStyleSheets = this.#root.adoptedStyleSheets.filter((one) => one !== this.#sheet);
    this.#surface.close();
    this.place.replaceChildren();
  }
}
