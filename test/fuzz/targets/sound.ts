/** Sound that clients send: PCM of every kind and alignment through the whole pipe, Opus packets, and WAV. */
import * as assert from 'node:assert/strict';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { MAX_CHANNELS, PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import { sampleBytes } from '../../../dsp/pcm/pcm-encoding.js';
import { simdFromInt16 } from '../../../dsp/pcm/pcm.simd.js';
import { Engine } from '../../../server/pipe/engine.js';
import { pipe } from '../../../server/pipe/pipeline.js';
import type { AudioFormat } from '../../../server/protocol/audio-format.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { opusLibrary } from '../../../server/shards/opus-library.js';
import { withDefaults } from '../../../server/settings.js';
import { wavFile, WavReader } from '../../../server/sources/wav.js';
import { FAKE_BUNDLE, FakeClassifier } from '../../server/fake-classifier.js';
import { noise, tone } from '../../server/sound.js';
import type { Target } from '../fuzz.js';
import { inPieces, packed, unpacked } from './cuts.js';

const ENCODINGS = ['s16le', 'f32le'] as const;
const floats = (samples: number): Uint8Array => new Uint8Array(Float32Array.from({ length: samples }, (_, n) => Math.sin(n / 9)).buffer);

/** Byte 0: the encoding, byte 1: the channels; the rest is sound. */
export const pcm: Target = {
  name: 'pcm',
  shape: 'bytes',
  seeds: [
    Buffer.concat([Buffer.from([0, 1]), noise(400)]), Buffer.concat([Buffer.from([0, 2]), noise(401)]), Buffer.concat([Buffer.from([1, 2]), floats(301)]),
    Buffer.concat([Buffer.from([1, 64]), Buffer.from(Float32Array.of(NaN, Infinity, -Infinity, -0, 1e-40, 1e38).buffer), floats(300)]), Buffer.from([0, 3, 1, 2, 3]),
  ],
  run(input) {
    const encoding = ENCODINGS[(input[0] ?? 0) % 2]!;
    const channels = 1 + ((input[1] ?? 0) % MAX_CHANNELS);
    const bytes = input.subarray(2);
    const decoded = (pieces: readonly Uint8Array[], readInt16?: typeof simdFromInt16): Float32Array => {
      const decoder = new PcmDecoder(encoding, channels, undefined, readInt16);
      const frames = Math.floor(bytes.length / channels / sampleBytes(encoding));
      const all = new Float32Array(channels * frames);
      let done = 0;
      for (const piece of pieces) {
        const parts = decoder.decode(piece);
        parts.forEach((samples, channel) => all.set(samples, channel * frames + done));
        done += parts[0]!.length;
      }
      assert.equal(done, frames);
      return all;
    };
    const whole = decoded([bytes]);
    assert.ok(whole.every((value) => Math.abs(value) <= 4), 'samples are clipped');
    assert.ok(same(decoded(inPieces(bytes)), whole), 'pieces give the same samples');
    assert.ok(same(decoded([bytes], simdFromInt16), whole), 'the kernel gives the same samples');
  },
};

/** Bit for bit. */
function same(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
}

const settings = withDefaults();
const RATES = [8000, 11025, 22050, 44100, 48000, 96000, 192000];

/** Byte 0: encoding and rate, byte 1: the channels, byte 2: what is asked for; the rest is sound. */
export const pipes: Target = {
  name: 'pipe',
  shape: 'bytes',
  seeds: [
    Buffer.concat([Buffer.from([0x04, 0, 0]), tone(300, 200)]), Buffer.concat([Buffer.from([0x08, 1, 3]), noise(6000)]),
    Buffer.concat([Buffer.from([0x01, 1, 1]), floats(4000)]), Buffer.concat([Buffer.from([0x05, 0, 2]), Buffer.from(Float32Array.of(NaN, 1e38, -1e38).buffer), floats(3000)]),
  ],
  run(input) {
    const [kind = 0, channels = 0, wanted = 0] = input;
    const format: AudioFormat = { encoding: ENCODINGS[kind % 2]!, sampleRate: RATES[(kind >> 1) % RATES.length]!, channels: 1 + (channels % MAX_CHANNELS) };
    const bytes = input.subarray(3);
    const heard = (pieces: readonly Uint8Array[]): string[] => {
      const clock = new VirtualTimeScheduler();
      const engine = new Engine(new FakeClassifier(), settings, clock);
      const all: string[] = [];
      const chunk$ = new Subject<{ bytes: Uint8Array; arrivedAtMs: number }>();
      let fault: unknown;
      pipe(chunk$, { format, model: FAKE_BUNDLE.manifest, engine, settings, spectrogram: (wanted & 1) === 1, topK: 1 + (wanted & 3) }).subscribe({
        next: ({ json }) => all.push(json.replace(/"lagMs":[\d.]+/, '')),
        error: (error: unknown) => (fault = error),
      });
      for (const piece of pieces) chunk$.next({ bytes: piece, arrivedAtMs: 0 });
      chunk$.complete();
      clock.flush();
      assert.equal(engine.streams, 0, 'the engine is empty afterwards');
      if (fault !== undefined && !(fault instanceof ProtocolError && fault.code === 'not-audio')) throw fault;
      for (const json of all) assert.doesNotMatch(json, /NaN|null(?=[,\]])(?<!"genre":null)/, 'numbers are numbers');
      return fault === undefined ? all : ['refused'];
    };
    assert.deepEqual(heard(inPieces(bytes)), heard([bytes]), 'pieces give the same predictions');
  },
};

