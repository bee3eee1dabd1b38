/**
 * The commands that a fresh engine needs to hear when the last one died: it
 * finds in its journal what was written there, and here what was not.
 */

import type { Command, EngineErrorCode, Snapshot } from '../../web/src/contract/engine';

export class CommandLog {
  #commands: Command[] = [];

  record(command: Command): void {
    switch (command.type) {
      case 'open':
        this.#drop((earlier) => earlier.type === 'open');
        this.#commands.unshift(command);
        return;
      case 'lifecycle':
        this.#drop((earlier) => earlier.type === 'lifecycle');
        break;
      case 'describe':
        this.#drop((earlier) => earlier.type === 'describe' && earlier.id === command.id);
        break;
      case 'remove':
        this.#dropPhoto(command.id);
        break;
      case 'forget':
        this.#drop((earlier) => earlier.type !== 'open' && earlier.type !== 'lifecycle');
        break;
      case 'upload':
      case 'pause':
        if (this.#commands.at(-1)?.type === command.type) return;
        break;
      case 'add':
      case 'retry':
      case 'cancel':
        break;
    }
    this.#commands.push(command);
  }

  /** Forgets photos that are across: nothing can be lost of them any more. How many there are tells the next engine to ask for them. */
  observe(snapshot: Snapshot): void {
    this.#commands = this.#commands.map((command) =>
      command.type === 'open'
        ? {
            ...command,
            session: { ...command.session, imageCount: Math.max(command.session.imageCount, snapshot.imageCount) },
          }
        : command,
    );
    for (const photo of snapshot.photos) if (photo.state === 'confirmed') this.#dropPhoto(photo.id);
  }

  /** The engine died while it worked on this photo, and not for the first time. */
  refuse(id: string, code: EngineErrorCode): void {
    this.#commands = this.#commands.map((command) =>
      command.type === 'add' && command.id === id ? { ...command, refused: code } : command,
    );
  }

  commands(): readonly Command[] {
    return this.#commands;
  }

  #dropPhoto(id: string): void {
    this.#drop((command) => 'id' in command && command.id === id);
  }

  #drop(which: (command: Command) => boolean): void {
    this.#commands = this.#commands.filter((command) => !which(command));
  }
}
