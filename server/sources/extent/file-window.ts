/** Reads small parts of a file through a window, so that parsers of headers cost few reads of the disk. */
import type { FileHandle } from 'node:fs/promises';

/** Small, since parsers jump over what they do not need. */
const WINDOW_BYTES = 4096;

/** What parsers of headers read from. */
export interface ReadWindow {
  /** Bytes that can be read. */
  readonly size: number;
  /** The bytes from `at` on: `length` of them, fewer at the end. */
  read(at: number, length: number): Promise<Buffer>;
}

export class FileWindow implements ReadWindow {
  readonly size: number;
  readonly #file: FileHandle;
  #at = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** The bytes from `at` on: `length` of them, fewer at the end of the file. Valid as long as they are referenced. */
  async read(at: number, length: number): Promise<Buffer> {
    if (at < this.#at || at + length > this.#at + this.#bytes.length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(Math.max(length, WINDOW_BYTES), this.size - at)));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await this.#file.read(buffer, filled, buffer.length - filled, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      this.#bytes = buffer.subarray(0, filled);
      this.#at = at;
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + length);
  }
}