/** Packets, each with its length before it; byte 0: the channels. */
export const opus: Target = {
  name: 'opus',
  shape: 'bytes',
  // 20 ms of silence in three modes (RFC 6716, section 3.1), two frames in one packet, and a packet of padding.
  seeds: [
    packed(Buffer.from([0xfc, 0xff, 0xfe]), Buffer.from([0xf8, 0xff, 0xfe]), Buffer.from([0x0b, 0x01])), packed(Buffer.from([0xfd, 0xff, 0xfe, 0xff, 0xfe])),
    packed(Buffer.from([0xfb, 0x41, 0x01, 0xff, 0xfe, 0x00])), packed(Buffer.from([0x78, 0x80, 0x00]), Buffer.alloc(0)),
  ],
  run(input) {
    const decoder = opusLibrary().decoder(24000, 1 + (input.length % 2));
    try {
      for (const packet of unpacked(input)) {
        const channels = decoder.decode(packet);
        assert.ok(channels.length === 2 && channels.every((samples) => samples.length <= 5760 && samples.every((value) => Math.abs(value) <= 1)));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError && error.code === 'not-audio')) throw error;
    } finally {
      decoder.close();
    }
  },
};

export const wav: Target = {
  name: 'wav',
  shape: 'bytes',
  seeds: [wavFile(Int16Array.from({ length: 60 }, (_, n) => 100 * n), 44100, 2), Buffer.concat([wavFile(new Int16Array(10), 8000), wavFile(new Int16Array(4), 22050)]), extensible()],
  words: ['RIFF', 'WAVE', 'fmt ', 'data', 'LIST', 'RF64', 'ID3\x03', '\xff\xff\xff\xff', '\xfe\xff'],
  run(input) {
    const read = (pieces: readonly Uint8Array[]): string => {
      const reader = new WavReader();
      const samples: Uint8Array[] = [];
      try {
        for (const piece of pieces) {
          if (reader.isEnded) break;
          samples.push(reader.push(piece).slice());
        }
      } catch (error) {
        if (!(error instanceof Error) || error.constructor !== Error) throw error;
        return error.message;
      }
      const sound = Buffer.concat(samples);
      assert.ok(sound.length <= input.length);
      return `${JSON.stringify(reader.format)} ${reader.isEnded} ${sound.toString('hex')}`;
    };
    assert.equal(read(inPieces(input)), read([input]), 'pieces give the same samples');
  },
};

function extensible(): Uint8Array {
  const bytes = Buffer.alloc(80);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(72, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(40, 16);
  bytes.writeUInt16LE(0xfffe, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(48000, 24);
  bytes.writeUInt16LE(32, 34);
  bytes.writeUInt16LE(3, 44);
  bytes.write('data', 60, 'latin1');
  bytes.writeUInt32LE(12, 64);
  return bytes;
}
