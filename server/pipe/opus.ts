/**
 * Decodes Opus packets to mono samples (RFC 6716) with the SIMD WebAssembly build of libopus from the
 * package @evan/opus. Its functions are called directly, because the package's wrapper copies each
 * packet twice and frees a decoder only by garbage collection.
 */
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { simdFromInt16 } from '../../dsp/pcm/pcm.simd.js';
import { OPUS_SAMPLE_RATES } from '../protocol/audio-format.js';
import { ProtocolError } from '../protocol/errors.js';

/** Exports of the module; addresses are byte offsets in its memory. */
interface Libopus {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(bytes: number): number;
  free(address: number): void;
  opus_decoder_get_size(channels: number): number;
  /** @returns 0, or a negative error code of libopus */
  opus_decoder_init(decoder: number, sampleRate: number, channels: number): number;
  /** @returns samples per channel, or a negative error code of libopus */
  opus_decode(decoder: number, packet: number, packetBytes: number, samples: number, most: number, isLost: number): number;
}

/** A packet is at most 120 ms, such as three frames of 1,275 bytes or more smaller ones; anything longer is rejected. */
const MAX_PACKET_BYTES = 4000;
/** Samples per channel in the longest packet: 120 ms at 48 kHz. */
const MAX_SAMPLES = 5760;
const SAMPLE_BYTES = 2;

/**
 * One libopus instance, shared by all Opus streams of a thread. Packets are decoded one at a time, so
 * all decoders share one input and one output buffer.
 */
export class OpusLibrary {
  readonly native: Libopus;
  /** Address of the packet to decode. */
  readonly packetAt: number;
  /** Address of the samples that libopus wrote. */
  readonly samplesAt: number;
  /** Scratch buffer for the newest packet's samples, shared by all decoders. */
  readonly samples = new ScratchBuffer();
  #bytes: Uint8Array | undefined;

  /** @param module `simd.wasm` of the package @evan/opus */
  constructor(module: WebAssembly.Module) {
    const nothing = (): number => 0;
    this.native = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: { fd_seek: nothing, fd_write: nothing, fd_close: nothing, proc_exit: nothing },
      // Growing the memory detaches its ArrayBuffer.
      env: { emscripten_notify_memory_growth: () => (this.#bytes = undefined) },
    }).exports as unknown as Libopus;
    this.native._initialize();
    this.packetAt = this.native.malloc(MAX_PACKET_BYTES);
    this.samplesAt = this.native.malloc(MAX_SAMPLES * 2 * SAMPLE_BYTES);
  }

  /** The whole memory, as bytes. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= new Uint8Array(this.native.memory.buffer));
  }

  /**
   * @param sampleRate one of 8, 12, 16, 24 and 48 kHz
   * @param channels 1 or 2
   */
  decoder(sampleRate: number, channels: number): OpusDecoder {
    return new OpusDecoder(this, sampleRate, channels);
  }
}

/** Decoder of one stream. Costs 18 KB of memory (27 KB in stereo) and 1 to 2 ms of CPU per second of audio. Must be closed. */
export class OpusDecoder {
  readonly #library: OpusLibrary;
  readonly #frameBytes: number;
  /** Converts the s16le output of libopus, which is always whole frames. */
  readonly #pcm: PcmDecoder;
  #decoder: number | undefined;

  /** Use `OpusLibrary.decoder`. */
  constructor(library: OpusLibrary, sampleRate: number, channels: number) {
    if (!OPUS_SAMPLE_RATES.includes(sampleRate)) throw new Error(`Opus decodes to ${OPUS_SAMPLE_RATES.join(', ')} Hz, not ${sampleRate}.`);
    if (channels !== 1 && channels !== 2) throw new Error(`Opus decodes to 1 or 2 channels, not ${channels}.`);
    this.#library = library;
    this.#frameBytes = channels * SAMPLE_BYTES;
    this.#pcm = new PcmDecoder('s16le', channels, library.samples, simdFromInt16);
    const { native } = library;
    this.#decoder = native.malloc(native.opus_decoder_get_size(channels));
    const fault = this.#decoder === 0 ? 'no memory' : native.opus_decoder_init(this.#decoder, sampleRate, channels);
    if (fault !== 0) throw new Error(`Creating an Opus decoder failed: ${fault}.`);
  }

  /**
   * @param packet one whole packet, without a container
   * @returns the mean of the channels, -1 to 1; a view, valid until the next call of any decoder
   * @throws ProtocolError `not-audio`; the decoder still accepts the next packet
   */
  decode(packet: Uint8Array): Float32Array {
    if (this.#decoder === undefined) throw new Error('This Opus decoder was closed.');
    if (packet.length === 0 || packet.length > MAX_PACKET_BYTES) throw notOpus(packet, 'a packet has 1 to 4,000 bytes');
    const { native, packetAt, samplesAt } = this.#library;
    this.#library.bytes.set(packet, packetAt);
    const count = native.opus_decode(this.#decoder, packetAt, packet.length, samplesAt, MAX_SAMPLES, 0);
    if (count < 0) throw notOpus(packet, `libopus error ${count}`);
    return this.#pcm.decode(this.#library.bytes.subarray(samplesAt, samplesAt + count * this.#frameBytes));
  }

  /** Frees the decoder; idempotent. */
  close(): void {
    if (this.#decoder !== undefined) this.#library.native.free(this.#decoder);
    this.#decoder = undefined;
  }
}

function notOpus(packet: Uint8Array, why: string): ProtocolError {
  return new ProtocolError('not-audio', `A binary message of ${packet.length} bytes is not an Opus packet (${why}). Send one packet per message, without an Ogg or WebM container.`);
}
