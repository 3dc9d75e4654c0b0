/** How samples are written as bytes. */

/** 16-bit signed integers or IEEE 754 binary32, both little-endian. */
export type PcmEncoding = 's16le' | 'f32le';

/** Bytes of one sample of one channel; 0 for Opus, whose packets have no fixed length. */
export function sampleBytes(encoding: PcmEncoding | 'opus'): number {
  return encoding === 'opus' ? 0 : encoding === 's16le' ? 2 : 4;
}
