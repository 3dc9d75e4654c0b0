/** What a station's source says while it is listened to, and how it fails. */

export type SourceEvent =
  | {
    /** The source answered, and with sound as far as it says. */
    readonly type: 'opened';
    /** Time without bytes that is usual for it, ms, where that is more than for others: HLS comes in segments. */
    readonly stallAfterMs: number;
  }
  /** Bytes came, from the network or a pipe. */
  | { readonly type: 'received'; readonly bytes: number }
  /** No more bytes are asked for until those that came are decoded; `received` follows. */
  | { readonly type: 'paused' }
  /** What the source says is playing; null when it says nothing any more. */
  | { readonly type: 'title'; readonly title: string | null }
  | ({ readonly type: 'source' } & SourceFormat)
  /** An error line of FFmpeg's. It goes on, or ends; that is told otherwise. */
  | { readonly type: 'decoder-error'; readonly line: string }
  /** Sound: s16le, mono, 22,050 Hz, at about the pace of real time. The subscriber's to keep and to transfer. */
  | { readonly type: 'audio'; readonly bytes: Uint8Array };

/** What is being decoded, as far as it is known. */
export interface SourceFormat {
  /** As FFmpeg calls it, such as `mp3` or `aac`. */
  readonly codec: string;
  readonly bitrateKbps?: number;
  /** Hz */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** As the server says; empty where it doesn't. */
  readonly contentType: string;
  /** What the source calls itself. */
  readonly name?: string;
}

/** How a decoder ended, with the last lines that it complained with. */
export interface DecoderEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly lines: readonly string[];
}

/**
 * Why a source can't be heard (any more): a sentence without addresses or passwords, because
 * whoever may look at a station may read it.
 */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';
  readonly decoder: DecoderEnd | null;
  /** The server asks to be left alone for this long. */
  readonly retryAfterMs: number | null;

  constructor(sentence: string, { decoder = null, retryAfterMs = null }: { decoder?: DecoderEnd | null; retryAfterMs?: number | null } = {}) {
    super(sentence);
    this.decoder = decoder;
    this.retryAfterMs = retryAfterMs;
  }
}
