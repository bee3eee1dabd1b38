/**
 * The command log: what a new engine has to be sent when the last one died. The
 * new engine finds in its journal what was written there, and here what was
 * not. The log keeps, for each session, what the commands come to for each photo. A command whose
 * meaning depends on the moment, such as "retry what failed", is not in it.
 */

import type { EngineCode } from '../../web/src/contract/api';
import type { Command, Snapshot } from '../../web/src/contract/engine';

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

interface Photo {
  /** Missing for a photo that the engine restored from an earlier page. */
  add?: Of<'add'>;
  describe?: Of<'describe'>;
  /** The person's last decision about sending it. */
  wish?: 'send' | 'cancel';
}

export class CommandLog {
  #lifecycle: Of<'lifecycle'> | undefined;
  /** By patient; the last one is shown, and commands are about its photos. */
  readonly #sessions = new Map<string, SessionLog>();

  record(command: Command): void {
    if (command.type === 'lifecycle') this.#lifecycle = command;
    else if (command.type === 'open') this.#show(command);
    else this.#shown.record(command);
  }

  /** Drops photos that have arrived, of any session: nothing of them can be lost any more. */
  observe(snapshot: Snapshot): void {
    const shown = this.#shown;
    // One that was on its way when the page turned to another patient is not about this one.
    const isOfShown = shown.isOf(snapshot);
    if (isOfShown) shown.observe(snapshot);
    for (const session of this.#sessions.values()) {
      if (isOfShown || session !== shown) session.drop(snapshot.over ?? []);
    }
  }

  /** Marks the photo over which an engine died more than once. */
  refuse(id: string, code: EngineCode): void {
    for (const session of this.#sessions.values()) session.refuse(id, code);
  }

  /** Returns the commands for a new engine, in order. */
  commands(): Command[] {
    const sessions = [...this.#sessions.values()].flatMap((session) => session.commands());
    return this.#lifecycle ? [this.#lifecycle, ...sessions] : sessions;
  }

  get #shown(): SessionLog {
    return [...this.#sessions.values()].at(-1) ?? this.#start('');
  }

  /** Commands before the first session are about that one. */
  #show(command: Of<'open'>): void {
    const { facilityId, patientId, encounterId } = command.session;
    const patient = JSON.stringify([facilityId, patientId, encounterId]);
    const log = this.#sessions.get(patient) ?? this.#sessions.get('') ?? new SessionLog();
    this.#sessions.delete('');
    this.#sessions.delete(patient);
    this.#sessions.set(patient, log);
    log.record(command);
  }

  #start(patient: string): SessionLog {
    const log = new SessionLog();
    this.#sessions.set(patient, log);
    return log;
  }
}

class SessionLog {
  #open: Of<'open'> | undefined;
  #forget: Of<'forget'> | undefined;
  #pause: Of<'pause'> | undefined;
  readonly #photos = new Map<string, Photo>();
  readonly #removed = new Map<string, Of<'remove'>>();

  record(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#open = command;
        break;
      case 'lifecycle': // of no session
        break;
      case 'forget':
        this.#photos.clear();
        this.#removed.clear();
        this.#pause = undefined;
        this.#forget = command;
        break;
      case 'pause':
        this.#pause = command;
        break;
      case 'upload':
        this.#pause = undefined;
        for (const id of command.ids) this.#change(id, { wish: 'send' });
        break;
      case 'remove':
        this.#photos.delete(command.id);
        this.#removed.set(command.id, command);
        break;
      case 'add':
        this.#change(command.id, { add: command });
        break;
      case 'describe':
        this.#change(command.id, { describe: command });
        break;
      case 'cancel':
        this.#change(command.id, { wish: 'cancel' });
        break;
      case 'retry':
        this.#retry(command.id);
        break;
    }
  }

  /**
   * Drops photos that have arrived: nothing of them can be lost any more. The
   * next engine learns from their number that there is something to ask for.
   */
  observe(snapshot: Snapshot): void {
    if (this.#open) {
      const { session } = this.#open;
      const imageCount = Math.max(session.imageCount, snapshot.imageCount);
      this.#open = { ...this.#open, session: { ...session, imageCount } };
    }
    for (const { id, state, correction } of snapshot.photos) {
      if ((state === 'confirmed' && correction !== 'pending') || state === 'removed') this.#photos.delete(id);
    }
    if (snapshot.erased) this.#photos.clear();
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.#photos.delete(id);
  }

  /** Reports whether a snapshot is about this session. */
  isOf(snapshot: Snapshot): boolean {
    return (this.#open?.session.phoneId ?? '') === snapshot.phoneId;
  }

  refuse(id: string, code: EngineCode): void {
    const add = this.#photos.get(id)?.add;
    if (add) this.#change(id, { add: { ...add, refused: code } });
  }

  commands(): Command[] {
    const photos = [...this.#photos];
    const wishing = (wish: Photo['wish']) => photos.filter(([, photo]) => photo.wish === wish).map(([id]) => id);
    const ids = wishing('send');
    const commands: (Command | undefined)[] = [
      this.#open,
      this.#forget,
      ...this.#removed.values(),
      ...photos.map(([, photo]) => photo.add),
      ...photos.map(([, photo]) => photo.describe),
      ...wishing('cancel').map((id): Command => ({ type: 'cancel', id })),
      ids.length > 0 ? { type: 'upload', ids } : undefined,
      this.#pause,
    ];
    return commands.filter((command) => command !== undefined);
  }

  /** Trying one photo again takes a cancellation back; it does not send a photo for which Send was not pressed. */
  #retry(id: string | undefined): void {
    this.#pause = undefined;
    if (id !== undefined && this.#photos.get(id)?.wish === 'cancel') this.#change(id, { wish: 'send' });
  }

  #change(id: string, change: Photo): void {
    this.#photos.set(id, { ...this.#photos.get(id), ...change });
  }
}
