/**
 * `<photobridge-widget api-base launch-token locale record-form attachment record-consent record-provenance
 * record-gate end-on-commit>`:
 * the photos of one encounter inside a practice system's page.
 *
 * Events (all bubble and cross shadow roots):
 * - `photobridge-image`: `{ image: WidgetImage }`, once its bytes are here
 * - `photobridge-status`: `{ status, connection, phoneConnected }`
 * - `photobridge-error`: `{ code, detail }`
 * - `photobridge-commit`: a CommitDetail; whoever keeps the photos says so with `waitUntil`
 */

import { render } from 'preact';
import { randomHex } from '../random';
import { EarlierProvider } from './earlier';
import { exportOptions, ExportOptionsProvider } from './export/options';
import type { AttachmentForm, ConsentForm, ProvenanceForm, RecordForm } from './record/context';
import { taken } from './record/results';
import type { EarlierPhoto, WidgetImage } from './image';
import { readyToCommit, type RecordGate } from './readiness';
import type { Commit, SessionState, SessionSync } from './session/api';
import styles from './style.css?inline';
import { createSessionSync } from './session/sync';
import viewerStyles from './viewer.css?inline';
import exportStyles from './export/export.css?inline';
import { Widget } from './Widget';
import { wordsFor, type Words } from './words';

export type LaunchToken = string | (() => Promise<string>);

export interface CommitDetail extends Commit {
  /**
   * Holds the commit open, as an ExtendableEvent's does: the photos count as
   * committed when every promise has resolved. The message of one that rejects
   * is shown. Call it while the event is dispatched.
   */
  waitUntil(kept: PromiseLike<unknown>): void;
}

export interface PhotobridgeEventMap {
  'photobridge-commit': CustomEvent<CommitDetail>;
  'photobridge-image': CustomEvent<{ image: WidgetImage }>;
  'photobridge-status': CustomEvent<{
    status: SessionState['status'];
    connection: SessionState['connection'];
    phoneConnected: boolean;
  }>;
  'photobridge-error': CustomEvent<NonNullable<SessionState['problem']>>;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(styles + viewerStyles + exportStyles);

export class PhotobridgeWidget extends HTMLElement {
  /** The others are read when they are needed. */
  static readonly observedAttributes = ['api-base', 'launch-token', 'locale', 'record-gate'];
  readonly #root = this.attachShadow({ mode: 'open' });
  #launchToken: LaunchToken | undefined;
  #earlier: readonly EarlierPhoto[] = [];
  #sync: SessionSync | undefined;
  #restarting = false;
  /** Another for each session: nothing that was open for one is open for the next. */
  #key = '';

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.addEventListener('contextmenu', (event) => {
      // A browser's own menu would save or copy a picture.
      if (exportOptions(this).isForbidden) event.preventDefault();
    });
  }

  /** A launch token, or a function that gets one. Setting it opens that encounter's session. */
  get launchToken(): LaunchToken | undefined {
    return this.#launchToken ?? this.getAttribute('launch-token') ?? undefined;
  }

