/**
 * The newest encoded sound of a station. A listener gets it at once, so that a player has some seconds
 * to play before the next packet is late; radio servers call it a burst.
 */
import type { EncodedSound } from '../sources/station/source-event.js';

/** 4 s at 128 kbit/s. */
const MOST_BYTES = 64 * 1024;

export class RecentSound {
  readonly #mostBytes: number;
  #parts: EncodedSound[] = [];
  #bytes = 0;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  push(sound: EncodedSound): void {
    // A reader is given one format only.
    if (this.#parts.at(-1)?.format !== sound.format) this.clear();
    this.#parts.push(sound);
    this.#bytes += sound.bytes.length;
    while (this.#bytes - this.#parts[0]!.bytes.length >= this.#mostBytes) this.#bytes -= this.#parts.shift()!.bytes.length;
  }

  list(): readonly EncodedSound[] {
    return [...this.#parts];
  }

  clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
