/** The sound of a file as mono samples of one rate: decoded, mixed and resampled exactly as in the live pipe. */
import { Downmixer } from '../../dsp/pcm/downmix.js';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { SIMD_RESAMPLE } from '../../dsp/resample/resampler.simd.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { FileError, type SoundFile } from '../sources/file.js';

/** Shorter recordings are rejected. */
export const MIN_DURATION_S = 1;
/** Decoding block size; larger chunks are split, which limits the scratch buffers. */
const PART_BYTES = 64 * 1024;

/**
 * Leaving the loop early ends FFmpeg.
 * @returns samples of any number, overwritten when the next ones are asked for
 * @throws FileError at the end, when the file was cut off or corrupt
 */
export async function* samplesOf(file: SoundFile, sampleRate: number): AsyncGenerator<Float32Array, void, void> {
  const { sampleRate: ownRate, channels } = file.format;
  const decoder = new PcmDecoder('f32le', channels);
  const mixer = new Downmixer(ownRate, channels);
  const resampler = new Resampler(ownRate, sampleRate, new ScratchBuffer(), SIMD_RESAMPLE);
  for await (const chunk of file.chunks()) {
    for (let at = 0; at < chunk.length; at += PART_BYTES) yield resampler.push(mixer.push(decoder.decode(chunk.subarray(at, at + PART_BYTES))));
  }
  yield resampler.flush();
}

/** @throws FileError when less than a second was decoded */
export function checkLength(file: SoundFile): void {
  if (file.decodedMs < 1000 * MIN_DURATION_S) throw new FileError('empty', `is too short: ${(file.decodedMs / 1000).toFixed(2)} s; at least ${MIN_DURATION_S} s is needed`);
}
