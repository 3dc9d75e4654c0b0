/** How a client's audio is encoded. */

export type Encoding = 's16le' | 'f32le' | 'opus';

/** How sound is written in binary messages. Nothing here is ever assumed. */
export interface AudioFormat {
  readonly encoding: Encoding;
  /** Hz, 8,000 to 192,000. */
  readonly sampleRate: number;
  /** 1 to 64, interleaved. */
  readonly channels: number;
}

/** Sample rates that Opus decodes to (RFC 6716, section 2). */
export const OPUS_SAMPLE_RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000];
