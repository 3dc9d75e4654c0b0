/** The pipe's settings with their defaults; the server's settings table takes the defaults from here. */

export interface PipeSettings {
  /** Most streams scored in one step of the network. */
  readonly maxBatch: number;
  /** Time that a block waits for those of other streams, to be scored in one step with them, ms. */
  readonly batchWaitMs: number;
  /** Lag above which a live stream drops its oldest audio, ms. */
  readonly maxLagMs: number;
  /** Lead over the clock that makes a stream a file, of which nothing is dropped, ms. */
  readonly liveAheadMs: number;
  /** Level below which sound is silence, dBFS. */
  readonly silenceDb: number;
  /** Level above which silence ends at once, dBFS; at least `silenceDb`. */
  readonly silenceEndDb: number;
  /** Time below the level before a stream is silent, ms. */
  readonly silenceAfterMs: number;
  /** Silence or speech after which what was heard before is forgotten, ms. */
  readonly forgetAfterMs: number;
  /** Most segments kept of a stream; the oldest are forgotten. */
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
