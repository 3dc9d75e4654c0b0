/** Explains stretches of files for HTTP, one at a time in a thread of its own, which starts with the first one. */
import { Worker } from 'node:worker_threads';
import type { Bundle } from '../../models/model-folder.js';
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Explanation } from '../protocol/messages.js';
import type { Settings } from '../settings.js';
import type { ExplainRequest, ExplainStart, FromExplainer, ToExplainer } from './explain-messages.js';

export interface ExplanationsOptions {
  /** The model of the next requests. */
  readonly bundle: () => Bundle;
  readonly settings: Pick<Settings, 'maxFiles' | 'maxExplainSeconds'>;
  readonly backend: Backend | undefined;
  readonly log: Log;
  /** URL of a module that exports `startClassifier`, instead of `shards/classifier.ts`. */
  readonly classifier?: string;
}

/** A stretch as a client asks for it. */
export interface StretchToExplain {
  /** [columns × bands] level bytes. */
  readonly levels: Uint8Array;
  readonly fromColumn: number;
  /** The end of the levels unless given. */
  readonly toColumn: number | undefined;
  readonly genre: string | undefined;
}

interface Waiting {
  readonly id: number;
  /** The model that was in use when it came. */
  readonly bundle: Bundle;
  readonly request: ExplainRequest;
  readonly resolve: (explanation: Explanation | undefined) => void;
  readonly reject: (error: ProtocolError) => void;
}

export class Explanations {
  readonly #options: ExplanationsOptions;
  readonly #waiting: Waiting[] = [];
  /** The one that the thread works on. */
  #busy: Waiting | undefined;
  #worker: Worker | undefined;
  /** The model of the thread. */
  #bundle: Bundle | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
  }

  /** Stretches that are explained or wait for it. */
  get size(): number {
    return this.#waiting.length + (this.#busy ? 1 : 0);
  }

  /**
   * @param signal aborted when the client has gone; the work then ends
   * @throws ProtocolError `bad-request`, `too-big`, `too-many-files`, `idle`, `going-away` or `internal`
   */
  async explain(stretch: StretchToExplain, signal: AbortSignal): Promise<Explanation> {
    const bundle = this.#options.bundle();
    const request = this.#checked(stretch, bundle);
    const { maxFiles } = this.#options.settings;
    if (this.#isClosed) throw goingAway();
    if (this.size >= maxFiles) throw new ProtocolError('too-many-files', `The limit of ${maxFiles} stretches that wait for an explanation is reached. Try again later.`);
    const id = this.#nextId++;
    let onGone: (() => void) | undefined;
    try {
      const explanation = await new Promise<Explanation | undefined>((resolve, reject) => {
        const waiting: Waiting = { id, bundle, request, resolve, reject };
        onGone = () => this.#stop(waiting);
        signal.addEventListener('abort', onGone);
        this.#waiting.push(waiting);
        if (signal.aborted) onGone();
        this.#next();
      });
      if (!explanation) throw new ProtocolError('bad-request', 'There is no sound in this stretch, so there is nothing to explain.');
      return explanation;
    } finally {
      if (onGone) signal.removeEventListener('abort', onGone);
    }
  }

  /** A new model is in use: the thread ends when all that came before is explained. */
  renew(): void {
    this.#next();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(goingAway());
    this.#busy?.reject(goingAway());
    this.#busy = undefined;
    await this.#worker?.terminate();
  }

  #checked({ levels, fromColumn, toColumn, genre }: StretchToExplain, { manifest: { labels, frontEnd: { bands, hop, sampleRate } } }: Bundle): ExplainRequest {
    const { maxExplainSeconds } = this.#options.settings;
    const columns = levels.length / bands;
    if (!Number.isInteger(columns) || columns === 0) throw new ProtocolError('bad-request', `The body must be columns of ${bands} level bytes; it has ${levels.length} bytes.`);
    const end = Math.min(columns, toColumn ?? columns);
    if (fromColumn >= end) throw new ProtocolError('bad-request', `from must be before the end of the stretch, at column ${end}; it is ${fromColumn}.`);
    if (genre !== undefined && !labels.includes(genre)) throw new ProtocolError('bad-request', `genre must be one of ${labels.join(', ')}; it is ${JSON.stringify(genre)}.`);
    const seconds = ((end - fromColumn) * hop) / sampleRate;
    if (seconds > maxExplainSeconds) throw new ProtocolError('too-big', `The stretch has ${seconds.toFixed(1)} s; this server explains up to ${maxExplainSeconds} s at once (--max-explain-seconds).`);
    return { levels, fromColumn, toColumn: end, genre };
  }

  #next(): void {
    if (this.#busy || this.#isClosed) return;
    this.#busy = this.#waiting.shift();
    if (!this.#busy) {
      if (this.#bundle !== this.#options.bundle()) this.#end();
      return;
    }
    const { id, request, bundle } = this.#busy;
    if (bundle !== this.#bundle) this.#end();
    this.#worker ??= this.#start(bundle);
    this.#worker.postMessage({ type: 'explain', id, request } satisfies ToExplainer);
  }

  /** The client has gone: what waits is forgotten, what runs is ended. */
  #stop(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    else if (this.#busy === waiting) this.#worker?.postMessage({ type: 'stop', id: waiting.id } satisfies ToExplainer);
    waiting.reject(new ProtocolError('idle', 'The client has gone.'));
  }

  /** Ends the thread, which works on nothing. */
  #end(): void {
    const before = this.#worker;
    this.#worker = undefined;
    void before?.terminate();
  }

  #start(bundle: Bundle): Worker {
    this.#bundle = bundle;
    const { backend, classifier = new URL('../shards/classifier.js', import.meta.url).href } = this.#options;
    const worker = new Worker(new URL('./explain-worker.js', import.meta.url), { workerData: { bundle, backend, classifier } satisfies ExplainStart, name: 'explain' });
    let reason = '';
    worker.on('message', ({ id, explanation, reason: failure }: FromExplainer) => {
      if (this.#busy?.id !== id) return;
      // Where the client has gone, the promise is settled already, and this does nothing.
      if (failure === undefined) this.#busy.resolve(explanation);
      else this.#busy.reject(this.#failed(failure, failure.startsWith('Error: stopped')));
      this.#busy = undefined;
      this.#next();
    });
    worker.on('error', (error) => (reason = error.stack ?? error.message));
    worker.once('exit', (exitCode) => {
      if (this.#isClosed || this.#worker !== worker) return;
      this.#worker = undefined;
      this.#busy?.reject(this.#failed(reason || `the thread ended with exit code ${exitCode}`));
      this.#busy = undefined;
      this.#next();
    });
    return worker;
  }

  #failed(reason: string, isStop = false): ProtocolError {
    if (!isStop) this.#options.log.error('a stretch could not be explained', { reason });
    return new ProtocolError('internal', 'The server failed while explaining this stretch; the fault is not yours.');
  }
}

function goingAway(): ProtocolError {
  return new ProtocolError('going-away', 'The server is shutting down.');
}
