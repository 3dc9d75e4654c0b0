import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { tone } from './signals.js';

test('it grows to the requested length and reuses its memory', () => {
  const scratch = new ScratchBuffer();
  assert.is(scratch.view(3).length, 3);
  assert.is(scratch.view(1).buffer, scratch.view(3).buffer);
  assert.is(scratch.view(5).length, 5);
});

test('interleaved streams that share scratch buffers get the same results as with their own', () => {
  const bytes = (amplitude: number): Uint8Array => new Uint8Array(Int16Array.from(tone(9000, 440, 48000), (value) => 20000 * amplitude * value).buffer);
  const play = (decoded: () => ScratchBuffer, resampled: () => ScratchBuffer): number[][] => {
    const streams = [1, 0.5, -1].map((amplitude) => ({
      sound: bytes(amplitude),
      decoder: new PcmDecoder('s16le', 1, [decoded()]),
      resampler: new Resampler(48000, 22050, resampled()),
      out: [] as number[],
    }));
    for (const [from, to] of [[0, 701], [701, 9001], [9001, 18000]]) {
      for (const { sound, decoder, resampler, out } of streams) out.push(...resampler.push(decoder.decode(sound.subarray(from, to))[0]!));
    }
    for (const { resampler, out } of streams) out.push(...resampler.flush());
    return streams.map(({ out }) => out);
  };
  const [decoded, resampled] = [new ScratchBuffer(), new ScratchBuffer()];
  assert.equal(play(() => decoded, () => resampled), play(() => new ScratchBuffer(), () => new ScratchBuffer()));
});

test.run();
