/**
 * Opus packets to mono samples (RFC 6716), through opusscript's libopus in WebAssembly. Its handlers
 * are used directly: its wrapper keeps views of a memory that moves when it grows, so with some
 * seventy decoders at once all of them break, and its buffers are too short for packets over 60 ms.
 */
import { createRequire } from 'node:module';
import { simdFromBytePairs } from '../dsp/simd/pcm.js';
import { OPUS_SAMPLE_RATES, ProtocolError } from './protocol.js';

interface Handler {
  /** @returns samples a channel, or a negative number of libopus's */
  _decode(packet: number, packetBytes: number, samples: number): number;
}

interface Native {
  /** Replaced when the memory grows: read it afresh each time. */
  readonly HEAPU8: Uint8Array;
  readonly OpusScriptHandler: {
    new (sampleRate: number, channels: number, application: number): Handler;
    destroy_handler(handler: Handler): void;
  };
  _malloc(bytes: number): number;
}

/** A packet of 120 ms may hold three frames of 1,275 bytes and more; anything longer is no packet. */
const MAX_PACKET_BYTES = 4000;
/** 120 ms at 48 kHz. */
const MAX_SAMPLES = 5760;
/** The native code writes each sample as two bytes, each in 16 bits of its own. */
const SAMPLE_BYTES = 4;
const APPLICATION_AUDIO = 2049;

interface Library {
  readonly native: Native;
  readonly packetAt: number;
  readonly samplesAt: number;
  /** Of the packet decoded last, of whatever stream. */
  readonly samples: Float32Array;
}

/** One a thread, loaded when the first Opus stream comes: 3 ms and 16 MB. */
let library: Library | undefined;

function load(): Library {
  const start = createRequire(import.meta.url)('opusscript/build/opusscript_native_wasm.js') as () => Native;
  const native = start();
  return { native, packetAt: native._malloc(MAX_PACKET_BYTES), samplesAt: native._malloc(MAX_SAMPLES * 2 * SAMPLE_BYTES), samples: new Float32Array(MAX_SAMPLES) };
}

/** One stream's decoder. Costs about 2 ms a second of stereo at 48 kHz. Must be closed. */
export class OpusDecoder {
  readonly #library: Library;
  readonly #channels: number;
  #handler: Handler | undefined;

  /**
   * @param sampleRate one of 8, 12, 16, 24 and 48 kHz
   * @param channels 1 or 2
   */
  constructor(sampleRate: number, channels: number) {
    if (!OPUS_SAMPLE_RATES.includes(sampleRate)) throw new Error(`Opus decodes to ${OPUS_SAMPLE_RATES.join(', ')} Hz, not ${sampleRate}.`);
    if (channels !== 1 && channels !== 2) throw new Error(`Opus decodes to 1 or 2 channels, not ${channels}.`);
    this.#library = library ??= load();
    this.#channels = channels;
    this.#handler = new this.#library.native.OpusScriptHandler(sampleRate, channels, APPLICATION_AUDIO);
  }

  /**
   * One whole packet, without a container.
   * @returns the mean of the channels, -1 to 1; a view that is valid until the next call of any decoder
   * @throws ProtocolError `not-audio`; the decoder can go on with the next packet
   */
  decode(packet: Uint8Array): Float32Array {
    if (!this.#handler) throw new Error('This Opus decoder was closed.');
    if (packet.length === 0 || packet.length > MAX_PACKET_BYTES) throw notOpus(packet, 'one packet is 1 to 4,000 bytes');
    const { native, packetAt, samplesAt, samples } = this.#library;
    native.HEAPU8.set(packet, packetAt);
    const count = this.#handler._decode(packetAt, packet.length, samplesAt);
    if (count < 0) throw notOpus(packet, `libopus answers ${count}`);
    const channels = this.#channels;
    if (channels === 1) {
      const mono = samples.subarray(0, count);
      simdFromBytePairs(native.HEAPU8.subarray(samplesAt, samplesAt + count * SAMPLE_BYTES), mono);
      return mono;
    }
    const parts = new Uint16Array(native.HEAPU8.buffer, samplesAt, count * channels * 2);
    const scale = 1 / (32768 * channels);
    for (let i = 0, at = 0; i < count; i += 1) {
      let sum = 0;
      for (let c = 0; c < channels; c += 1, at += 2) sum += ((parts[at]! | (parts[at + 1]! << 8)) << 16) >> 16;
      samples[i] = sum * scale;
    }
    return samples.subarray(0, count);
  }

  /** Frees the decoder; may be called again. */
  close(): void {
    if (this.#handler) this.#library.native.OpusScriptHandler.destroy_handler(this.#handler);
    this.#handler = undefined;
  }
}

function notOpus(packet: Uint8Array, why: string): ProtocolError {
  return new ProtocolError('not-audio', `A binary message of ${packet.length} bytes is not an Opus packet (${why}). Send one packet a message, without Ogg or WebM around it.`);
}
