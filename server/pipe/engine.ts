/**
 * Many streams, one network: streams that have a block ready are gathered, stepped once, and the
 * scores scattered. A block waits a little for those of other streams, since a stream costs several
 * times as much alone as among many; not when all streams are there or a step is full, and not
 * behind a stream that brings more than it plays. One block a stream a step, in turn: nobody waits
 * for who brings much at once.
 */
import { Observable, type OperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';
import type { Block } from './blocks.js';
import { ProtocolError } from '../protocol/errors.js';
import type { PipeSettings } from './settings.js';

/** The network as the engine needs it; `Step` of models is one. */
export interface Classifier {
  /** The state of a stream that has heard nothing. */
  newState(): Float32Array;
  /**
   * @param blocks each [columns × bands] normalised, all of one length
   * @param states one for each block; updated in place
   * @returns [batch × outputs] probabilities at the end of each block, valid until the next call
   */
  run(blocks: readonly Float32Array[], states: readonly Float32Array[]): Float32Array;
}

/** A block with its scores. */
export interface ClassifiedBlock {
  readonly block: Block;
  /** [outputs] of the network; a view, valid during the call. */
  readonly scores: Float32Array;
  /** From the arrival of the block's last sound to here. */
  readonly lagMs: number;
  /** Sound of the stream left unscored so far. */
  readonly droppedMs: number;
  /** False once the stream got far ahead of the clock, as a file does. */
  readonly isLive: boolean;
}

export type EngineSettings = Pick<PipeSettings, 'maxBatch' | 'batchWaitMs' | 'maxLagMs' | 'liveAheadMs'>;

interface Listener {
  next(scored: ClassifiedBlock): void;
  error(error: ProtocolError): void;
  complete(): void;
}

/** One stream's place in the engine: its waiting blocks and the network's state. */
class Lane {
  readonly blocks: Block[] = [];
  /** What the network is given of each: a copy, for a block's own is soon another's. */
  readonly #inputs: Float32Array[] = [];
  /** That of the block which was scored last, for the next one. */
  #spare: Float32Array | undefined;
  readonly state: Float32Array;
  readonly listener: Listener;
  droppedMs = 0;
  isEnding = false;
  isClosed = false;
  isQueued = false;
  /** Never got far ahead of the clock: what comes late may be dropped. */
  isLive = true;
  startsAfresh = false;
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

  /** Of the block that comes next. */
  get input(): Float32Array {
    return this.#inputs[0]!;
  }

  /** Takes the block that comes next, whose input is the network's until the lane gets another. */
  shift(): Block {
    this.#spare = this.#inputs.shift();
    return this.blocks.shift()!;
  }

  /** Has its newest block only, and more will come in their time: the block may wait for others. */
  get isPatient(): boolean {
    return this.isLive && !this.isEnding && this.blocks.length === 1;
  }

  /** Drops what is too old, but never the newest: late predictions are better than none. */
  dropOlderThan(arrivedAtMs: number): void {
    while (this.isLive && this.blocks.length > 1 && this.blocks[0]!.arrivedAtMs < arrivedAtMs) this.leaveOut(this.shift());
  }

  leaveOut({ durationMs, resetsState }: Block): void {
    this.droppedMs += durationMs;
    this.startsAfresh ||= resetsState;
  }
}

export class Engine {
  readonly #classifier: Classifier;
  readonly #settings: EngineSettings;
  readonly #scheduler: SchedulerLike;
  readonly #onFault: (error: unknown) => void;
  readonly #lanes = new Set<Lane>();
  /** Lanes with blocks, longest without a turn first. */
  #ready: Lane[] = [];
  #next: Subscription | undefined;
  /** Whether the next step is one that others are waited for with. */
  #isWaiting = false;
  #liveBusyMs = 0;
  #modelMs = 0;
  #steps = 0;

  /**
   * @param scheduler the clock of lag and waiting; in a server that of `shards/macrotask.ts`
   * @param onFault is told what the classifier threw; the streams of that step fail with `internal`
   */
  constructor(classifier: Classifier, settings: EngineSettings, scheduler: SchedulerLike, onFault: (error: unknown) => void = () => {}) {
    this.#classifier = classifier;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#onFault = onFault;
  }

  /** Streams in the engine now. */
  get streams(): number {
    return this.#lanes.size;
  }

  /** Time spent on live streams since the start: those that are to be kept in time. */
  get liveBusyMs(): number {
    return this.#liveBusyMs;
  }

  /** Time spent in the network since the start. */
  get modelMs(): number {
    return this.#modelMs;
  }

  /** Steps of the network since the start. */
  get steps(): number {
    return this.#steps;
  }

  /** Blocks that wait now. */
  get waitingBlocks(): number {
    let waiting = 0;
    for (const lane of this.#lanes) waiting += lane.blocks.length;
    return waiting;
  }

  /** Whether live sound that arrived then comes too late to be scored. */
  isLate(arrivedAtMs: number): boolean {
    return this.#scheduler.now() - arrivedAtMs > this.#settings.maxLagMs;
  }

  /**
   * Scores a stream's blocks, in order; completes when the last is scored.
   * @param isPaced it keeps to the clock by itself, and is no file however far it gets ahead
   */
  classify(isPaced = false): OperatorFunction<Block, ClassifiedBlock> {
    const liveAheadMs = isPaced ? Infinity : this.#settings.liveAheadMs;
    return (block$) => new Observable((subscriber) => {
      const lane = new Lane(this.#classifier.newState(), subscriber);
      this.#lanes.add(lane);
      subscriber.add(() => {
        lane.isClosed = true;
        lane.blocks.length = 0;
        this.#lanes.delete(lane);
      });
      subscriber.add(block$.subscribe({
        next: (block) => {
          if (block.isLate) return lane.leaveOut(block);
          lane.add(block, liveAheadMs);
          this.#queue(lane);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          lane.isEnding = true;
          if (lane.blocks.length === 0) subscriber.complete();
          else this.#stepSoon(false);
        },
      }));
    });
  }

  #queue(lane: Lane): void {
    if (!lane.isQueued) {
      lane.isQueued = true;
      this.#ready.push(lane);
    }
    this.#stepSoon(lane.isPatient && this.#ready.length < Math.min(this.#settings.maxBatch, this.#lanes.size));
  }

  /** In the next turn of the event loop, or when others have been waited for. */
  #stepSoon(mayWait: boolean): void {
    if (this.#next && (mayWait || !this.#isWaiting)) return;
    this.#next?.unsubscribe();
    this.#isWaiting = mayWait;
    this.#next = this.#scheduler.schedule(() => this.#step(), mayWait ? this.#settings.batchWaitMs : 0);
  }

  #step(): void {
    this.#next = undefined;
    const lanes = this.#gather();
    const isAnyLeft = this.#ready.length > 0;
    if (lanes.length > 0) {
      const startedMs = this.#scheduler.now();
      this.#score(lanes);
      this.#liveBusyMs += ((this.#scheduler.now() - startedMs) * lanes.filter(({ isLive }) => isLive).length) / lanes.length;
    }
    if (isAnyLeft) this.#stepSoon(false);
  }

  /** Takes lanes whose next block is as long as the first one's, the longest waiting first. */
  #gather(): Lane[] {
    const oldestMs = this.#scheduler.now() - this.#settings.maxLagMs;
    const taken: Lane[] = [];
    const left: Lane[] = [];
    for (const lane of this.#ready) {
      if (lane.isClosed) continue;
      lane.dropOlderThan(oldestMs);
      const fits = taken.length < this.#settings.maxBatch
        && (taken.length === 0 || lane.input.length === taken[0]!.input.length);
      (fits ? taken : left).push(lane);
    }
    for (const lane of taken) lane.isQueued = false;
    this.#ready = left;
    return taken;
  }

  #score(lanes: readonly Lane[]): void {
    const blocks: Block[] = [];
    const inputs: Float32Array[] = [];
    for (const lane of lanes) {
      inputs.push(lane.input);
      const block = lane.shift();
      const resetsState = block.resetsState || lane.startsAfresh;
      if (resetsState) lane.state.set(this.#classifier.newState());
      lane.startsAfresh = false;
      blocks.push(resetsState === block.resetsState ? block : { ...block, resetsState });
    }
    let scores: Float32Array;
    const startedMs = this.#scheduler.now();
    try {
      scores = this.#classifier.run(inputs, lanes.map((lane) => lane.state));
    } catch (error) {
      this.#onFault(error);
      for (const lane of lanes) {
        lane.listener.error(new ProtocolError('internal', 'Scoring this stream failed; the fault is the server\'s. Connect again.'));
      }
      return;
    }
    const outputs = scores.length / lanes.length;
    const nowMs = this.#scheduler.now();
    this.#modelMs += nowMs - startedMs;
    this.#steps++;
    for (let index = 0; index < lanes.length; index++) {
      const lane = lanes[index]!;
      if (lane.isClosed) continue;
      const block = blocks[index]!;
      lane.listener.next({
        block,
        scores: scores.subarray(index * outputs, (index + 1) * outputs),
        lagMs: Math.max(0, nowMs - block.arrivedAtMs),
        droppedMs: lane.droppedMs,
        isLive: lane.isLive,
      });
      if (lane.blocks.length > 0) this.#queue(lane);
      else if (lane.isEnding) lane.listener.complete();
    }
  }
}
