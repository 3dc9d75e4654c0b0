/**
 * Decodes interleaved PCM to mono float samples, from chunks that may split samples and frames.
 * Channels are averaged, as in librosa's `to_mono`. Works at any buffer offset and on any byte order:
 * aligned mono s16le is read through an Int16Array on little-endian machines, everything else byte
 * by byte or through a DataView.
 */

import { ScratchBuffer } from '../scratch-buffer.js';

/** 16-bit signed integers or IEEE 754 binary32, both little-endian. */
export type PcmEncoding = 's16le' | 'f32le';

export const MAX_CHANNELS = 8;

/** f32le samples are clamped to ±this, 180 dB over full scale, so that mel power does not overflow float32. */
const LARGEST_SAMPLE = 1e9;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Converts mono s16le to `samples.length` samples within ±1; `bytes` may be longer. `pcm.simd.ts` has a faster one. */
export type FromInt16 = (bytes: Uint8Array, samples: Float32Array) => void;

function fromInt16(bytes: Uint8Array, samples: Float32Array): void {
  if (IS_LITTLE_ENDIAN && bytes.byteOffset % 2 === 0) {
    const integers = new Int16Array(bytes.buffer, bytes.byteOffset, samples.length);
    for (let i = 0; i < samples.length; i++) samples[i] = integers[i]! * (1 / 32768);
  } else {
    for (let i = 0; i < samples.length; i++) samples[i] = (((bytes[2 * i]! | (bytes[2 * i + 1]! << 8)) << 16) >> 16) * (1 / 32768);
  }
}

/** Decodes one stream; carries the bytes of an incomplete frame over to the next call. */
export class PcmDecoder {
  readonly #encoding: PcmEncoding;
  readonly #channels: number;
  readonly #frameBytes: number;
  readonly #pending: Uint8Array;
  readonly #scratch: ScratchBuffer;
  readonly #fromInt16: FromInt16;
  #pendingCount = 0;

  /**
   * @param scratch for the samples; decoders may share one if each result is consumed before the next call to any of them
   * @throws RangeError unless the encoding is s16le or f32le and channels a whole number from 1 to 8
   */
  constructor(encoding: PcmEncoding, channels: number, scratch = new ScratchBuffer(), readInt16: FromInt16 = fromInt16) {
    if (encoding !== 's16le' && encoding !== 'f32le') {
      throw new RangeError(`The PCM encoding must be s16le or f32le, not ${String(encoding)}.`);
    }
    if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
      throw new RangeError(`The number of channels must be 1 to ${MAX_CHANNELS}, not ${channels}.`);
    }
    this.#encoding = encoding;
    this.#channels = channels;
    this.#scratch = scratch;
    this.#fromInt16 = readInt16;
    this.#frameBytes = channels * (encoding === 's16le' ? 2 : 4);
    this.#pending = new Uint8Array(this.#frameBytes);
  }

  /** Bytes of an incomplete frame buffered for the next call; less than one frame. */
  get pendingBytes(): number {
    return this.#pendingCount;
  }

  /**
   * @param bytes any number of bytes; may start or end within a sample
   * @returns the mean of the channels, one value per complete frame; a view valid until the next call
   *   to this decoder or one that shares its scratch buffer.
   *   s16le gives -1 to 1 - 2^-15. f32le beyond ±1 is not clipped (up to ±1e9); NaN and infinities become 0.
   */
  decode(bytes: Uint8Array): Float32Array {
    const frameBytes = this.#frameBytes;
    const frames = Math.floor((this.#pendingCount + bytes.length) / frameBytes);
    const samples = this.#scratch.view(frames);
    let offset = 0;
    let written = 0;
    if (this.#pendingCount > 0) {
      offset = Math.min(frameBytes - this.#pendingCount, bytes.length);
      this.#buffer(bytes, 0, offset);
      if (this.#pendingCount === frameBytes) {
        this.#decodeFrames(this.#pending, 0, samples, 0, 1);
        this.#pendingCount = 0;
        written = 1;
      }
    }
    if (written < frames) {
      this.#decodeFrames(bytes, offset, samples, written, frames);
      offset += (frames - written) * frameBytes;
    }
    this.#buffer(bytes, offset, bytes.length);
    return samples;
  }

  #buffer(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#pending[this.#pendingCount++] = bytes[i]!;
  }

  /** Decodes the frames that start at `offset` to samples `from` up to `to`. */
  #decodeFrames(bytes: Uint8Array, offset: number, samples: Float32Array, from: number, to: number): void {
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
        else if (value - value === 0) sum += value > 0 ? LARGEST_SAMPLE : -LARGEST_SAMPLE; // finite: clamped; NaN and infinities add 0
      }
      samples[frame] = sum / channels;
    }
  }
}
