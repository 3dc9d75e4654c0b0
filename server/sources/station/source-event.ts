/** Events and errors of a connection to a station's source. */
import type { SourceFormat } from '../../protocol/messages.js';
import type { FrameFormat } from './detect-format.js';

/** Sound as the source sends it, without titles among it, of formats whose frames stand alone: a reader may begin anywhere. */
export interface EncodedSound {
  readonly type: 'encoded';
  readonly format: FrameFormat;
  /** Not to be changed. */
  readonly bytes: Uint8Array;
}

export type SourceEvent =
  | EncodedSound
  | {
    /** The source has answered with what should be audio. */
    readonly type: 'opened';
    /** Normal time without bytes, ms: three target durations for HLS, else 0. */
    readonly stallAfterMs: number;
  }
  /** Bytes arrived from the network or a pipe. */
  | { readonly type: 'received'; readonly bytes: number }
  /** Reading is paused until the decoder has taken the bytes so far; `received` follows. */
  | { readonly type: 'paused' }
  /** The source's title of what is playing; null when it stops sending one. */
  | { readonly type: 'title'; readonly title: string | null }
  | ({ readonly type: 'source' } & SourceFormat)
  /** An error line of FFmpeg, which may or may not end because of it. */
  | { readonly type: 'decoder-error'; readonly line: string }
  /** s16le, mono, 22,050 Hz, at about real-time pace. The subscriber owns it and may transfer it. */
  | { readonly type: 'audio'; readonly bytes: Uint8Array };

/** How a decoder ended, with its last error lines. */
export interface DecoderEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly lines: readonly string[];
}

/**
 * Failure of a source. The message is shown to all viewers of a station, so it contains no addresses
 * or passwords.
 */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  readonly decoder: DecoderEnd | null;
  /** From the server's `Retry-After`. */
  readonly retryAfterMs: number | null;

  constructor(sentence: string, { decoder = null, retryAfterMs = null }: { decoder?: DecoderEnd | null; retryAfterMs?: number | null } = {}) {
    super(sentence);
    this.decoder = decoder;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Bytes come, but nothing in them is sound: the format has changed, or it never was one. */
export function undecodable(ms: number, decoder: DecoderEnd | null = null): SourceFault {
  return new SourceFault(`Bytes arrive, but no audio could be decoded from them for ${ms / 1000} s.`, { decoder });
}
