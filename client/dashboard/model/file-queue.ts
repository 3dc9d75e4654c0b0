/** The files that a visitor has dropped: classified one after the other, each with its state and result. */
import { FileAnalysis, type SoundFormat } from './file-analysis.js';
import type { ServerEvent } from './event-reader.js';

export type FileState = 'waiting' | 'busy' | 'done' | 'failed';

export interface QueuedFile {
  readonly file: File;
  readonly key: number;
  state: FileState;
  /** Bytes that have been sent. */
  sentBytes: number;
  /** Undefined until it is its turn. */
  analysis: FileAnalysis | undefined;
  /** Why it waits or has failed, as a sentence; empty if there is nothing to say. */
  sentence: string;
}

export interface Upload {
  readonly onSent: (bytes: number) => void;
  readonly onEvents: (events: readonly ServerEvent[]) => void;
  readonly signal: AbortSignal;
}

export interface FileQueueOptions {
  /** Sends a file; rejects with an error that has the server's `code`. */
  readonly upload: (file: File, upload: Upload) => Promise<void>;
  readonly format: () => Promise<SoundFormat>;
  /** Maximum size of a file. */
  readonly maxBytes: () => number;
  readonly onChange: () => void;
  /** Waits before a server that has no place is asked again. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
}

const FULL = 'too-many-files';

export class FileQueue {
  readonly files: QueuedFile[] = [];
  readonly #options: FileQueueOptions;
  #stop: AbortController | undefined;
  #busy: QueuedFile | undefined;
  #nextKey = 1;

  constructor(options: FileQueueOptions) {
    this.#options = options;
  }

  /** @returns the first of the new ones */
  add(files: readonly File[]): QueuedFile | undefined {
    const added = files.map((file): QueuedFile => {
      const refusal = refusalOf(file, this.#options.maxBytes());
      return { file, key: this.#nextKey++, state: refusal === '' ? 'waiting' : 'failed', sentBytes: 0, analysis: undefined, sentence: refusal };
    });
    this.files.push(...added);
    this.#options.onChange();
    void this.#work();
    return added[0];
  }

  /** Takes a file off the list, and ends its upload. */
  remove(queued: QueuedFile): void {
    const index = this.files.indexOf(queued);
    if (index < 0) return;
    this.files.splice(index, 1);
    if (this.#busy === queued) this.#stop?.abort();
    this.#options.onChange();
  }

  /** Ends everything. */
  end(): void {
    this.files.length = 0;
    this.#stop?.abort();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    for (let next = this.#next(); next; next = this.#next()) {
      this.#busy = next;
      await this.#send(next);
      this.#busy = undefined;
      this.#options.onChange();
    }
  }

  #next(): QueuedFile | undefined {
    return this.files.find(({ state }) => state === 'waiting');
  }

  async #send(queued: QueuedFile): Promise<void> {
    const { upload, format, onChange, wait } = this.#options;
    const { signal } = this.#stop = new AbortController();
    queued.state = 'busy';
    for (;;) {
      try {
        const analysis = queued.analysis = new FileAnalysis(await format());
        queued.sentBytes = 0;
        await upload(queued.file, {
          signal,
          onSent: (bytes) => {
            queued.sentBytes = bytes;
            onChange();
          },
          onEvents: (events) => {
            for (const event of events) analysis.push(event);
            onChange();
          },
        });
        if (analysis.failure) throw Object.assign(new Error(analysis.failure.message), { code: analysis.failure.code });
        queued.state = 'done';
        queued.sentence = '';
        return;
      } catch (error) {
        if (signal.aborted) return;
        const { code, message } = error as { code?: string; message: string };
        queued.sentence = code === FULL ? 'The server is busy with other files; trying again.' : message;
        onChange();
        if (code !== FULL) {
          queued.state = 'failed';
          return;
        }
        await wait(signal);
        if (signal.aborted) return;
      }
    }
  }
}

/** What can be said of a file before it is sent; empty if nothing. */
function refusalOf({ size, name }: File, maxBytes: number): string {
  if (size === 0) return `${name} is empty (0 bytes), or a folder.`;
  if (size > maxBytes) return `${name} has ${megabytes(size)} MB; this server takes up to ${megabytes(maxBytes)} MB. For larger files use: npx livegenre classify FILE`;
  return '';
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
}
