/**
 * The worker's side of a shard: the pipes of many streams share one engine. Runs in a worker thread
 * that `shard-link.ts` starts.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { Observable, type Subscriber, type Subscription } from 'rxjs';
import { blockMs } from '../../models/manifest.js';
import type { StartedClassifier } from './classifier.js';
import { Engine } from '../pipe/engine.js';
import { macrotask } from './macrotask.js';
import { opusLibrary } from './opus-library.js';
import { LagHistogram, type ShardMetrics } from './shard-metrics.js';
import { pipe } from '../pipe/pipeline.js';
import { Progress, type Chunk } from '../pipe/progress.js';
import { ProtocolError } from '../protocol/errors.js';
import { COMMAND, COMMAND_WIDTH, PROGRESS_WIDTH, type FromShard, type OpenStream, type ShardStart, type ToShard } from './shard-messages.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

/** Number of blocks that may be unscored before their bytes stop counting as consumed. */
const MAX_CONSUMED_UNSCORED_BLOCKS = 4;

const METRICS_INTERVAL_MS = 1000;

/** A stream in this shard. */
interface Running {
  /** Input of its pipe. */
  chunks: Subscriber<Chunk> | undefined;
  readonly progress: Progress;
  consumedBytes: number;
  /** Bytes received since this stream's progress was last posted. */
  unreportedBytes: number;
  skipBytes: number;
  countedDroppedMs: number;
  subscription: Subscription | undefined;
}

class Shard {
  readonly #port: MessagePort;
  readonly #start: ShardStart;
  readonly #engine: Engine;
  readonly #maxConsumedUnscoredMs: number;
  readonly #streams = new Map<number, Running>();
  readonly #progressed = new Set<number>();
  #keys: number[] = [];
  #messages: EncodedMessage[] = [];
  #posting = false;
  /** Time spent on the chunks of live streams; the engine counts its own. */
  #liveBusyMs = 0;
  #soundMs = 0;
  #droppedMs = 0;
  readonly #lags = new LagHistogram();
  #lastMetrics = { atMs: performance.now(), busyMs: 0 };

  constructor(port: MessagePort, start: ShardStart, { classifier }: StartedClassifier) {
    this.#port = port;
    this.#start = start;
    this.#maxConsumedUnscoredMs = MAX_CONSUMED_UNSCORED_BLOCKS * blockMs(start.bundle.manifest);
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

  #open(key: number, { format, topK, tags, spectrogram, stretches, isPaced, from, skipBytes }: OpenStream): void {
    const running: Running = { chunks: undefined, progress: new Progress(from), consumedBytes: 0, unreportedBytes: 0, skipBytes, countedDroppedMs: from.droppedMs, subscription: undefined };
    this.#streams.set(key, running);
    const chunk$ = new Observable<Chunk>((chunks) => void (running.chunks = chunks));
    const messages$ = pipe(chunk$, {
      format,
      model: this.#start.bundle.manifest,
      engine: this.#engine,
      settings: this.#start.settings,
      topK,
      tags,
      spectrogram,
      stretches,
      isPaced,
      opus: opusLibrary,
      progress: running.progress,
    });
    running.subscription = messages$.subscribe({
      next: (message) => {
        if (message.type === 'prediction') this.#countPrediction(running);
        this.#send(key, message);
      },
      error: (error: unknown) => {
        this.#streams.delete(key);
        this.#send(key, encodeMessage({ type: 'error', ...this.#failure(error) }));
      },
      complete: () => this.#streams.delete(key),
    });
  }

  #audio(key: number, bytes: Uint8Array, arrivedAtMs: number): void {
    const running = this.#streams.get(key);
    if (!running) return; // failed or ended; the next message tells the main thread
    const skip = Math.min(running.skipBytes, bytes.length);
    running.skipBytes -= skip;
    const startedMs = performance.now();
    running.chunks!.next({ bytes: skip > 0 ? bytes.subarray(skip) : bytes, arrivedAtMs });
    const busyMs = performance.now() - startedMs;
    this.#soundMs += busyMs;
    if (running.progress.isLive) this.#liveBusyMs += busyMs;
    // Progress is posted with the next prediction anyway; a message per chunk would cost more than the chunk.
    running.unreportedBytes += bytes.length;
    if (running.unreportedBytes <= this.#start.settings.maxBufferedBytes / 4) return;
    this.#progressed.add(key);
    this.#postSoon();
  }

  #failure(error: unknown): { code: ProtocolError['code']; message: string } {
    if (error instanceof ProtocolError) return { code: error.code, message: error.message };
    this.#post({ type: 'fault', reason: reasonOf(error) });
    return { code: 'internal', message: 'The server failed while processing this stream; the fault is not yours. Connect again.' };
  }

  #send(key: number, message: EncodedMessage): void {
    this.#keys.push(key);
    this.#messages.push(message);
    this.#progressed.add(key);
    this.#postSoon();
  }

  /** Posts one message in the next turn, after a step that this turn's blocks may start. */
  #postSoon(): void {
    if (this.#posting) return;
    this.#posting = true;
    setImmediate(() => {
      this.#posting = false;
      const progress = this.#progress();
      const metrics = this.#metrics();
      this.#post({ type: 'output', keys: this.#keys, messages: this.#messages, progress, ...(metrics && { metrics }) }, [progress.buffer]);
      this.#keys = [];
      this.#messages = [];
    });
  }

  /** @returns undefined when the last metrics are less than a second old */
  #metrics(): ShardMetrics | undefined {
    const atMs = performance.now();
    const elapsedMs = atMs - this.#lastMetrics.atMs;
    if (elapsedMs < METRICS_INTERVAL_MS) return undefined;
    const busyMs = this.#liveBusyMs + this.#engine.liveBusyMs;
    const load = (busyMs - this.#lastMetrics.busyMs) / elapsedMs;
    this.#lastMetrics = { atMs, busyMs };
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

  #countPrediction(running: Running): void {
    const { lagMs, droppedMs } = running.progress;
    this.#lags.push(lagMs);
    this.#droppedMs += droppedMs - running.countedDroppedMs;
    running.countedDroppedMs = droppedMs;
  }

  #progress(): Float64Array<ArrayBuffer> {
    // Rows of ended streams stay 0; no stream has the key 0.
    const rows = new Float64Array(PROGRESS_WIDTH * this.#progressed.size);
    let row = 0;
    for (const key of this.#progressed) {
      const running = this.#streams.get(key);
      if (!running) continue;
      const { progress } = running;
      // With few unscored blocks all bytes count as consumed, those of an incomplete block too.
      const consumed = progress.blockedMs - progress.scoredMs < this.#maxConsumedUnscoredMs ? progress.bytes : progress.scoredBytes;
      running.consumedBytes = Math.max(running.consumedBytes, consumed);
      running.unreportedBytes = 0;
      rows[row++] = key;
      rows[row++] = running.consumedBytes;
      rows[row++] = progress.seq;
      rows[row++] = progress.scoredMs;
      rows[row++] = progress.droppedMs;
      rows[row++] = progress.clippedSamples;
      rows[row++] = progress.badPackets;
    }
    this.#progressed.clear();
    return rows;
  }

  #post(message: FromShard, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
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
  port.on('message', (message: ToShard) => shard.receive(message));
  port.postMessage({ type: 'ready', backend: started.backend } satisfies FromShard);
}

if (!parentPort) throw new Error('server/shards/shard.ts runs in a worker thread; start it with Shards.start.');
await run(parentPort, workerData as ShardStart);
