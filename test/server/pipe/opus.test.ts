import * as assert from 'uvu/assert';
import OpusScript from 'opusscript';
import { test } from 'uvu';
import type { OpusDecoder } from '../../../server/pipe/opus.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { opusLibrary } from '../../../server/shards/opus-library.js';

type Rate = 8000 | 12000 | 16000 | 24000 | 48000;

/** Opus packets of a tone with amplitude 0.4, and 0.2 on the second channel if there is one. */
function encodeTone(sampleRate: Rate, channels: number, hz: number, packets: number, frameMs = 20): Buffer[] {
  const encoder = new OpusScript(sampleRate, channels, OpusScript.Application.AUDIO);
  const frame = sampleRate * frameMs / 1000;
  try {
    return Array.from({ length: packets }, (_, k) => {
      const pcm = Buffer.alloc(frame * channels * 2);
      for (let i = 0; i < frame; i += 1) {
        const value = 0.4 * 32767 * Math.sin(2 * Math.PI * hz * (k * frame + i) / sampleRate);
        for (let c = 0; c < channels; c += 1) pcm.writeInt16LE(Math.round(value / (c + 1)), (i * channels + c) * 2);
      }
      return encoder.encode(pcm, frame);
    });
  } finally {
    encoder.delete();
  }
}

/** Amplitude of `samples` at the frequency `hz`. */
function toneIn(samples: Float32Array, hz: number, sampleRate: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, i) => {
    re += sample * Math.cos(2 * Math.PI * hz * i / sampleRate);
    im += sample * Math.sin(2 * Math.PI * hz * i / sampleRate);
  });
  return 2 * Math.hypot(re, im) / samples.length;
}

function decodeAll(decoder: OpusDecoder, packets: readonly Buffer[]): Float32Array {
  return Float32Array.from(packets.flatMap((packet) => [...decoder.decode(packet)]));
}

for (const sampleRate of [8000, 12000, 16000, 24000, 48000] as const) {
  for (const channels of [1, 2]) {
    test(`${sampleRate} Hz with ${channels} channel${channels > 1 ? 's' : ''}: a tone is decoded to the mean of its channels`, () => {
      const decoder = opusLibrary().decoder(sampleRate, channels);
      const samples = decodeAll(decoder, encodeTone(sampleRate, channels, 440, 50));
      decoder.close();
      assert.is(samples.length, sampleRate);
      const settled = samples.subarray(sampleRate / 5);
      const wanted = channels === 1 ? 0.4 : 0.3;
      assert.ok(Math.abs(toneIn(settled, 440, sampleRate) - wanted) < 0.04, `amplitude ${toneIn(settled, 440, sampleRate)}`);
    });
  }
}

test('150 interleaved decoders each keep their own state', () => {
  const packets = encodeTone(48000, 2, 440, 10);
  const alone = opusLibrary().decoder(48000, 2);
  const wanted = packets.map((packet) => alone.decode(packet).slice());
  alone.close();
  const decoders = Array.from({ length: 150 }, () => opusLibrary().decoder(48000, 2));
  packets.forEach((packet, k) => {
    for (const decoder of decoders) assert.ok(Buffer.from(decoder.decode(packet).slice().buffer).equals(Buffer.from(wanted[k]!.buffer)));
  });
  for (const decoder of decoders) decoder.close();
});

test('an invalid packet is rejected, and the next packet still decodes', () => {
  const decoder = opusLibrary().decoder(48000, 1);
  const [packet] = encodeTone(48000, 1, 440, 1);
  for (const broken of [Buffer.alloc(0), Buffer.alloc(5000), Buffer.from([255, 255, 255, 255])]) {
    assert.throws(() => decoder.decode(broken), (error: unknown) => error instanceof ProtocolError && error.code === 'not-audio'
      && error.message.includes(`${broken.length} bytes`));
  }
  assert.is(decoder.decode(packet!).length, 960);
  decoder.close();
});

test('closing a decoder twice is allowed, decoding after close is not', () => {
  const decoder = opusLibrary().decoder(48000, 1);
  decoder.close();
  decoder.close();
  assert.throws(() => decoder.decode(Buffer.alloc(10)), /closed/);
});

test('sample rates and channel counts that Opus does not have are rejected', () => {
  assert.throws(() => opusLibrary().decoder(44100, 1), /44100/);
  assert.throws(() => opusLibrary().decoder(48000, 3), /3/);
});

test.run();
