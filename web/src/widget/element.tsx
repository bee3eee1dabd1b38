import { render } from 'preact';
import { randomHex } from '../random';
import { EarlierProvider } from './earlier';
import { exportOptions, ExportOptionsProvider } from './export/options';
import type { AttachmentForm, ConsentForm, ProvenanceForm, RecordForm } from './record/context';
import { CommitError, taken, type Taken } from './record/results';
import type { LaunchToken, PhotobridgeEventMap } from './events';
import type { EarlierPhoto, WidgetImage } from './image';
import { styleSheet } from './looks';
import { readyToCommit, type RecordGate } from './readiness';
import type { Commit, SessionState, SessionSync } from './session/api';
import { createSessionSync } from './session/sync';
import { Widget } from './Widget';
import { wordsIn } from './words';

/** HTMLElement, or an empty class on a server, which has no elements. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * The photos of one encounter inside a practice system's page.
 *
 * @customElement photobridge-widget
 *
 * @attr {string} api-base - origin of the Photobridge edge; empty: the page's own
 * @attr {string} locale - BCP 47 tag of the texts, dates and times; else the browser's languages
 * @attr {boolean} no-export - photos cannot be exported, except into the record
 * @attr {number} referral-max-bytes - size limit of a small copy for a referral; 500 000 by default
 * @attr {boolean} export-patient - names of files and captions begin with the patient's label
 *
 * @fires {CustomEvent<{ image: WidgetImage }>} photobridge-image - a photo's bytes have arrived
 * @fires {CustomEvent<{ status: SessionStatus, connection: Connection, phoneConnected: boolean }>} photobridge-status -
 * one of them changed
 * @fires {CustomEvent<CommitDetail>} photobridge-commit - photos should go into the record; pass a promise to
 * `waitUntil`
 * @fires {CustomEvent<{ code: string, detail: string }>} photobridge-error - the edge's code (or `network`, or
 * `launch_failed`) and its sentence, for a log; temporary failures are retried
 *
 * @cssprop --photobridge-accent - the main button
 * @cssprop --photobridge-on-accent - text on the main button
 * @cssprop --photobridge-accent-text - links, marks and focus on the surface
 * @cssprop --photobridge-surface - the card and its dialogs
 * @cssprop --photobridge-sunken - behind photos
 * @cssprop --photobridge-text - text
 * @cssprop --photobridge-quiet-text - text that explains
 * @cssprop --photobridge-line - borders
 * @cssprop --photobridge-control - borders of fields
 * @cssprop --photobridge-warning - what is missing or failed
 * @cssprop --photobridge-danger - removal
 * @cssprop --photobridge-radius - corners
 *
 * @csspart widget - the card
 * @csspart code - the code to scan
 * @csspart empty - the card without photos
 * @csspart drop - what is shown over the card while files are dragged over it
 * @csspart grid - all photos
 * @csspart tile - one of them
 * @csspart gate - the way into the record
 * @csspart phones - the phones that joined
 * @csspart viewer - the dialog with one photo
 * @csspart stage - the photo in it
 * @csspart details - its details
 * @csspart export - the dialog that exports photos
 * @csspart timeline - the dialog with what happened
 */
