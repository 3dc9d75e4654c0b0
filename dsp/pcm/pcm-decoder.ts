/**
 * Decodes interleaved PCM to float samples of each channel, from chunks that may split samples and
 * frames. Works at any buffer offset and on any byte order: aligned s16le is read through an Int16Array
 * on little-endian machines, everything else byte by byte or through a DataView.
 */
import { ScratchBuffer } from '../scratch-buffer.js';
import { sampleBytes, type PcmEncoding } from './pcm-encoding.js';

export const MAX_CHANNELS = 64;

/** Float samples are clipped at this magnitude, 12 dB over full scale. */
export const CLIP_AT = 4;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Converts interleaved s16le to samples within ±1.
 * @param bytes may be longer than the channels need
 * @param channels arrays of equal length, which receive the samples
 */
export type FromInt16 = (bytes: Uint8Array, channels: readonly Float32Array[]) => void;

/** Scalar version; `pcm.simd.ts` has a faster one for one and two channels. */
export function fromInt16(bytes: Uint8Array, channels: readonly Float32Array[]): void {
  const stride = channels.length;
  const isAligned = IS_LITTLE_ENDIAN && bytes.byteOffset % 2 === 0;
  const integers = isAligned ? new Int16Array(bytes.buffer, bytes.byteOffset, stride * channels[0]!.length) : undefined;
  for (let channel = 0; channel < stride; channel++) {
    const samples = channels[channel]!;
    if (integers) {
      for (let i = 0, at = channel; i < samples.length; i++, at += stride) samples[i] = integers[at]! * (1 / 32768);
    } else {
      for (let i = 0, at = 2 * channel; i < samples.length; i++, at += 2 * stride) samples[i] = (((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16) * (1 / 32768);
    }
  }
}

/** Decodes one stream; carries the bytes of an incomplete frame over to the next call. */
export class PcmDecoder {
  readonly #encoding: PcmEncoding;
  readonly #frameBytes: number;
  readonly #pending: Uint8Array;
  readonly #scratch: readonly ScratchBuffer[];
  readonly #samples: Float32Array[];
  readonly #fromInt16: FromInt16;
  #pendingCount = 0;
  #clipped = 0;
  #integers = 0;

  /**
   * @param scratch one per channel; decoders may share them if each result is consumed before the next call to any of them
   * @throws RangeError unless the encoding is s16le or f32le and channels a whole number from 1 to 64
   */
  constructor(encoding: PcmEncoding, channels: number, scratch?: readonly ScratchBuffer[], readInt16: FromInt16 = fromInt16) {
    if (encoding !== 's16le' && encoding !== 'f32le') {
      throw new RangeError(`The PCM encoding must be s16le or f32le, not ${String(encoding)}.`);
    }
    if (!Number.isInteger(channels) || channels < 1 || channels > MAX_CHANNELS) {
      throw new RangeError(`The number of channels must be 1 to ${MAX_CHANNELS}, not ${channels}.`);
    }
    this.#encoding = encoding;
    this.#scratch = scratch?.slice(0, channels) ?? Array.from({ length: channels }, () => new ScratchBuffer());
    this.#samples = new Array<Float32Array>(channels);
    this.#fromInt16 = readInt16;
    this.#frameBytes = channels * sampleBytes(encoding);
    this.#pending = new Uint8Array(this.#frameBytes);
  }

  /** Bytes of an incomplete frame buffered for the next call; less than one frame. */
  get pendingBytes(): number {
    return this.#pendingCount;
  }

  /** Samples so far that were beyond `CLIP_AT`, or NaN. */
  get clippedSamples(): number {
    return this.#clipped;
  }

  /** How many of the clipped samples were whole numbers within ±32,768: what 16-bit integers sent as floats look like. */
  get clippedIntegers(): number {
    return this.#integers;
  }

  /**
   * @param bytes any number of bytes; may start or end within a sample
   * @returns the samples of each channel, one per complete frame; views, valid until the next call to
   *   this decoder or one that shares its scratch buffers. s16le gives -1 to 1 - 2^-15. f32le is clipped
   *   at ±4; NaN becomes 0.
   */
  decode(bytes: Uint8Array): readonly Float32Array[] {
    const frameBytes = this.#frameBytes;
    const samples = this.#samples;
    const frames = Math.floor((this.#pendingCount + bytes.length) / frameBytes);
    for (let channel = 0; channel < samples.length; channel++) samples[channel] = this.#scratch[channel]!.view(frames);
    let offset = 0;
    let written = 0;
    if (this.#pendingCount > 0) {
      offset = Math.min(frameBytes - this.#pendingCount, bytes.length);
      this.#buffer(bytes, 0, offset);
      if (this.#pendingCount === frameBytes) {
        this.#decodeFrames(this.#pending, 0, 0, 1);
        this.#pendingCount = 0;
        written = 1;
      }
    }
    if (written < frames) {
      this.#decodeFrames(bytes, offset, written, frames);
      offset += (frames - written) * frameBytes;
    }
    this.#buffer(bytes, offset, bytes.length);
    return samples;
  }

  #buffer(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#pending[this.#pendingCount++] = bytes[i]!;
  }

  /** Writes frames `from` to `to` out of the bytes that begin at `offset`. */
  #decodeFrames(bytes: Uint8Array, offset: number, from: number, to: number): void {
    const samples = this.#samples;
    if (this.#encoding === 's16le') {
      const isAll = from === 0 && to === samples[0]!.length;
      this.#fromInt16(offset === 0 ? bytes : bytes.subarray(offset), isAll ? samples : samples.map((each) => each.subarray(from, to)));
      return;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let frame = from; frame < to; frame++) {
      for (let channel = 0; channel < samples.length; channel++, offset += 4) {
        const value = view.getFloat32(offset, true);
        samples[channel]![frame] = value >= -CLIP_AT && value <= CLIP_AT ? value : this.#clip(value);
      }
    }
  }

  #clip(value: number): number {
    this.#clipped++;
    if (Math.abs(value) <= 32768 && Number.isInteger(value)) this.#integers++;
    return value > 0 ? CLIP_AT : value < 0 ? -CLIP_AT : 0;
  }
}
