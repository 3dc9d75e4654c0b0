/**
 * Bytes of interleaved PCM to mono samples, whatever the cut: what is left of a frame (one sample
 * of each channel) waits for the next call.
 */
export type PcmEncoding = 's16le' | 'f32le';

/** Decodes one stream. */
export class PcmDecoder {
  readonly #encoding: PcmEncoding;
  readonly #channels: number;
  readonly #frameBytes: number;
  readonly #rest: Uint8Array;
  #restBytes = 0;
  #samples = new Float32Array(0);

  /** @throws RangeError when there are not 1 to 8 channels */
  constructor(encoding: PcmEncoding, channels: number) {
    if (!Number.isInteger(channels) || channels < 1 || channels > 8) throw new RangeError(`PCM has 1 to 8 channels, not ${channels}.`);
    this.#encoding = encoding;
    this.#channels = channels;
    this.#frameBytes = channels * (encoding === 's16le' ? 2 : 4);
    this.#rest = new Uint8Array(this.#frameBytes);
  }

  /** Bytes of an unfinished frame. */
  get pendingBytes(): number {
    return this.#restBytes;
  }

  /**
   * @returns the mean of the channels: -1 to 1 for s16le; f32le may go beyond and is not cut,
   * what is not a number or infinite becomes 0. A view on scratch, valid until the next call.
   */
  decode(bytes: Uint8Array): Float32Array {
    const frameBytes = this.#frameBytes;
    let at = 0;
    let frames = 0;
    const total = Math.floor((this.#restBytes + bytes.length) / frameBytes);
    if (this.#samples.length < total) this.#samples = new Float32Array(total);

    if (this.#restBytes > 0) {
      at = Math.min(frameBytes - this.#restBytes, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restBytes);
      this.#restBytes += at;
      if (this.#restBytes < frameBytes) return this.#samples.subarray(0, 0);
      this.#frames(this.#rest, 0, 0, 1);
      this.#restBytes = 0;
      frames = 1;
    }
    this.#frames(bytes, at, frames, total - frames);
    at += (total - frames) * frameBytes;
    this.#rest.set(bytes.subarray(at));
    this.#restBytes = bytes.length - at;
    return this.#samples.subarray(0, total);
  }

  /** `count` frames from `at` on into the samples from `to` on. */
  #frames(bytes: Uint8Array, at: number, to: number, count: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const samples = this.#samples;
    const channels = this.#channels;
    if (this.#encoding === 's16le') {
      const scale = 1 / (32768 * channels);
      for (let frame = 0; frame < count; frame++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++, at += 2) sum += view.getInt16(at, true);
        samples[to + frame] = sum * scale;
      }
      return;
    }
    for (let frame = 0; frame < count; frame++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++, at += 4) {
        const sample = view.getFloat32(at, true);
        sum += Number.isFinite(sample) ? sample : 0;
      }
      samples[to + frame] = sum / channels;
    }
  }
}
