/** Reads and writes the two fields of files, one after the other, in a thread of its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Fields } from './fields.js';
import type { TagKind } from './kinds.js';
import type { EditAnswer, EditRequest } from './worker.js';

/** A file whose tag can't be read or written, in one sentence. */
export class TagError extends Error {
  override readonly name = 'TagError';
}

export class TagEditor {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url));
  #last: Promise<unknown> = Promise.resolve();

  /** @throws TagError */
  read(path: string, kind: TagKind): Promise<Fields> {
    return this.#ask({ path, kind });
  }

  /** Writes to the file itself. @throws TagError */
  write(path: string, kind: TagKind, write: Fields): Promise<Fields> {
    return this.#ask({ path, kind, write });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(request: EditRequest): Promise<Fields> {
    const asked = this.#last.then(async () => {
      this.#worker.postMessage(request);
      const [answer] = await once(this.#worker, 'message') as [EditAnswer];
      if ('error' in answer) throw new TagError(`its tag can't be ${request.write ? 'written' : 'read'} (${answer.error})`);
      return answer.fields;
    });
    this.#last = asked.catch(() => {});
    return asked;
  }
}
