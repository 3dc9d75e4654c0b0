/** Each degradation has the documented effect and depends only on the seed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatenate } from '../../../dsp/concatenate.js';
import { Random } from '../../../models/random.js';
import { addNoise, readNoise } from '../../../server/evaluation/degradations/noise.js';
import { amRadio } from '../../../server/evaluation/degradations/am-radio.js';
import { throughCodec } from '../../../server/evaluation/degradations/codec.js';
import { reduceGain } from '../../../server/evaluation/degradations/gain.js';
import { DIRECT_TO_REVERB_DB, impulseResponse, addRoom } from '../../../server/evaluation/degradations/room.js';
import { DEGRADATIONS, degraderOf, readDegradations } from '../../../server/evaluation/degrade.js';
import { atRms, rms, type Recording } from '../../../server/evaluation/recording.js';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';
import { wavFile } from '../../../server/sources/wav.js';
import { fitTone, noise, tone } from '../../dsp/signals.js';
import { withFfmpeg } from '../sources/recordings.js';

const RATE = 22050;
const degrade = suite<{ folder: string }>('degrade', { folder: '' });

degrade.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-noise-'));
});
degrade.after(({ folder }) => rmSync(folder, { recursive: true }));

function recording(samples: Float32Array): Recording {
  return { samples, sampleRate: RATE };
}

function db(ratio: number): number {
  return 20 * Math.log10(ratio);
}

/** Sum of sines, each with amplitude 0.1. */
function chord(...frequenciesHz: readonly number[]): Float32Array {
  const tones = frequenciesHz.map((hz) => tone(2 * RATE, hz, RATE));
  return tones[0]!.map((_, i) => 0.1 * tones.reduce((sum, samples) => sum + samples[i]!, 0));
}

degrade('names are parsed singly, comma-separated, or as all', () => {
  assert.equal(readDegradations('room'), ['room']);
  assert.equal(readDegradations('opus-24, mp3-64,opus-24'), ['opus-24', 'mp3-64']);
  assert.equal(readDegradations('all'), [...DEGRADATIONS]);
  assert.throws(() => readDegradations('room,mp3'), /--degrade must be mp3-64, .* it is "mp3"/);
});

degrade('equal seed and track give equal audio, another seed or track differs', async ({ folder }) => {
  writeFileSync(join(folder, 'hum.wav'), wavFile(Int16Array.from(noise(RATE, 3), (sample) => 9000 * sample), RATE));
  const sound = recording(chord(300, 1000, 3000));
  for (const name of ['am-radio', 'room', 'noise-15db'] as const) {
    const through = async (seed: number, id: string) => (await (await degraderOf(name, { seed, noiseFolder: folder }))(sound, id)).samples;
    assert.equal(await through(1, 'a'), await through(1, 'a'), name);
    if (name === 'noise-15db') continue; // only one recording, so the order can't differ
    assert.not.equal(await through(1, 'a'), await through(2, 'a'), name);
    assert.not.equal(await through(1, 'a'), await through(1, 'b'), name);
  }
});

degrade('AM radio is band-limited', () => {
  const { samples, sampleRate } = amRadio(recording(chord(40, 1000, 9000)), new Random(1));
  assert.is(sampleRate, RATE);
  const level = (hz: number): number => fitTone(samples.subarray(RATE), hz, RATE).amplitudeDb;
  assert.ok(level(1000) - level(40) > 12, `40 Hz: ${level(1000) - level(40)} dB`);
  assert.ok(level(1000) - level(9000) > 40, `9 kHz: ${level(1000) - level(9000)} dB`);
});

degrade('AM radio compresses 4 to 1 and adds hiss', () => {
  const loud = tone(2 * RATE, 1000, RATE);
  const quiet = loud.map((sample) => sample / Math.sqrt(10));
  const { samples } = amRadio(recording(concatenate([loud, quiet, new Float32Array(RATE)])), new Random(1));
  const part = (from: number): number => db(rms(samples.subarray(from * RATE, (from + 1) * RATE)));
  assert.ok(Math.abs(part(1) - part(3) - 2.5) < 0.3, `10 dB became ${part(1) - part(3)}`);
  const hiss = db(rms(samples.subarray(4.5 * RATE)));
  assert.ok(hiss > -60 && hiss < -50, `hiss at ${hiss} dBFS`);
});

degrade('a room has half a second of reverberation with the ratio given by its size and distance', () => {
  const response = impulseResponse(RATE, new Random(5));
  assert.is(response[0], 1);
  let energy = 0;
  for (const sample of response.subarray(1)) energy += sample * sample;
  assert.ok(Math.abs(-10 * Math.log10(energy) - DIRECT_TO_REVERB_DB) < 0.01);
  assert.ok(DIRECT_TO_REVERB_DB < -5 && DIRECT_TO_REVERB_DB > -10);
  // RT60 from the Schroeder integral (1965): slope from -5 to -25 dB, extrapolated to -60 dB.
  const left = response.slice(1).map((sample) => sample * sample).reverse();
  for (let i = 1; i < left.length; i++) left[i]! += left[i - 1]!;
  left.reverse();
  const at = (drop: number): number => left.findIndex((value) => value < left[0]! * 10 ** (-drop / 10)) / RATE;
  const rt60 = 3 * (at(25) - at(5));
  assert.ok(rt60 > 0.35 && rt60 < 0.65, `RT60 ${rt60} s`);
});

