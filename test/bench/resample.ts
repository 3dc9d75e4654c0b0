/**
 * What the front of the pipe costs and how true it is: for each input rate resampled to 22,050 Hz,
 * CPU per second of sound, time waited, flatness, what is left of aliases and images, and shift;
 * and the cost of a mel column.
 *
 *   npm run build && node dist/test/bench/resample.js
 */
import { cpus } from 'node:os';
import { FRONT_END_V1, MelColumns } from '../../dsp/mel/mel-columns.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { fitTone, noise, sineLevelDb, tone } from '../dsp/signals.js';

const RATES = [8000, 11_025, 16_000, 24_000, 32_000, 37_800, 44_100, 44_101, 48_000, 88_200, 96_000, 192_000];
const OUT = 22_050;
const CHUNK_S = 0.1;
const ROUND_S = 20;
const ROUNDS = 7;
const TONES = 100;

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

function cost(rate: number) {
  const chunk = noise(rate * CHUNK_S, rate);
  const resampler = new Resampler(rate);
  const ms = fastestMs(() => {
    for (let i = 0; i < ROUND_S / CHUNK_S; i++) resampler.push(chunk);
  });
  return { 'ms per stream-second': (ms / ROUND_S).toFixed(3), 'waits ms': ((1000 * resampler.delayInputSamples) / rate).toFixed(1) };
}

/** Half a second of a tone, from 50 ms to 450 ms. */
function steady(hz: number, rate: number): Float32Array {
  const resampler = new Resampler(rate);
  return Float32Array.from([...resampler.push(tone(rate / 2, hz, rate)), ...resampler.flush()]).slice(OUT / 20, -OUT / 20);
}

function quality(rate: number) {
  const half = Math.min(rate, OUT) / 2;
  let [ripple, rest, alias] = [0, -Infinity, -Infinity];
  for (let i = 1; i < TONES; i++) {
    const hz = (half * i) / TONES;
    const fit = fitTone(steady(hz, rate), hz, OUT);
    if (hz <= 0.9 * half) ripple = Math.max(ripple, Math.abs(fit.amplitudeDb));
    rest = Math.max(rest, fit.restDb);
    const above = OUT / 2 + ((rate - OUT) / 2) * (i / TONES);
    if (rate > OUT) alias = Math.max(alias, sineLevelDb(steady(above, rate)));
  }
  const { phase } = fitTone(steady(1000, rate), 1000, OUT);
  const shift = Math.sin((2 * Math.PI * 1000 * Math.floor(OUT / 20)) / OUT - phase) / (2 * Math.PI * 1000);
  return {
    'ripple dB': ripple.toFixed(5),
    'beside a tone dB': rest.toFixed(1),
    'aliases dB': rate > OUT ? alias.toFixed(1) : '',
    'shift µs': (1e6 * shift).toFixed(4),
  };
}

console.log(`${cpus()[0]?.model}, Node ${process.version}, chunks of ${1000 * CHUNK_S} ms`);
console.table(Object.fromEntries(RATES.map((rate) => [rate, { ...cost(rate), ...quality(rate) }])));

const mel = new MelColumns(FRONT_END_V1);
const samples = noise(OUT, 1);
let columns = 0;
const ms = fastestMs(() => {
  columns = 0;
  for (let i = 0; i < 60; i++) mel.push(samples, () => columns++);
});
console.log(`mel column: ${((1000 * ms) / columns).toFixed(1)} µs, ${(ms / 60).toFixed(3)} ms per stream-second`);
