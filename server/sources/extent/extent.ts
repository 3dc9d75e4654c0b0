import type { RawSound } from './raw-sound.js';

/** What a parser of headers says about the sound of a file. */
export interface Extent {
  /** Number of the stream to hear among the audio streams. */
  readonly stream: number;
  /** Announced length of that stream; undefined if this is not known here. */
  readonly durationMs?: number;
  /** Bytes of that stream that its container announces are missing. */
  readonly isCut: boolean;
  /** Whether FFmpeg's length of the file is that of this stream, so that less decoded sound means damage. */
  readonly isLengthOfSound: boolean;
  /** The samples of a file whose header has a dummy size that FFmpeg refuses. */
  readonly raw?: RawSound;
  /** The index without which nothing can be decoded is missing, because it is last in the file. */
  readonly lacksIndex?: boolean;
}
