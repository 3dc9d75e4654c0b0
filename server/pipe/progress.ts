/** What goes into a stream's pipe, and how far the pipe has come with it. */

/** Encoded bytes of one message. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** Arrival, ms on the server's clock. */
  readonly arrivedAtMs: number;
}

/** Counts of a stream that go on when its pipe is replaced. */
export type StreamCounts = Readonly<Pick<Progress, 'seq' | 'scoredMs' | 'droppedMs' | 'clippedSamples' | 'badPackets'>>;

/** Progress of a stream: the pipe updates it, the stream's owner reads it. */
export class Progress {
  /** Bytes received. */
  bytes = 0;
  /** Stream time of all sound received. */
  receivedMs = 0;
  /** Stream time of the newest complete block, scored or not. */
  blockedMs = 0;
  /** Stream time of the newest block scored. */
  scoredMs = 0;
  /** Bytes up to the newest block scored. */
  scoredBytes = 0;
  /** Sequence number of the newest prediction. */
  seq = 0;
  droppedMs = 0;
  /** Float samples clipped so far. */
  clippedSamples = 0;
  /** Opus packets so far that could not be decoded. */
  badPackets = 0;
  /** Lag of the newest prediction. */
  lagMs = 0;
  /** Whether the stream runs in real time; false for a file. */
  isLive = true;

  /** @param from where to continue a stream after its shard died */
  constructor(from: Partial<StreamCounts> = {}) {
    this.seq = from.seq ?? 0;
    this.receivedMs = this.blockedMs = this.scoredMs = from.scoredMs ?? 0;
    this.droppedMs = from.droppedMs ?? 0;
    this.clippedSamples = from.clippedSamples ?? 0;
    this.badPackets = from.badPackets ?? 0;
  }
}
