/**
 * Opus packets to mono samples (RFC 6716): libopus in WebAssembly with SIMD, as the package @evan/opus
 * brings it. Its functions are called directly: a decoder of its wrapper copies each packet twice
 * and is only freed by the garbage collector.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Scratch } from '../../dsp/scratch-buffer.js';
import { simdFromInt16 } from '../../dsp/pcm/pcm.simd.js';
import { OPUS_SAMPLE_RATES } from '../protocol/audio-format.js';
import { ProtocolError } from '../protocol/errors.js';

/** Addresses are bytes in its memory. */
interface Libopus {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(address: number): void;
  opus_decoder_get_size(channels: number): number;
  /** @returns 0, or a negative number of libopus's */
  opus_decoder_init(decoder: number, sampleRate: number, channels: number): number;
  /** @returns samples a channel, or a negative number of libopus's */
  opus_decode(decoder: number, packet: number, packetBytes: number, samples: number, most: number, isLost: number): number;
}

/** A packet of 120 ms may hold three frames of 1,275 bytes and more; anything longer is no packet. */
const MAX_PACKET_BYTES = 4000;
/** 120 ms at 48 kHz. */
const MAX_SAMPLES = 5760;
const SAMPLE_BYTES = 2;

interface Library {
  readonly native: Libopus;
  readonly packetAt: number;
  readonly samplesAt: number;
  /** Of the packet decoded last, of whatever stream. */
  readonly samples: Scratch;
  /** All of its memory, which is another one when it has grown. */
  bytes: Uint8Array;
}

/** One a thread, loaded when the first Opus stream comes. */
let library: Library | undefined;

function load(): Library {
  const module = new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@evan/opus/wasm/simd.wasm')));
  const nothing = (): number => 0;
  const native = new WebAssembly.Instance(module, {
    wasi_snapshot_preview1: { fd_seek: nothing, fd_write: nothing, fd_close: nothing, proc_exit: nothing },
    env: { emscripten_notify_memory_growth: () => library && (library.bytes = new Uint8Array(library.native.memory.buffer)) },
  }).exports as unknown as Libopus;
  native._initialize();
  const packetAt = native.malloc(MAX_PACKET_BYTES);
  const samplesAt = native.malloc(MAX_SAMPLES * 2 * SAMPLE_BYTES);
  return { native, packetAt, samplesAt, samples: new Scratch(), bytes: new Uint8Array(native.memory.buffer) };
}

/** One stream's decoder. Takes 18 KB, in stereo 27, and 1 to 2 ms a second. Must be closed. */
export class OpusDecoder {
  readonly #library: Library;
  readonly #frameBytes: number;
  /** Of the s16le that libopus writes, always whole frames. */
  readonly #pcm: PcmDecoder;
  #decoder: number | undefined;

  /**
   * @param sampleRate one of 8, 12, 16, 24 and 48 kHz
   * @param channels 1 or 2
   */
  constructor(sampleRate: number, channels: number) {
    if (!OPUS_SAMPLE_RATES.includes(sampleRate)) throw new Error(`Opus decodes to ${OPUS_SAMPLE_RATES.join(', ')} Hz, not ${sampleRate}.`);
    if (channels !== 1 && channels !== 2) throw new Error(`Opus decodes to 1 or 2 channels, not ${channels}.`);
    this.#library = library ??= load();
    this.#frameBytes = channels * SAMPLE_BYTES;
    this.#pcm = new PcmDecoder('s16le', channels, this.#library.samples, simdFromInt16);
    const { native } = this.#library;
    this.#decoder = native.malloc(native.opus_decoder_get_size(channels));
    const fault = this.#decoder === 0 ? 'no memory' : native.opus_decoder_init(this.#decoder, sampleRate, channels);
    if (fault !== 0) throw new Error(`An Opus decoder could not be made: ${fault}.`);
  }

  /**
   * One whole packet, without a container.
   * @returns the mean of the channels, -1 to 1; a view that is valid until the next call of any decoder
   * @throws ProtocolError `not-audio`; the decoder can go on with the next packet
   */
  decode(packet: Uint8Array): Float32Array {
    if (this.#decoder === undefined) throw new Error('This Opus decoder was closed.');
    if (packet.length === 0 || packet.length > MAX_PACKET_BYTES) throw notOpus(packet, 'one packet is 1 to 4,000 bytes');
    const { native, packetAt, samplesAt } = this.#library;
    this.#library.bytes.set(packet, packetAt);
    const count = native.opus_decode(this.#decoder, packetAt, packet.length, samplesAt, MAX_SAMPLES, 0);
    if (count < 0) throw notOpus(packet, `libopus answers ${count}`);
    return this.#pcm.decode(this.#library.bytes.subarray(samplesAt, samplesAt + count * this.#frameBytes));
  }

  /** Frees the decoder; may be called again. */
  close(): void {
    if (this.#decoder !== undefined) this.#library.native.free(this.#decoder);
    this.#decoder = undefined;
  }
}

function notOpus(packet: Uint8Array, why: string): ProtocolError {
  return new ProtocolError('not-audio', `A binary message of ${packet.length} bytes is not an Opus packet (${why}). Send one packet a message, without Ogg or WebM around it.`);
}
