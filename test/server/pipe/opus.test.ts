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

function mean([left, right]: readonly Float32Array[]): Float32Array {
  return left!.map((value, i) => (value + right![i]!) / 2);
}

function decodeAll(decoder: OpusDecoder, packets: readonly Buffer[]): Float32Array {
  return Float32Array.from(packets.flatMap((packet) => Array.from(mean(decoder.decode(packet)))));
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
  const wanted = packets.map((packet) => mean(alone.decode(packet)));
  alone.close();
  const decoders = Array.from({ length: 150 }, () => opusLibrary().decoder(48000, 2));
  packets.forEach((packet, k) => {
    for (const decoder of decoders) assert.ok(Buffer.from(mean(decoder.decode(packet)).buffer).equals(Buffer.from(wanted[k]!.buffer)));
  });
  for (const decoder of decoders) decoder.close();
});

const BROKEN = [Buffer.alloc(0), Buffer.alloc(5000), Buffer.from([255, 255, 255, 255])];

test('a bad packet among good ones is concealed and counted', () => {
  for (const channels of [1, 2]) {
    const packets = encodeTone(48000, channels, 440, 60);
    BROKEN.forEach((broken, index) => packets.splice(20 + 10 * index, 1, broken));
    const decoder = opusLibrary().decoder(48000, channels);
    const samples = decodeAll(decoder, packets);
    assert.is(decoder.badPackets, 3);
    assert.is(samples.length, 60 * 960, 'no time is lost');
    const concealed = samples.subarray(20 * 960, 21 * 960);
    assert.ok(toneIn(concealed, 440, 48000) > 0.1, 'the tone goes on');
    decoder.close();
  }
});

test('bad packets before the first good one are left out', () => {
  const decoder = opusLibrary().decoder(48000, 1);
  for (const broken of BROKEN) assert.is(decoder.decode(broken)[0]!.length, 0);
  assert.is(decoder.decode(encodeTone(48000, 1, 440, 1)[0]!)[0]!.length, 960);
  assert.is(decoder.badPackets, 3);
  decoder.close();
});

test('a stream whose first ten packets are bad is refused', () => {
  const decoder = opusLibrary().decoder(48000, 1);
  const [broken] = BROKEN.slice(-1);
  for (let packet = 0; packet < 9; packet++) decoder.decode(broken!);
  assert.throws(() => decoder.decode(broken!), (error: unknown) => error instanceof ProtocolError && error.code === 'not-audio' && /first 10 .* 4 bytes/.test(error.message));
  decoder.close();
});

test('stereo packets in a stream that was said to be mono keep their channels', () => {
  const encoder = new OpusScript(48000, 2, OpusScript.Application.AUDIO);
  const decoder = opusLibrary().decoder(48000, 1);
  for (let packet = 0; packet < 30; packet++) {
    const pcm = Buffer.alloc(960 * 4);
    for (let i = 0; i < 960; i++) {
      const value = Math.round(10_000 * Math.sin((2 * Math.PI * 440 * (packet * 960 + i)) / 48000));
      pcm.writeInt16LE(value, 4 * i);
      pcm.writeInt16LE(-value, 4 * i + 2);
    }
    const [left, right] = decoder.decode(encoder.encode(pcm, 960)) as [Float32Array, Float32Array];
    if (packet < 20) continue;
    assert.ok(toneIn(left, 440, 48000) > 0.2);
    assert.ok(toneIn(right, 440, 48000) > 0.2);
  }
  encoder.delete();
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
