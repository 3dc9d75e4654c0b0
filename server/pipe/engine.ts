/**
 * Batches blocks of many streams into one step of the network and distributes the scores. A block
 * waits up to `batchWaitMs` for blocks of other streams, because a stream costs several times as
 * much alone as in a large batch. It does not wait if all streams are ready, the batch is full, or
 * its stream is ending, a file or has more blocks queued. A step takes one block per stream, longest
 * waiting first, so a stream that sends a lot at once does not delay the others.
 */
import { Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import type { Block } from './blocks.js';
import { ProtocolError } from '../protocol/errors.js';
import type { PipeSettings } from './settings.js';

/** The network's interface for the engine; `Step` in `models/` implements it. */
export interface Classifier {
  /** The state of a new stream. */
  newState(): Float32Array;
  /**
   * @param blocks each [columns × bands] normalised, all of the same length
   * @param states one per block; updated in place
   * @returns [batch × outputs] probabilities at the end of each block, valid until the next call
   */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array;
}

/** A block with its scores and timing. */
export interface ClassifiedBlock {
  readonly block: Block;
  /** [outputs] of the network; a view, valid during the call. */
  readonly scores: Float32Array;
  /** From the arrival of the block's last sound to its scores, ms. */
  readonly lagMs: number;
  /** Sound of the stream dropped unscored so far, ms. */
  readonly droppedMs: number;
  /** False once the stream got more than `liveAheadMs` ahead of the clock, as a file does. */
  readonly isLive: boolean;
}

export type EngineSettings = Pick<PipeSettings, 'maxBatch' | 'batchWaitMs' | 'maxLagMs' | 'liveAheadMs'>;

interface Listener {
  next(scored: ClassifiedBlock): void;
  error(error: ProtocolError): void;
  complete(): void;
}

/** Queue of one stream: its waiting blocks and the network's state for it. */
class StreamQueue {
  readonly blocks: Block[] = [];
  /** Copies of the blocks' inputs: the originals share one scratch buffer. */
  readonly #inputs: Float32Array[] = [];
  /** Input buffer of the block scored last, reused for the next one. */
  #spare: Float32Array | undefined;
  readonly state: Float32Array;
  readonly listener: Listener;
  droppedMs = 0;
  isEnding = false;
  isClosed = false;
  isQueued = false;
  /** Never got far ahead of the clock: late blocks may be dropped. */
  isLive = true;
  /** A dropped block had `resetsState`: the next one scored resets the state instead. */
  isResetPending = false;
  #first: Block | undefined;

  constructor(state: Float32Array, listener: Listener) {
    this.state = state;
    this.listener = listener;
  }

  add(block: Block, liveAheadMs: number): void {
    this.#first ??= block;
    const aheadMs = block.atMs - this.#first.atMs - (block.arrivedAtMs - this.#first.arrivedAtMs);
    if (aheadMs > liveAheadMs) this.isLive = false;
    this.blocks.push(block);
    const input = this.#spare?.length === block.input.length ? this.#spare : new Float32Array(block.input.length);
    input.set(block.input);
    this.#inputs.push(input);
    this.#spare = undefined;
  }

  /** Input of the next block. */
  get input(): Float32Array {
    return this.#inputs[0]!;
  }

  /** Removes the next block; its input stays valid until the next `add`. */
  shift(): Block {
    this.#spare = this.#inputs.shift();
    return this.blocks.shift()!;
  }

  /** Whether its block may wait for those of other streams: it is live, not ending, and has only one block queued. */
  get mayWait(): boolean {
    return this.isLive && !this.isEnding && this.blocks.length === 1;
  }

  /** Drops blocks that are too old, but never the newest: a late prediction is better than none. */
  dropOlderThan(arrivedAtMs: number): void {
    while (this.isLive && this.blocks.length > 1 && this.blocks[0]!.arrivedAtMs < arrivedAtMs) this.countDropped(this.shift());
  }

  countDropped({ durationMs, resetsState }: Block): void {
    this.droppedMs += durationMs;
    this.isResetPending ||= resetsState;
  }
}

export class Engine {
  readonly #classifier: Classifier;
  readonly #settings: EngineSettings;
  readonly #scheduler: SchedulerLike;
  readonly #onFault: (error: unknown) => void;
  readonly #queues = new Set<StreamQueue>();
  /** Queues that have blocks, longest waiting first. */
  #ready: StreamQueue[] = [];
  #next: Subscription | undefined;
  /** Whether the scheduled step waits for blocks of other streams. */
  #isWaiting = false;
  #liveBusyMs = 0;
  #modelMs = 0;
  #steps = 0;

  /**
   * @param scheduler clock for lag and waiting; `macrotask` of `shards/macrotask.ts` in a server
   * @param onFault called with the classifier's error; the streams of that step fail with `internal`
   */
  constructor(classifier: Classifier, settings: EngineSettings, scheduler: SchedulerLike, onFault: (error: unknown) => void = () => {}) {
    this.#classifier = classifier;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#onFault = onFault;
  }

  /** Streams in the engine now. */
  get streams(): number {
    return this.#queues.size;
  }

  /** Time spent scoring live streams since the start, ms. */
  get liveBusyMs(): number {
    return this.#liveBusyMs;
  }

  /** Time spent in the network since the start, ms. */
  get modelMs(): number {
    return this.#modelMs;
  }

  /** Steps of the network since the start. */
  get steps(): number {
    return this.#steps;
  }

  /** Blocks waiting now. */
  get waitingBlocks(): number {
    let waiting = 0;
    for (const queue of this.#queues) waiting += queue.blocks.length;
    return waiting;
  }

  /** Whether live sound that arrived at this time is too late to be scored. */
  isLate(arrivedAtMs: number): boolean {
    return this.#scheduler.now() - arrivedAtMs > this.#settings.maxLagMs;
  }

  /**
   * Scores a stream's blocks in order; completes when the last is scored.
   * @param isPaced the source runs in real time; never treat it as a file, however far it gets ahead
   */
  classify(isPaced = false): OperatorFunction<Block, ClassifiedBlock> {
    const liveAheadMs = isPaced ? Infinity : this.#settings.liveAheadMs;
    return (block$) => new Observable((subscriber) => {
      const queue = new StreamQueue(this.#classifier.newState(), subscriber);
      this.#queues.add(queue);
      subscriber.add(() => {
        queue.isClosed = true;
        queue.blocks.length = 0;
        this.#queues.delete(queue);
      });
      subscriber.add(block$.subscribe({
        next: (block) => {
          if (block.isLate) return queue.countDropped(block);
          queue.add(block, liveAheadMs);
          this.#enqueue(queue);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          queue.isEnding = true;
          if (queue.blocks.length === 0) subscriber.complete();
          else this.#scheduleStep(false);
        },
      }));
    });
  }

  #enqueue(queue: StreamQueue): void {
    if (!queue.isQueued) {
      queue.isQueued = true;
      this.#ready.push(queue);
    }
    this.#scheduleStep(queue.mayWait && this.#ready.length < Math.min(this.#settings.maxBatch, this.#queues.size));
  }

  /** Schedules a step: in the next turn of the event loop, or after `batchWaitMs` if it may wait. */
  #scheduleStep(mayWait: boolean): void {
    if (this.#next && (mayWait || !this.#isWaiting)) return;
    this.#next?.unsubscribe();
    this.#isWaiting = mayWait;
    this.#next = this.#scheduler.schedule(() => this.#step(), mayWait ? this.#settings.batchWaitMs : 0);
  }

  #step(): void {
    this.#next = undefined;
    const queues = this.#gather();
    const isAnyLeft = this.#ready.length > 0;
    if (queues.length > 0) {
      const startedMs = this.#scheduler.now();
      this.#score(queues);
      this.#liveBusyMs += ((this.#scheduler.now() - startedMs) * queues.filter(({ isLive }) => isLive).length) / queues.length;
    }
    if (isAnyLeft) this.#scheduleStep(false);
  }

  /** Takes queues whose next block has the same length as the first one's, longest waiting first. */
  #gather(): StreamQueue[] {
    const oldestMs = this.#scheduler.now() - this.#settings.maxLagMs;
    const taken: StreamQueue[] = [];
    const left: StreamQueue[] = [];
    for (const queue of this.#ready) {
      if (queue.isClosed) continue;
      queue.dropOlderThan(oldestMs);
      const fits = taken.length < this.#settings.maxBatch
        && (taken.length === 0 || queue.input.length === taken[0]!.input.length);
      (fits ? taken : left).push(queue);
    }
    for (const queue of taken) queue.isQueued = false;
    this.#ready = left;
    return taken;
  }

  #score(queues: readonly StreamQueue[]): void {
    const blocks: Block[] = [];
    const inputs: Float32Array[] = [];
    for (const queue of queues) {
      inputs.push(queue.input);
      const block = queue.shift();
      const resetsState = block.resetsState || queue.isResetPending;
      if (resetsState) queue.state.set(this.#classifier.newState());
      queue.isResetPending = false;
      blocks.push(resetsState === block.resetsState ? block : { ...block, resetsState });
    }
    let scores: Float32Array;
    const startedMs = this.#scheduler.now();
    try {
      scores = this.#classifier.run(inputs, queues.map((queue) => queue.state));
    } catch (error) {
      this.#onFault(error);
      for (const queue of queues) {
        queue.listener.error(new ProtocolError('internal', 'Scoring this stream failed; the fault is the server\'s. Connect again.'));
      }
      return;
    }
    const outputs = scores.length / queues.length;
    const nowMs = this.#scheduler.now();
    this.#modelMs += nowMs - startedMs;
    this.#steps++;
    for (let index = 0; index < queues.length; index++) {
      const queue = queues[index]!;
      if (queue.isClosed) continue;
      const block = blocks[index]!;
      queue.listener.next({
        block,
        scores: scores.subarray(index * outputs, (index + 1) * outputs),
        lagMs: Math.max(0, nowMs - block.arrivedAtMs),
        droppedMs: queue.droppedMs,
        isLive: queue.isLive,
      });
      if (queue.blocks.length > 0) this.#enqueue(queue);
      else if (queue.isEnding) queue.listener.complete();
    }
  }
}
