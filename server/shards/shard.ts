/**
 * The worker's side of a shard: pipes of many streams around one engine. Runs in a worker thread;
 * `shards.ts` starts it.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { Observable, type Subscriber, type Subscription } from 'rxjs';
import { blockMs } from '../../models/manifest.js';
import type { StartedClassifier } from './classifier.js';
import { Engine } from '../pipe/engine.js';
import { macrotask } from './macrotask.js';
import { opusLibrary } from './opus-library.js';
import { Lags, type ShardMetrics } from './shard-metrics.js';
import { pipe, Progress, type Chunk } from '../pipe/pipeline.js';
import { ProtocolError } from '../protocol/errors.js';
import { COMMAND, COMMAND_WIDTH, PROGRESS_WIDTH, type FromShard, type OpenStream, type ShardStart, type ToShard } from './shard-mail.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

/** Up to this much sound may wait unscored before its bytes count as not consumed. */
const WAITING_BLOCKS = 4;

const MEASURE_EVERY_MS = 1000;

/** One stream in its shard. */
interface Running {
  /** Of its chunks: the upper end of its pipe. */
  chunks: Subscriber<Chunk> | undefined;
  readonly progress: Progress;
  consumedBytes: number;
  /** Bytes taken in since the main thread was last told how far this stream is. */
  untoldBytes: number;
  skipBytes: number;
  countedDroppedMs: number;
  subscription: Subscription | undefined;
}

class Shard {
  readonly #port: MessagePort;
  readonly #start: ShardStart;
  readonly #engine: Engine;
  readonly #waitingMs: number;
  readonly #streams = new Map<number, Running>();
  readonly #moved = new Set<number>();
  #keys: number[] = [];
  #messages: EncodedMessage[] = [];
  #posting = false;
  /** Spent on the chunks of live streams; the engine knows its own. */
  #liveBusyMs = 0;
  #soundMs = 0;
  #droppedMs = 0;
  readonly #lags = new Lags();
  #measured = { atMs: performance.now(), busyMs: 0 };

  constructor(port: MessagePort, start: ShardStart, { classifier }: StartedClassifier) {
    this.#port = port;
    this.#start = start;
    this.#waitingMs = WAITING_BLOCKS * blockMs(start.bundle.manifest);
    this.#engine = new Engine(classifier, start.settings, macrotask, (error) => this.#post({ type: 'fault', reason: reasonOf(error) }));
  }

  receive({ commands, opens, audio }: ToShard): void {
    let opened = 0;
    let offset = 0;
    for (let row = 0; row < commands.length; row += COMMAND_WIDTH) {
      const key = commands[row + 1]!;
      switch (commands[row]) {
        case COMMAND.open:
          this.#open(key, opens[opened++]!);
          break;
        case COMMAND.audio: {
          const length = commands[row + 2]!;
          this.#audio(key, new Uint8Array(audio, offset, length), commands[row + 3]!);
          offset += length;
          break;
        }
        case COMMAND.end:
          this.#streams.get(key)?.chunks?.complete();
          break;
        case COMMAND.close:
          this.#streams.get(key)?.subscription?.unsubscribe();
          this.#streams.delete(key);
      }
    }
  }

