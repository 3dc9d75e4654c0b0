/**
 * Bytes of interleaved PCM, cut anywhere, to mono float samples. Channels are averaged, which is
 * what a listener between the loudspeakers hears and what librosa's `to_mono` does. Neither the
 * offset of the bytes in their buffer nor the byte order of the machine matters: where both allow
 * it, mono integers are read as they lie; else byte by byte or through a DataView.
 */

import { ScratchBuffer } from '../scratch-buffer.js';

/** 16-bit signed integers or IEEE 754 binary32, both little-endian. */
export type PcmEncoding = 's16le' | 'f32le';

export const MAX_CHANNELS = 8;

/**
 * Larger f32 samples are held at this: 180 dB over full scale is no sound, and its square would
 * overflow the float32 of a mel column.
 */
const LARGEST_SAMPLE = 1e9;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Mono s16le to samples within ±1, as many as there is room for; there may be more bytes. `pcm.simd.ts` has a faster one. */
export type FromInt16 = (bytes: Uint8Array, samples: Float32Array) => void;

function fromInt16(bytes: Uint8Array, samples: Float32Array): void {
  if (IS_LITTLE_ENDIAN && bytes.byteOffset % 2 === 0) {
    const integers = new Int16Array(bytes.buffer, bytes.byteOffset, samples.length);
    for (let i = 0; i < samples.length; i++) samples[i] = integers[i]! * (1 / 32768);
  } else {
    for (let i = 0; i < samples.length; i++) samples[i] = (((bytes[2 * i]! | (bytes[2 * i + 1]! << 8)) << 16) >> 16) * (1 / 32768);
  }
}

/** Decodes one stream; carries the bytes of a frame that was cut to the next call. */
export class PcmDecoder {
  readonly #encoding: PcmEncoding;
  readonly #channels: number;
  readonly #frameBytes: number;
  readonly #pending: Uint8Array;
  readonly #scratch: ScratchBuffer;
  readonly #fromInt16: FromInt16;
  #pendingCount = 0;

  /**
   * @param scratch for the samples; decoders whose samples are used up before the next is asked may share one
   * @throws RangeError unless the encoding is s16le or f32le and channels a whole number, 1 to 8
   */
  constructor(encoding: PcmEncoding, channels: number, scratch = new ScratchBuffer(), readInt16: FromInt16 = fromInt16) {
    if (encoding !== 's16le' && encoding !== 'f32le') {
      throw new RangeError(`The encoding of PCM is s16le or f32le, not ${String(encoding)}.`);
    }
    if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
      throw new RangeError(`PCM has 1 to ${MAX_CHANNELS} channels, not ${channels}.`);
    }
    this.#encoding = encoding;
    this.#channels = channels;
    this.#scratch = scratch;
    this.#fromInt16 = readInt16;
    this.#frameBytes = channels * (encoding === 's16le' ? 2 : 4);
    this.#pending = new Uint8Array(this.#frameBytes);
  }

  /** Bytes of an unfinished frame that wait for the next call; 0 to one frame minus 1. */
  get pendingBytes(): number {
    return this.#pendingCount;
  }

  /**
   * @param bytes any number of bytes, cut anywhere, in mid-sample too
   * @returns mean of the channels, one value a complete frame; a view valid until the next call
   *   of this decoder, or of one that shares its scratch.
   *   s16le gives -1 to 1 - 2^-15. f32le beyond ±1 passes unclipped; NaN and infinities become 0.
   */
  decode(bytes: Uint8Array): Float32Array {
    const frameBytes = this.#frameBytes;
    const frames = Math.floor((this.#pendingCount + bytes.length) / frameBytes);
    const samples = this.#scratch.view(frames);
    let offset = 0;
    let written = 0;
    if (this.#pendingCount > 0) {
      offset = Math.min(frameBytes - this.#pendingCount, bytes.length);
      this.#keep(bytes, 0, offset);
      if (this.#pendingCount === frameBytes) {
        this.#frames(this.#pending, 0, samples, 0, 1);
        this.#pendingCount = 0;
        written = 1;
      }
    }
    if (written < frames) {
      this.#frames(bytes, offset, samples, written, frames);
      offset += (frames - written) * frameBytes;
    }
    this.#keep(bytes, offset, bytes.length);
    return samples;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#pending[this.#pendingCount++] = bytes[i]!;
  }

  /** Writes samples `from` to `to` out of the frames that begin at `offset`. */
  #frames(bytes: Uint8Array, offset: number, samples: Float32Array, from: number, to: number): void {
    const channels = this.#channels;
    if (this.#encoding === 's16le' && channels === 1) {
      const isAll = from === 0 && to === samples.length;
      this.#fromInt16(offset === 0 ? bytes : bytes.subarray(offset), isAll ? samples : samples.subarray(from, to));
      return;
    }
    if (this.#encoding === 's16le') {
      const scale = 1 / (32768 * channels);
      for (let frame = from; frame < to; frame++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++, offset += 2) {
          sum += ((bytes[offset]! | (bytes[offset + 1]! << 8)) << 16) >> 16;
        }
        samples[frame] = sum * scale;
      }
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let frame = from; frame < to; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++, offset += 4) {
        const value = view.getFloat32(offset, true);
        if (value >= -LARGEST_SAMPLE && value <= LARGEST_SAMPLE) sum += value;
        else if (value - value === 0) sum += value > 0 ? LARGEST_SAMPLE : -LARGEST_SAMPLE; // finite; NaN and infinities add 0
      }
      samples[frame] = sum / channels;
    }
  }
}
