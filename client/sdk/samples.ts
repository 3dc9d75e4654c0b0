/** Converts a caller's audio to chunks of whole frames in the stream's encoding. */
import type { AudioFormat } from '../../server/protocol/audio-format.js';

/** Maximum PCM per message, well under the server's limit of 256 KiB. */
const MAX_CHUNK_BYTES = 64 * 1024;

/** Bytes of one frame (one sample of every channel); 1 for Opus, whose packets are never split or joined. */
export function frameBytes(format: AudioFormat): number {
  return format.encoding === 'opus' ? 1 : (format.encoding === 's16le' ? 2 : 4) * format.channels;
}

/** Duration of an Opus packet, ms, from its first bytes (RFC 6716, section 3.1). */
export function opusPacketMs(packet: Uint8Array): number {
  const [toc = 0, count = 0] = packet;
  const mode = toc >> 3;
  const frameMs = mode < 12 ? [10, 20, 40, 60][mode % 4]! : 2.5 * 2 ** (mode < 16 ? 2 + mode % 2 : mode % 4);
  return frameMs * (toc % 4 === 3 ? count & 63 : Math.min(2, toc % 4 + 1));
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
  if (encoding === 'opus') throw new Error('An opus stream takes packets: pass a Uint8Array with one whole packet.');
  const bytes = new Uint8Array(sound.length * (encoding === 's16le' ? 2 : 4));
  const view = new DataView(bytes.buffer);
  if (encoding === 'f32le') {
    const scale = sound instanceof Int16Array ? 1 / 32768 : 1;
    for (let i = 0; i < sound.length; i++) view.setFloat32(4 * i, sound[i]! * scale, true);
  } else if (sound instanceof Int16Array) {
    for (let i = 0; i < sound.length; i++) view.setInt16(2 * i, sound[i]!, true);
  } else {
    for (let i = 0; i < sound.length; i++) view.setInt16(2 * i, Math.max(-32768, Math.min(32767, Math.round(sound[i]! * 32767))), true);
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

  push(bytes: Uint8Array, onChunk: (chunk: Uint8Array) => void): void {
    if (this.#isPackets) return onChunk(bytes);
    let all = bytes;
    if (this.#rest.length > 0) {
      all = new Uint8Array(this.#rest.length + bytes.length);
      all.set(this.#rest);
      all.set(bytes, this.#rest.length);
    }
    const whole = all.length - all.length % this.#frame;
    const step = MAX_CHUNK_BYTES - MAX_CHUNK_BYTES % this.#frame;
    for (let at = 0; at < whole; at += step) onChunk(all.subarray(at, Math.min(whole, at + step)));
    this.#rest = all.slice(whole);
  }
}
