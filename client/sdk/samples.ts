/** Converts a caller's audio to chunks of whole frames in the stream's encoding. */
import { sampleBytes } from '../../dsp/pcm/pcm-encoding.js';
import type { AudioFormat } from '../../server/protocol/audio-format.js';

/** Maximum PCM per message, well under the server's limit of 256 KiB. */
const MAX_CHUNK_BYTES = 64 * 1024;

/** Bytes of one frame (one sample of every channel); 1 for Opus, whose packets are never split or joined. */
export function frameBytes(format: AudioFormat): number {
  return sampleBytes(format.encoding) * format.channels || 1;
}

/** Bytes of one second of PCM; for Opus 32 KB, a generous bit rate. */
export function bytesPerSecond(format: AudioFormat): number {
  return format.encoding === 'opus' ? 32_000 : frameBytes(format) * format.sampleRate;
}

/**
 * Samples as bytes of the encoding; always a copy, because it is retained for a resume.
 * @param sound bytes of the encoding, or interleaved samples: Int16Array, or Float32Array of -1 to 1
 */
export function encode(sound: Uint8Array | Int16Array | Float32Array, encoding: AudioFormat['encoding']): Uint8Array {
  if (sound instanceof Uint8Array) return sound.slice();
  if (encoding === 'opus') throw new Error('Opus is sent in packets: pass each as a Uint8Array.');
  const isFloat = encoding === 'f32le';
  const size = isFloat ? 4 : 2;
  const scale = sound instanceof Int16Array ? (isFloat ? 1 / 32768 : 1) : isFloat ? 1 : 32767;
  const bytes = new Uint8Array(sound.length * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < sound.length; i++) {
    const value = sound[i]! * scale;
    if (isFloat) view.setFloat32(size * i, value, true);
    else view.setInt16(size * i, Math.max(-32768, Math.min(32767, Math.round(value))), true);
  }
  return bytes;
}

/** Splits bytes of any length into chunks of whole frames, so that dropping a chunk leaves the frames after it aligned. */
export class Framer {
  readonly #frame: number;
  readonly #isPackets: boolean;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(format: AudioFormat) {
    this.#frame = frameBytes(format);
    this.#isPackets = format.encoding === 'opus';
  }

  /** Bytes held back, 0 unless `missing` or a cut frame keeps them. */
  get heldBytes(): number { return this.#rest.length; }

  /** @param missing bytes that the next chunk must have, whole frames; asked before each chunk; undefined: all there are */
  push(bytes: Uint8Array, onChunk: (chunk: Uint8Array) => void, missing?: () => number): void {
    if (this.#isPackets) return onChunk(bytes);
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const whole = all.length - all.length % this.#frame;
    const most = MAX_CHUNK_BYTES - MAX_CHUNK_BYTES % this.#frame;
    let at = 0;
    while (at < whole) {
      const length = Math.min(most, missing?.() ?? whole - at);
      if (at + length > whole) break;
      onChunk(all.subarray(at, at += length));
    }
    this.#rest = all.slice(at);
  }
}
