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

/** The samples of one recording, from its bytes. */
export class MonoSamples {
  readonly #decoder: PcmDecoder;
  readonly #mixer: Downmixer;
  readonly #resampler: Resampler;

  /** @param format of the bytes, float PCM; @param sampleRate of the samples, Hz */
  constructor({ sampleRate: ownRate, channels }: SoundFile['format'], sampleRate: number) {
    this.#decoder = new PcmDecoder('f32le', channels);
    this.#mixer = new Downmixer(ownRate, channels);
    this.#resampler = new Resampler(ownRate, sampleRate, new ScratchBuffer(), SIMD_RESAMPLE);
  }

  /** @returns samples of any number, overwritten when the next ones are asked for */
  *push(bytes: Uint8Array): Generator<Float32Array, void, void> {
    for (let at = 0; at < bytes.length; at += PART_BYTES) yield this.#resampler.push(this.#mixer.push(this.#decoder.decode(bytes.subarray(at, at + PART_BYTES))));
  }

  /** What the resampler still holds at the end. */
  flush(): Float32Array {
    return this.#resampler.flush();
  }
}

/**
 * Leaving the loop early ends FFmpeg.
 * @returns samples of any number, overwritten when the next ones are asked for
 * @throws FileError at the end, when the file was cut off or corrupt
 */
export async function* samplesOf(file: SoundFile, sampleRate: number): AsyncGenerator<Float32Array, void, void> {
  const samples = new MonoSamples(file.format, sampleRate);
  for await (const chunk of file.chunks()) yield* samples.push(chunk);
  yield samples.flush();
}

/** @throws FileError when less than a second was decoded */
export function checkLength(file: SoundFile): void {
  if (file.decodedMs < 1000 * MIN_DURATION_S) throw new FileError('empty', `is too short: ${(file.decodedMs / 1000).toFixed(2)} s; at least ${MIN_DURATION_S} s is needed`);
}
