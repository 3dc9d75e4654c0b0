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
  /** Scratch buffers for the newest packet's samples, shared by all decoders. */
  readonly samples = [new ScratchBuffer(), new ScratchBuffer()];
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

/** Every decoder returns two channels. */
export const OPUS_CHANNELS = 2;

/** A stream is rejected when this many packets came and none could be decoded. */
const MAX_BAD_AT_START = 10;
/** The stereo flag in a packet's first byte (RFC 6716, section 3.1). */
const STEREO_BIT = 4;

/**
 * Decoder of one stream. Costs 18 KB of memory (27 KB in stereo) and 1 to 2 ms of CPU per second of
 * audio. Must be closed. A packet that can't be decoded is counted and replaced by packet loss
 * concealment (RFC 6716, section 4.4).
 */
export class OpusDecoder {
  readonly #library: OpusLibrary;
  readonly #sampleRate: number;
  #channels: number;
  /** Converts the s16le output of libopus, which is always whole frames. */
  #pcm: PcmDecoder;
  #decoder: number | undefined;
  /** Samples per channel of the last good packet; 0 before the first one. */
  #packetSamples = 0;
  #badPackets = 0;
  /** The fault of the last bad packet. */
  #fault = '';

  /** Use `OpusLibrary.decoder`. */
  constructor(library: OpusLibrary, sampleRate: number, channels: number) {
    if (!OPUS_SAMPLE_RATES.includes(sampleRate)) throw new Error(`Opus decodes to ${OPUS_SAMPLE_RATES.join(', ')} Hz, not ${sampleRate}.`);
    if (channels !== 1 && channels !== 2) throw new Error(`Opus decodes to 1 or 2 channels, not ${channels}.`);
    this.#library = library;
    this.#sampleRate = sampleRate;
    this.#channels = channels;
    this.#pcm = new PcmDecoder('s16le', channels, library.samples, simdFromInt16);
    this.#decoder = this.#create();
  }

  /** Packets so far that could not be decoded. */
  get badPackets(): number {
    return this.#badPackets;
  }

  /**
   * @param packet one whole packet, without a container
   * @returns two channels, -1 to 1; for mono both are the same array. Views, valid until the next call
   *   of any decoder. Empty for bad packets before the first good one
   * @throws ProtocolError `not-audio` when the first 10 packets are all bad
   */
  decode(packet: Uint8Array): readonly Float32Array[] {
    if (this.#decoder === undefined) throw new Error('This Opus decoder was closed.');
    const isPacket = packet.length > 0 && packet.length <= MAX_PACKET_BYTES;
    // A mono decoder would mix the channels itself, and channels that cancel would be lost.
    if (isPacket && this.#channels === 1 && (packet[0]! & STEREO_BIT) !== 0) this.#toStereo();
    if (isPacket) this.#library.bytes.set(packet, this.#library.packetAt);
    let count = isPacket ? this.#run(this.#library.packetAt, packet.length, MAX_SAMPLES) : 0;
    if (count <= 0) {
      this.#badPackets++;
      this.#fault = `the last has ${packet.length} bytes${isPacket ? ` (libopus error ${count})` : '; a packet has 1 to 4,000 bytes'}`;
      if (this.#badPackets >= MAX_BAD_AT_START) this.checkDecoded();
      // Without a packet, libopus conceals the number of samples requested.
      count = this.#packetSamples > 0 ? Math.max(0, this.#run(0, 0, this.#packetSamples)) : 0;
    } else {
      this.#packetSamples = count;
    }
    const { bytes, samplesAt } = this.#library;
    const [left, right] = this.#pcm.decode(bytes.subarray(samplesAt, samplesAt + count * this.#channels * SAMPLE_BYTES)) as [Float32Array, Float32Array | undefined];
    return [left, right ?? left];
  }

  /** @throws ProtocolError `not-audio` if there were packets and none could be decoded */
  checkDecoded(): void {
    if (this.#badPackets === 0 || this.#packetSamples > 0) return;
    throw new ProtocolError('not-audio', `None of the first ${this.#badPackets} binary messages is an Opus packet: ${this.#fault}. Send one packet per message, without an Ogg or WebM container.`);
  }

  /** Frees the decoder; idempotent. */
  close(): void {
    if (this.#decoder !== undefined) this.#library.native.free(this.#decoder);
    this.#decoder = undefined;
  }

  #run(packet: number, packetBytes: number, most: number): number {
    return this.#library.native.opus_decode(this.#decoder!, packet, packetBytes, this.#library.samplesAt, most, 0);
  }

  #create(): number {
    const { native } = this.#library;
    const decoder = native.malloc(native.opus_decoder_get_size(this.#channels));
    const fault = decoder === 0 ? 'no memory' : native.opus_decoder_init(decoder, this.#sampleRate, this.#channels);
    if (fault !== 0) throw new Error(`Creating an Opus decoder failed: ${fault}.`);
    return decoder;
  }

  #toStereo(): void {
    this.close();
    this.#channels = 2;
    this.#pcm = new PcmDecoder('s16le', 2, this.#library.samples, simdFromInt16);
    this.#decoder = this.#create();
  }
}