degrade('a room keeps level and length and adds a tail', () => {
  const click = new Float32Array(RATE);
  click[1000] = 0.5;
  const { samples } = addRoom(recording(click), new Random(5));
  assert.is(samples.length, RATE);
  assert.ok(Math.abs(rms(samples) / rms(click) - 1) < 1e-5);
  assert.is(samples.findIndex((sample) => Math.abs(sample) > 1e-4), 1000);
  assert.ok(rms(samples.subarray(1000 + RATE / 10, 1000 + RATE / 5)) > 1e-4, 'still there after 100 ms');
});

degrade('recorded noise is 15 dB below the sound for its whole length', () => {
  const sound = recording(atRms(chord(500, 700, 900), 0.2));
  const noises = [recording(noise(7000, 1)), recording(noise(3000, 2).map((sample) => sample / 50)), { samples: noise(9000, 3), sampleRate: 44100 }];
  const { samples } = addNoise(sound, noises, new Random(1));
  assert.is(samples.length, sound.samples.length);
  const added = samples.map((sample, i) => sample - sound.samples[i]!);
  for (const [from, to] of [[0, added.length], [0, 10_000], [added.length - 10_000, added.length]] as const) {
    const snr = db(rms(sound.samples) / rms(added.subarray(from, to)));
    assert.ok(Math.abs(snr - 15) < 0.7, `${snr} dB from ${from} to ${to}`);
  }
});

degrade('noise files are those named noise-*, otherwise all; none is an error with instructions', async ({ folder }) => {
  const own = mkdtempSync(join(folder, 'noises-'));
  const write = (name: string, value: number) => writeFileSync(join(own, name), wavFile(new Int16Array(4410).fill(value), RATE));
  await readNoise(own).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /--noise/));
  write('noise-nothing.wav', 0);
  await readNoise(own).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'no recordings of noise'));
  rmSync(join(own, 'noise-nothing.wav'));
  write('rain.wav', 100);
  write('speech.wav', 200);
  assert.is((await readNoise(own)).length, 2);
  write('noise-sea.wav', 300);
  assert.equal((await readNoise(own)).map(({ samples }) => Math.round(32768 * samples[0]!)), [300]);
  await readNoise(join(own, 'nowhere')).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'nowhere'));
});

degrade('gain-30db attenuates by 30 dB and quantises to 16 bits', () => {
  const loud = recording(atRms(noise(RATE, 9), 0.3));
  const { samples } = reduceGain(loud);
  assert.ok(Math.abs(db(rms(samples) / rms(loud.samples)) + 30) < 0.01);
  assert.ok(samples.every((sample) => Number.isInteger(sample * 32768)));
  assert.ok(reduceGain(recording(Float32Array.of(3e-4))).samples[0] === 0, 'values below half a step become 0');
});

const path = ffmpeg();
if (path === undefined) console.log('skipped: no FFmpeg, so no codec is tested');

for (const [codec, name] of [['mp3-64', 'libmp3lame'], ['opus-24', 'libopus']] as const) {
  if (path === undefined) continue;
  if (!execFileSync(path, ['-hide_banner', '-encoders'], { encoding: 'utf8' }).includes(name)) {
    console.log(`skipped: this FFmpeg has no ${name}`);
    continue;
  }
  degrade(`${codec} keeps the tones and changes noise`, async () => {
    const sound = chord(300, 1000, 3000);
    const { samples, sampleRate } = await throughCodec(recording(sound), codec);
    assert.is(sampleRate, RATE);
    assert.ok(Math.abs(samples.length - sound.length) < 0.15 * RATE, `${samples.length} of ${sound.length} samples`);
    const steady = samples.slice(RATE / 2, (3 * RATE) / 2);
    for (const hz of [300, 1000, 3000]) assert.ok(Math.abs(fitTone(steady, hz, RATE).amplitudeDb + 20) < 1.5, `${hz} Hz`);
    const hiss = (await throughCodec(recording(noise(RATE, 4)), codec)).samples;
    assert.not.equal(hiss.slice(5000, 5010), noise(RATE, 4).slice(5000, 5010));
  });
}

degrade('a missing FFmpeg or codec is reported as such', async ({ folder }) => {
  const message = async (): Promise<string> => {
    try {
      await (await degraderOf('mp3-64', { seed: 1, noiseFolder: '' }))(recording(chord(440)), 'x');
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.match(await withFfmpeg(join(folder, 'nowhere'), message), /FFMPEG_PATH is .*nowhere/);
  const bare = join(folder, 'bare-ffmpeg');
  writeFileSync(bare, '#!/bin/sh\necho "Unknown encoder libmp3lame" >&2\nexit 1\n', { mode: 0o755 });
  assert.is(await withFfmpeg(bare, message), 'FFmpeg can\'t do mp3-64: Unknown encoder libmp3lame.');
});

function ffmpeg(): string | undefined {
  try {
    return findFfmpeg();
  } catch {
    // Reported once, above.
    return undefined;
  }
}

degrade.run();