  #open(key: number, { format, topK, spectrogram, isPaced, from, skipBytes }: OpenStream): void {
    const running: Running = { chunks: undefined, progress: new Progress(from), consumedBytes: 0, untoldBytes: 0, skipBytes, countedDroppedMs: from.droppedMs, subscription: undefined };
    this.#streams.set(key, running);
    const chunk$ = new Observable<Chunk>((chunks) => void (running.chunks = chunks));
    const messages$ = pipe(chunk$, {
      format,
      model: this.#start.bundle.manifest,
      engine: this.#engine,
      settings: this.#start.settings,
      topK,
      spectrogram,
      isPaced,
      opus: opusLibrary,
      progress: running.progress,
    });
    running.subscription = messages$.subscribe({
      next: (told) => {
        if (told.type === 'prediction') this.#count(running);
        this.#say(key, told);
      },
      error: (error: unknown) => {
        this.#streams.delete(key);
        this.#say(key, encodeMessage({ type: 'error', ...this.#refusal(error) }));
      },
      complete: () => this.#streams.delete(key),
    });
  }

  #audio(key: number, bytes: Uint8Array, arrivedAtMs: number): void {
    const running = this.#streams.get(key);
    if (!running) return; // failed or ended; the main thread learns of it with the next message
    const skip = Math.min(running.skipBytes, bytes.length);
    running.skipBytes -= skip;
    const startedMs = performance.now();
    running.chunks!.next({ bytes: skip > 0 ? bytes.subarray(skip) : bytes, arrivedAtMs });
    const busyMs = performance.now() - startedMs;
    this.#soundMs += busyMs;
    if (running.progress.isLive) this.#liveBusyMs += busyMs;
    // The next prediction tells it too; mail for each chunk would cost more than the chunk.
    running.untoldBytes += bytes.length;
    if (running.untoldBytes <= this.#start.settings.maxBufferedBytes / 4) return;
    this.#moved.add(key);
    this.#postSoon();
  }

  #refusal(error: unknown): { code: ProtocolError['code']; message: string } {
    if (error instanceof ProtocolError) return { code: error.code, message: error.message };
    this.#post({ type: 'fault', reason: reasonOf(error) });
    return { code: 'internal', message: 'The server failed on this stream; the fault is not yours. Connect again.' };
  }

  #say(key: number, told: EncodedMessage): void {
    this.#keys.push(key);
    this.#messages.push(told);
    this.#moved.add(key);
    this.#postSoon();
  }

  /** After the step that this turn's blocks may bring: one message for all of it. */
  #postSoon(): void {
    if (this.#posting) return;
    this.#posting = true;
    setImmediate(() => {
      this.#posting = false;
      const progress = this.#progress();
      const metrics = this.#measure();
      this.#post({ type: 'told', keys: this.#keys, messages: this.#messages, progress, ...(metrics && { metrics }) }, [progress.buffer]);
      this.#keys = [];
      this.#messages = [];
    });
  }

  /** Undefined when the last ones are not yet old enough. */
  #measure(): ShardMetrics | undefined {
    const atMs = performance.now();
    const elapsedMs = atMs - this.#measured.atMs;
    if (elapsedMs < MEASURE_EVERY_MS) return undefined;
    const busyMs = this.#liveBusyMs + this.#engine.liveBusyMs;
    const load = (busyMs - this.#measured.busyMs) / elapsedMs;
    this.#measured = { atMs, busyMs };
    const { modelMs, steps, waitingBlocks } = this.#engine;
    const { counts, sumMs } = this.#lags;
    return {
      load,
      predictions: counts.reduce((sum, count) => sum + count, 0),
      lagCounts: counts,
      lagSumMs: sumMs,
      droppedMs: this.#droppedMs,
      soundMs: this.#soundMs,
      modelMs,
      steps,
      waitingBlocks,
    };
  }

  #count(running: Running): void {
    const { lagMs, droppedMs } = running.progress;
    this.#lags.push(lagMs);
    this.#droppedMs += droppedMs - running.countedDroppedMs;
    running.countedDroppedMs = droppedMs;
  }

  #progress(): Float64Array<ArrayBuffer> {
    // Rows of streams that are over stay 0, which is no stream's key.
    const rows = new Float64Array(PROGRESS_WIDTH * this.#moved.size);
    let row = 0;
    for (const key of this.#moved) {
      const running = this.#streams.get(key);
      if (!running) continue;
      const { progress } = running;
      // Sound that nothing waits behind is consumed although its block isn't complete.
      const consumed = progress.blockedMs - progress.scoredMs < this.#waitingMs ? progress.bytes : progress.scoredBytes;
      running.consumedBytes = Math.max(running.consumedBytes, consumed);
      running.untoldBytes = 0;
      rows[row++] = key;
      rows[row++] = running.consumedBytes;
      rows[row++] = progress.seq;
      rows[row++] = progress.scoredMs;
      rows[row++] = progress.droppedMs;
    }
    this.#moved.clear();
    return rows;
  }

  #post(mail: FromShard, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(mail, transfer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

async function run(port: MessagePort, start: ShardStart): Promise<void> {
  let started: StartedClassifier;
  try {
    const { startClassifier } = await import(start.classifier) as typeof import('./classifier.js');
    started = await startClassifier(start.bundle, start.backend);
  } catch (error) {
    port.postMessage({ type: 'failed', reason: error instanceof Error ? error.message : String(error) } satisfies FromShard);
    return;
  }
  const shard = new Shard(port, start, started);
  port.on('message', (mail: ToShard) => shard.receive(mail));
  port.postMessage({ type: 'ready', backend: started.backend } satisfies FromShard);
}

if (!parentPort) throw new Error('server/shards/shard.ts runs in a worker thread; start it with Shards.start.');
await run(parentPort, workerData as ShardStart);