export class PhotobridgeWidget extends Base {
  /** Only attributes that need a reaction. The others are read when they are needed. */
  static readonly observedAttributes = ['api-base', 'launch-token', 'locale', 'record-gate'];
  readonly #root = this.attachShadow({ mode: 'open' });
  #launchToken: LaunchToken | undefined;
  #earlier: readonly EarlierPhoto[] = [];
  /** The encounter that this launch token opened, as far as it is known. */
  #encounter: string | undefined;
  #sync: SessionSync | undefined;
  #restarting = false;
  /** A key for each session, so that nothing that was open for one patient stays open for the next. */
  #key = '';

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [styleSheet()];
    this.#root.addEventListener('contextmenu', (event) => {
      // The browser's context menu could save or copy the picture.
      if (exportOptions(this).isForbidden) event.preventDefault();
    });
  }

  /**
   * a launch token, or (property only) a function that promises one; setting it opens that encounter
   * @attr launch-token
   */
  get launchToken(): LaunchToken | undefined {
    return this.#launchToken ?? this.getAttribute('launch-token') ?? undefined;
  }

  set launchToken(token: LaunchToken | undefined) {
    const before = this.launchToken;
    this.#launchToken = token;
    if (before !== undefined && this.launchToken !== before) this.#forget();
    this.#restart();
  }

  /** photos of the patient's record to compare with today's; a new launch token clears it, so set it afterwards */
  get earlier(): readonly EarlierPhoto[] {
    return this.#earlier;
  }

  set earlier(photos: readonly EarlierPhoto[]) {
    this.#earlier = photos;
  }

  /**
   * when photos went into the record from elsewhere, such as another tab, RFC 3339, by their ids; set it before the
   * launch token
   */
  committed: ReadonlyMap<string, string> = new Map();

  /**
   * what describes a photo in the record; `Media` by default
   * @attr record-form
   */
  get recordForm(): RecordForm {
    return this.getAttribute('record-form') === 'DocumentReference' ? 'DocumentReference' : 'Media';
  }

  set recordForm(form: RecordForm) {
    this.setAttribute('record-form', form);
  }

  /**
   * where a photo's bytes are: inside its resource (default), or in a `Binary` with a fixed id
   * @attr attachment
   */
  get attachment(): AttachmentForm {
    return this.getAttribute('attachment') === 'binary' ? 'binary' : 'inline';
  }

  set attachment(form: AttachmentForm) {
    this.setAttribute('attachment', form);
  }

  /**
   * how consent that was given on the phone is recorded: as a resource (default), as a note on the photo, not at all
   * @attr record-consent
   */
  get recordConsent(): ConsentForm {
    const form = this.getAttribute('record-consent');
    return form === 'note' || form === 'off' ? form : 'Consent';
  }

  set recordConsent(form: ConsentForm) {
    this.setAttribute('record-consent', form);
  }

  /**
   * where a photo's provenance is: inside its resource (default), or in a `Provenance` with a fixed id
   * @attr record-provenance
   */
  get recordProvenance(): ProvenanceForm {
    return this.getAttribute('record-provenance') === 'resource' ? 'resource' : 'contained';
  }

  set recordProvenance(form: ProvenanceForm) {
    this.setAttribute('record-provenance', form);
  }

  /**
   * what has to be there before a commit: a site and a side for each photo (default); for a referral also an overview
   * and a close-up of each lesion, or those and a dermoscopic photo
   * @attr record-gate
   */
  get recordGate(): RecordGate {
    const gate = this.getAttribute('record-gate');
    return gate === 'referral' || gate === 'referral-dermoscopy' ? gate : 'site-side';
  }

  set recordGate(gate: RecordGate) {
    this.setAttribute('record-gate', gate);
  }

  /**
   * ends the session when a commit leaves nothing to commit; asks first if photos arrived meanwhile or are on their way
   * @attr end-on-commit
   */
  get endOnCommit(): boolean {
    return this.hasAttribute('end-on-commit');
  }

  set endOnCommit(end: boolean) {
    this.toggleAttribute('end-on-commit', end);
  }

  /** the photos, in the order in which they were confirmed */
  get images(): readonly WidgetImage[] {
    return this.#sync?.store.getState().images ?? [];
  }

  /** whether every photo that is not in the record yet has its bytes, site and side */
  get ready(): boolean {
    return readyToCommit(this.images, this.recordGate) !== undefined;
  }

  /**
   * the number of photos that exist only on this screen and would be lost when another encounter is opened; an unsaved
   * drawing counts as one
   */
  get unsaved(): number {
    const photos = this.images.filter(({ local, committedAt }) => local && committedAt === undefined);
    const adding = this.#sync?.store.getState().adding ?? [];
    const coming = adding.filter(({ problem }) => problem?.retryable !== false);
    return photos.length + coming.length + this.#root.querySelectorAll('[data-unsaved=true]').length;
  }

  /**
   * commits all photos, or those with the ids in `only`, like the widget's button; `false` if nothing was committed
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
    return sync.commit(
      (commit) => this.#deliver(commit),
      forms,
      only,
      () => this.endOnCommit,
    );
  }

  connectedCallback(): void {
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (name === 'launch-token' && before !== null && before !== now) this.#forget();
    if (name === 'record-gate' || name === 'locale') this.#render();
    else if (this.isConnected) this.#restart();
  }

  /** Hides the old encounter at once, and starts the new one once, after all attributes are set. */
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
    const apiBase = (this.getAttribute('api-base') ?? '').replace(/\/$/, '');
    const sync = createSessionSync({ apiBase, launchToken, committed: this.committed });
    this.#sync = sync;
    sync.store.subscribe((state, before) => {
      if (this.#sync === sync) this.#announce(state, before);
    });
    this.#key = randomHex();
    this.#render();
  }

  #render(): void {
    const locale = this.getAttribute('locale');
    const words = wordsIn(locale === null ? navigator.languages : [locale], () => this.#render());
    // The previous language stays until the new one is loaded.
    if (!this.#sync || !words) return;
    const onCommit = (only?: readonly string[]): void => void this.commit(only);
    render(
      <ExportOptionsProvider value={() => exportOptions(this)}>
        <EarlierProvider value={() => this.#earlier}>
          <Widget key={this.#key} sync={this.#sync} words={words} gate={this.recordGate} onCommit={onCommit} />
        </EarlierProvider>
      </ExportOptionsProvider>,
      this.#root,
    );
  }

  #stop(): void {
    const sync = this.#sync;
    // First, because closing announces the state once more.
    this.#sync = undefined;
    sync?.close();
    render(null, this.#root);
  }

  /** Never shows one patient's earlier photos next to another patient's photos. */
  #forget(): void {
    this.#earlier = [];
    this.#encounter = undefined;
  }

  /** A function can return the launch token of another encounter when the session is opened again. */
  #follow({ facilityId, patientId, encounterId }: SessionState): void {
    if (encounterId === null) return;
    const encounter = JSON.stringify([facilityId, patientId, encounterId]);
    if (this.#encounter !== undefined && encounter !== this.#encounter) this.#forget();
    this.#encounter = encounter;
  }

  #announce(state: SessionState, before: SessionState): void {
    this.#follow(state);
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

  /** Resolves when every promise of `waitUntil` has. A photo without any promise or result counts as failed. */
  async #deliver(commit: Commit): Promise<Taken> {
    const kept: Promise<Taken>[] = [];
    let dispatched = false;
    const waitUntil = (promise: PromiseLike<unknown>): void => {
      if (dispatched)
        throw new DOMException('waitUntil is called while photobridge-commit is dispatched', 'InvalidStateError');
      kept.push(taken(promise));
    };
    this.#emit('photobridge-commit', { ...commit, waitUntil });
    dispatched = true;
    if (kept.length === 0) throw new CommitError({ code: 'unheard', detail: '' });
    return { created: (await Promise.all(kept)).every(({ created }) => created) };
  }

  #emit<Name extends keyof PhotobridgeEventMap>(name: Name, detail: PhotobridgeEventMap[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
