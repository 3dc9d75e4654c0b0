/** The pipe's settings with their defaults, which the server's settings table uses too. */

export interface PipeSettings {
  /** Maximum number of streams in one step of the network. */
  readonly maxBatch: number;
  /** Time that a block waits for blocks of other streams, to share one step of the network, ms. */
  readonly batchWaitMs: number;
  /** Lag above which a live stream drops its oldest audio, ms. */
  readonly maxLagMs: number;
  /** A stream that gets this far ahead of the clock is treated as a file, and none of its audio is dropped, ms. */
  readonly liveAheadMs: number;
  /** Level below which sound is silence, dBFS. */
  readonly silenceDb: number;
  /** Level at which silence ends at once, dBFS; at least `silenceDb`. */
  readonly silenceEndDb: number;
  /** Time below the level before a stream is silent, ms. */
  readonly silenceAfterMs: number;
  /** Silence, speech or noise after which the genre is reset, ms. */
  readonly forgetAfterMs: number;
  /** Maximum number of segments per stream; the oldest are discarded. */
  readonly maxSegments: number;
}

export const PIPE_DEFAULTS: PipeSettings = {
  maxBatch: 64,
  batchWaitMs: 40,
  maxLagMs: 2000,
  liveAheadMs: 5000,
  silenceDb: -60,
  silenceEndDb: -55,
  silenceAfterMs: 1000,
  forgetAfterMs: 2000,
  maxSegments: 1000,
};
