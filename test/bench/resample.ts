/**
 * What the front of the pipe costs: resampling to 22,050 Hz in ms per second of sound for each
 * input rate, and a mel column in µs.
 *
 *   npm run build && node dist/test/bench/resample.js
 */
import { cpus } from 'node:os';
import { FRONT_END_V1, MelColumns } from '../../dsp/mel.js';
import { Resampler } from '../../dsp/resample.js';
import { noise } from '../dsp/signals.js';

const CHUNK_S = 0.1;
const ROUND_S = 20;
const ROUNDS = 7;

/** CPU time of the fastest round, ms: other work on the machine only adds. */
function fastestMs(round: () => void): number {
  let fastest = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    round();
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1000);
  }
  return fastest;
}

console.log(`${cpus()[0]?.model}, Node ${process.version}, chunks of ${1000 * CHUNK_S} ms`);
for (const rate of [8000, 16_000, 24_000, 32_000, 37_800, 44_100, 44_101, 48_000, 96_000, 192_000]) {
  const chunk = noise(rate * CHUNK_S, rate);
  const started = performance.now();
  const resampler = new Resampler(rate);
  const designMs = performance.now() - started;
  const ms = fastestMs(() => {
    for (let i = 0; i < ROUND_S / CHUNK_S; i++) resampler.push(chunk);
  });
  const delayMs = (1000 * resampler.delayInputSamples) / rate;
  console.log(`${rate} Hz: ${(ms / ROUND_S).toFixed(3)} ms per stream-second, waits ${delayMs.toFixed(1)} ms, filters made in ${designMs.toFixed(1)} ms`);
}

const mel = new MelColumns(FRONT_END_V1);
const samples = noise(22_050, 1);
let columns = 0;
const ms = fastestMs(() => {
  columns = 0;
  for (let i = 0; i < 60; i++) mel.push(samples, () => columns++);
});
console.log(`mel column: ${((1000 * ms) / columns).toFixed(1)} µs, ${(ms / 60).toFixed(3)} ms per stream-second`);
