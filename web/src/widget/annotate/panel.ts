/** The tools around the stage, and the field for a text or a length. */

import type { WidgetKey } from '../../strings/widget.en';
import type { Words } from '../words';
import { icon, ICONS, make } from './elements';
import { TOOL_KEYS } from './hands';
import { scaleOf } from './length';
import { selectedShape, TOOLS, type Action, type Editing, type Notice } from './model';
import { STROKES } from './paint';
import { COLOURS } from './shapes';

const MAX_TEXT = 80;

export class Panel {
  readonly tools: HTMLElement;
  readonly question: HTMLFormElement;
  readonly status = make('p', { className: 'quiet', role: 'status' });
  readonly #choices = new Map<string, HTMLInputElement>();
  readonly #undo: HTMLButtonElement;
  readonly #redo: HTMLButtonElement;
  readonly #remove: HTMLButtonElement;
  readonly #label = make('label', { htmlFor: 'annotate-answer' });
  readonly #answer = make('input', { id: 'annotate-answer', type: 'text', maxLength: MAX_TEXT, autocomplete: 'off' });
  readonly #set = make('button', { type: 'submit', className: 'primary' });
  readonly #hint = make('p', { className: 'quiet', id: 'annotate-hint' });
  readonly #problem = make('p', { className: 'problem', id: 'annotate-problem', role: 'alert' });
  #askedFor: Editing['asking'] = null;

  constructor(
    private readonly words: Words,
    private readonly act: (action: Action) => void,
  ) {
    const kinds = TOOLS.map((tool) =>
      this.#choice('tool', tool, `${words(`annotate.tool.${tool}`)} (${TOOL_KEYS[tool]})`, [
        icon(ICONS[tool]),
        make('span', {}, words(`annotate.tool.${tool}`)),
      ]),
    );
    const colours = COLOURS.map((colour) => {
      const sample = make('span', { className: 'sample' });
      sample.style.background = STROKES[colour];
      return this.#choice('colour', colour, words(`annotate.colour.${colour}`), [
        sample,
        make('span', { className: 'hidden' }, words(`annotate.colour.${colour}`)),
      ]);
    });
    this.#undo = this.#button('undo');
    this.#redo = this.#button('redo');
    this.#remove = this.#button('remove');
    this.tools = make(
      'div',
      { className: 'marks' },
      group(words('annotate.tools'), kinds),
      group(words('annotate.colours'), colours),
      make('div', { className: 'group' }, this.#undo, this.#redo, this.#remove),
    );
    this.question = this.#form();
  }

  #choice(name: 'tool' | 'colour', value: string, title: string, face: readonly Node[]): HTMLElement {
    const input = make('input', { type: 'radio', name: `annotate-${name}`, value });
    input.addEventListener('change', () => this.act({ type: name, [name]: value } as Action));
    this.#choices.set(`${name} ${value}`, input);
    return make('label', { title }, input, make('span', { className: 'face' }, ...face));
  }

  #button(what: 'undo' | 'redo' | 'remove'): HTMLButtonElement {
    const label = this.words(`annotate.${what}`);
    const button = make('button', { type: 'button', className: 'tool', title: label, ariaLabel: label });
    button.append(icon(ICONS[what]));
    button.addEventListener('click', () => this.act({ type: what }));
    return button;
  }

  #form(): HTMLFormElement {
    const cancel = make('button', { type: 'button' }, this.words('crop.cancel'));
    cancel.addEventListener('click', () => this.act({ type: 'cancel' }));
    this.#answer.addEventListener('input', () => this.act({ type: 'type', text: this.#answer.value }));
    const row = make('div', { className: 'row' }, this.#label, this.#answer, this.#set, cancel);
    const form = make('form', { className: 'asking', hidden: true }, row, this.#hint, this.#problem);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.act({ type: 'answer' });
    });
    return form;
  }

  /** Whether the field has the focus. */
  get isAnswering(): boolean {
    return (this.question.getRootNode() as ShadowRoot).activeElement === this.#answer;
  }

  show(editing: Editing): void {
    for (const [key, input] of this.#choices)
      input.checked = key === `tool ${editing.tool}` || key === `colour ${editing.colour}`;
    this.#undo.disabled = editing.history.past.length === 0 && !editing.draft;
    this.#redo.disabled = editing.history.future.length === 0;
    this.#remove.disabled = selectedShape(editing) === undefined;
    const text = editing.notice ? noticeText(editing.notice, this.words) : hintText(editing, this.words);
    // Setting the same text again would make screen readers repeat it.
    if (this.status.textContent !== text) this.status.textContent = text;
    this.#showQuestion(editing);
  }

  #showQuestion({ asking, typed, problem }: Editing): void {
    const { words } = this;
    this.question.hidden = asking === null;
    const text = problem === null ? '' : words(`annotate.problem.${problem}`);
    if (this.#problem.textContent !== text) this.#problem.textContent = text;
    this.#problem.hidden = problem === null;
    this.#answer.setAttribute('aria-invalid', String(problem !== null));
    if (asking && this.#answer.value !== typed) this.#answer.value = typed;
    if (asking && asking !== this.#askedFor) {
      this.#label.textContent = words(`annotate.ask.${asking.for}`);
      this.#set.textContent = words(`annotate.set.${asking.for}`);
      this.#hint.textContent = asking.for === 'ruler' ? words('annotate.ask.ruler.hint') : '';
      this.#hint.hidden = asking.for !== 'ruler';
      this.#answer.inputMode = asking.for === 'ruler' ? 'decimal' : 'text';
      this.#answer.setAttribute('aria-describedby', 'annotate-hint annotate-problem');
    }
    this.#askedFor = asking;
  }

  focusAnswer(): void {
    this.#answer.focus();
    this.#answer.select();
  }
}

function group(name: string, choices: readonly HTMLElement[]): HTMLElement {
  return make('fieldset', { className: 'group' }, make('legend', { className: 'hidden' }, name), ...choices);
}

/** Returns the hint for the current tool. */
function hintText({ tool, history }: Editing, words: Words): string {
  if (tool !== 'measure') return words(`annotate.how.${tool}`);
  return words(scaleOf(history.now) ? 'annotate.how.measure.mm' : 'annotate.how.measure');
}

function noticeText(notice: Notice, words: Words): string {
  const name = (kind: Notice & { kind: string }): string => words(`annotate.tool.${kind.kind}` as WidgetKey);
  switch (notice.what) {
    case 'added':
      return words('annotate.notice.added', { mark: name(notice) });
    case 'selected':
      return words('annotate.notice.selected', { mark: name(notice), at: notice.n, of: notice.of });
    case 'part':
      return words(`annotate.notice.part.${notice.part}`);
    default:
      return words(`annotate.notice.${notice.what}`);
  }
}