  set launchToken(token: LaunchToken | undefined) {
    // The photos of the patient before are not shown next to those of another.
    if (this.#launchToken !== undefined && token !== this.#launchToken) this.#earlier = [];
    this.#launchToken = token;
    this.#restart();
  }

  /** Photos of the patient's record, to be compared with today's. A new launch token clears it: set it afterwards. */
  get earlier(): readonly EarlierPhoto[] {
    return this.#earlier;
  }

  set earlier(photos: readonly EarlierPhoto[]) {
    this.#earlier = photos;
  }

  /** What describes each photo in the record: Media, or DocumentReference. */
  get recordForm(): RecordForm {
    return this.getAttribute('record-form') === 'DocumentReference' ? 'DocumentReference' : 'Media';
  }

  set recordForm(form: RecordForm) {
    this.setAttribute('record-form', form);
  }

  /** Where a photo's bytes are: `inline` in the resource that describes it, or in a `binary` that it points to. */
  get attachment(): AttachmentForm {
    return this.getAttribute('attachment') === 'binary' ? 'binary' : 'inline';
  }

  set attachment(form: AttachmentForm) {
    this.setAttribute('attachment', form);
  }

  /** How consent is recorded that was given on the phone: as a `Consent`, as a `note` on the photo, or `off`. */
  get recordConsent(): ConsentForm {
    const form = this.getAttribute('record-consent');
    return form === 'note' || form === 'off' ? form : 'Consent';
  }

  set recordConsent(form: ConsentForm) {
    this.setAttribute('record-consent', form);
  }

  /** Where provenance is: `contained` in the resource that describes the photo, or a `resource` under a fixed id. */
  get recordProvenance(): ProvenanceForm {
    return this.getAttribute('record-provenance') === 'resource' ? 'resource' : 'contained';
  }

  set recordProvenance(form: ProvenanceForm) {
    this.setAttribute('record-provenance', form);
  }

  /** What has to be there before a commit: `site-side`, or the set of views that a referral asks for. */
  get recordGate(): RecordGate {
    const gate = this.getAttribute('record-gate');
    return gate === 'referral' || gate === 'referral-dermoscopy' ? gate : 'site-side';
  }

  set recordGate(gate: RecordGate) {
    this.setAttribute('record-gate', gate);
  }

  /** Whether a commit that leaves nothing to commit ends the session. */
  get endOnCommit(): boolean {
    return this.hasAttribute('end-on-commit');
  }

  set endOnCommit(end: boolean) {
    this.toggleAttribute('end-on-commit', end);
  }

  /** The session's photos, in the order in which they were confirmed. */
  get images(): readonly WidgetImage[] {
    return this.#sync?.store.getState().images ?? [];
  }

  /** Whether every photo that is not in the record yet could go into it. */
  get ready(): boolean {
    return readyToCommit(this.images, this.recordGate) !== undefined;
  }

  /**
   * How many photos nothing but this screen holds, neither the session nor the record. Another launch
   * token lets them go.
   */
  get unsaved(): number {
    return this.images.filter(({ local, committedAt }) => local && committedAt === undefined).length;
  }

  /**
   * As the widget's own button; resolves to false if nothing was committed.
   * @param only ids of the photos to commit; without it all that are not in the record yet
   */
  async commit(only?: readonly string[]): Promise<boolean> {
    const sync = this.#sync;
    if (!sync) return false;
    const forms = {
      gate: this.recordGate,
      form: this.recordForm,
      attachment: this.attachment,
      consent: this.recordConsent,
      provenance: this.recordProvenance,
    };
    const committed = await sync.commit((commit) => this.#deliver(commit), forms, only);
    if (
      committed &&
      this.endOnCommit &&
      sync.store.getState().images.every(({ committedAt }) => committedAt !== undefined)
    )
      await sync.end();
    return committed;
  }

  connectedCallback(): void {
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (name === 'launch-token' && before !== null && before !== now) this.#earlier = [];
    if (name === 'record-gate') this.#render();
    else if (this.isConnected) this.#restart();
  }

  /** Several changes at once make one restart; the old encounter is gone at once. */
  #restart(): void {
    this.#stop();
    if (this.#restarting) return;
    this.#restarting = true;
    queueMicrotask(() => {
      this.#restarting = false;
      if (this.isConnected) this.#start();
    });
  }

  #start(): void {
    const launchToken = this.launchToken;
    if (launchToken === undefined) return;
    const sync = createSessionSync({ apiBase: (this.getAttribute('api-base') ?? '').replace(/\/$/, ''), launchToken });
    this.#sync = sync;
    sync.store.subscribe((state, before) => {
      if (this.#sync === sync) this.#announce(state, before);
    });
    this.#key = randomHex();
    this.#render();
  }

  #render(): void {
    if (!this.#sync) return;
    const onCommit = (only?: readonly string[]): void => void this.commit(only);
    render(
      <ExportOptionsProvider value={() => exportOptions(this)}>
        <EarlierProvider value={() => this.#earlier}>
          <Widget key={this.#key} sync={this.#sync} words={this.#words} gate={this.recordGate} onCommit={onCommit} />
        </EarlierProvider>
      </ExportOptionsProvider>,
      this.#root,
    );
  }

  #stop(): void {
    this.#sync?.close();
    this.#sync = undefined;
    render(null, this.#root);
  }

  #announce(state: SessionState, before: SessionState): void {
    for (const image of state.images) {
      if (image.file && !before.images.some(({ id, file }) => id === image.id && file))
        this.#emit('photobridge-image', { image });
    }
    if (
      state.status !== before.status ||
      state.connection !== before.connection ||
      state.phoneConnectedAt !== before.phoneConnectedAt
    ) {
      this.#emit('photobridge-status', {
        status: state.status,
        connection: state.connection,
        phoneConnected: state.phoneConnectedAt !== null,
      });
    }
    if (state.problem && state.problem !== before.problem) this.#emit('photobridge-error', state.problem);
  }

  get #words(): Words {
    return wordsFor(this.getAttribute('locale') ?? navigator.language);
  }

  /** Resolves when every `waitUntil` has. Without any, the photos that the host does not report on have failed. */
  async #deliver(commit: Commit): Promise<void> {
    const kept: Promise<void>[] = [];
    let dispatched = false;
    const waitUntil = (promise: PromiseLike<unknown>): void => {
      if (dispatched)
        throw new DOMException('waitUntil is called while photobridge-commit is dispatched', 'InvalidStateError');
      kept.push(taken(promise));
    };
    this.#emit('photobridge-commit', { ...commit, waitUntil });
    dispatched = true;
    if (kept.length === 0) throw new Error(this.#words('commit.unheard'));
    await Promise.all(kept);
  }

  #emit<Name extends keyof PhotobridgeEventMap>(name: Name, detail: PhotobridgeEventMap[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
