/** Worker threads that hear files. Each has two groups at a time: while one ends, the next keeps the network's batches full. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import type { Judgement } from './judge.js';
import type { FromWorker, ToWorker, WorkerStart } from './worker.js';

const GROUPS_AT_A_TIME = 2;

export interface WorkersOptions {
  readonly bundle: Bundle;
  readonly threads: number;
  readonly quick: boolean;
  readonly backend?: Backend | undefined;
  /** URL of a module that exports `startClassifier`, instead of the server's. */
  readonly classifier?: string | undefined;
}

export interface WorkOptions {
  /** The next group of absolute paths; undefined when there are no more. May wait. */
  readonly next: () => Promise<readonly string[] | undefined>;
  readonly onAnswer: (path: string, judgement: Judgement) => void;
  readonly signal: AbortSignal;
}

export class Workers {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** @throws Error with the reason when one can't start */
  static async start({ bundle, threads, quick, backend, classifier }: WorkersOptions): Promise<Workers> {
    const start: WorkerStart = { bundle, backend, quick, classifier: classifier ?? new URL('../shards/classifier.js', import.meta.url).href };
    const workers = Array.from({ length: threads }, () => new Worker(new URL('./worker.js', import.meta.url), { workerData: start }));
    try {
      await Promise.all(workers.map(async (worker) => {
        const [message] = await once(worker, 'message') as [FromWorker];
        if (message.type === 'failed') throw new Error(message.reason);
      }));
      return new Workers(workers);
    } catch (error) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw error;
    }
  }

  /**
   * Hears groups until there are no more, or until the signal.
   * @throws Error when a thread fails; what is no file's fault
   */
  async work(options: WorkOptions): Promise<void> {
    await Promise.all(this.#workers.map((worker) => workOn(worker, options)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function workOn(worker: Worker, { next, onAnswer, signal }: WorkOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let running = 0;
    let isOver = false;
    const post = (message: ToWorker): void => worker.postMessage(message);
    const abort = (): void => {
      isOver = true;
      post(null);
      if (running === 0) end();
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type === 'answer') onAnswer(message.path, message.judgement);
      else if (message.type === 'failed') end(new Error(message.reason));
      else if (message.type === 'done') {
        running -= 1;
        void feed();
      }
    };
    const onError = (error: Error): void => end(error);
    const end = (error?: Error): void => {
      worker.off('message', onMessage).off('error', onError);
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    };
    const feed = async (): Promise<void> => {
      running += 1; // while it waits for a group, too
      const group = isOver ? undefined : await next().catch((error: Error) => void end(error));
      if (group && !signal.aborted) return post(group);
      isOver = true;
      running -= 1;
      if (running === 0) end();
    };
    worker.on('message', onMessage).on('error', onError);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    for (let group = 0; group < GROUPS_AT_A_TIME; group += 1) void feed();
  });
}
