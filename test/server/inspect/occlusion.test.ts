/** Where networks with known weights look, and whether the map of the shipped one passes the deletion test. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeLevels } from '../../../dsp/mel/level-bytes.js';
import { FRONT_END_V1, MelColumns } from '../../../dsp/mel/mel-columns.js';
import { toDecibels } from '../../../dsp/mel/decibels.simd.js';
import { loadBundle, type Bundle } from '../../../models/model-folder.js';
import { SimdStep } from '../../../models/step/simd-step.js';
import { measureRecording } from '../../../server/data-packs/measure-recording.js';
import { deletion, topCells } from '../../../server/inspect/deletion.js';
import { occlude, type Occlusion } from '../../../server/inspect/occlusion.js';
import { Probe } from '../../../server/inspect/probe.js';
import { DEMO_SAMPLE_RATE, DemoSynth } from '../../../server/sources/demo/synth.js';
import { randomBundle, seeded } from '../../models/fixtures.js';

const { bands } = FRONT_END_V1;
const MODEL = fileURLToPath(new URL('../../../../models/genre-v1', import.meta.url));
const TRACK = fileURLToPath(new URL('../../../../../shared/data/gtzan/audio/metal.00007.flac', import.meta.url));

/** A network of two labels whose log odds are the mean level of some bands, remembered for about a second. */
function lookingAt(from: number, to: number): Bundle {
  const { manifest, weights } = randomBundle([{ type: 'dense', units: 1, activation: 'linear' }, { type: 'statistics', memoryColumns: 12 }, { type: 'dense', units: 2, activation: 'linear' }]);
  weights.fill(0);
  for (let band = from; band < to; band++) weights[band] = 1 / (to - from);
  weights[bands + 1] = 3; // after the bias: the mean of the first unit, to the first label
  return { manifest, weights };
}

/** Levels that wander in all bands, about -20 dB. */
function noise(columns: number, seed = 3): Uint8Array {
  const random = seeded(seed);
  return Uint8Array.from({ length: columns * bands }, () => 110 + 30 * random());
}

async function mapOf({ manifest, weights }: Bundle, levels: Uint8Array, label?: number, from = 0): Promise<{ probe: Probe; map: Occlusion }> {
  const probe = Probe.of(manifest, new SimdStep({ manifest, weights }), { levels, fromColumn: from, toColumn: levels.length / bands }, label)!;
  return { probe, map: await occlude(probe, manifest.frontEnd) };
}

test('a network that looks at some bands only shows these bands', async () => {
  const { map } = await mapOf(lookingAt(16, 24), noise(120), 0);
  const strength = Array.from({ length: map.up }, (_, y) => {
    let sum = 0;
    for (let x = 0; x < map.across; x++) sum += Math.abs(map.falls[x * map.up + y]!);
    return sum / map.across;
  });
  assert.is(map.up, 16);
  // Bands 16 to 23 are cells 4 and 5; patches of two cells reach one cell further.
  for (const [y, value] of strength.entries()) {
    if (y < 3 || y > 6) assert.ok(value < 1e-4, `cell ${y}: ${value}`);
  }
  assert.ok(Math.min(strength[4]!, strength[5]!) > 2 * Math.max(strength[3]!, strength[6]!, 1e-4), strength.join(' '));
});

test('it shows when, too: a burst speaks for the label, and what comes after it is not the cause', async () => {
  const levels = new Uint8Array(144 * bands).fill(110);
  for (let column = 60; column < 72; column++) levels.fill(150, column * bands + 16, column * bands + 24);
  const { map } = await mapOf(lookingAt(16, 24), levels, 0);
  const [best] = topCells(map);
  const [x, y] = [Math.floor(best! / map.up), best! % map.up];
  assert.ok(x * map.cellColumns >= 60 - map.cellColumns && x * map.cellColumns < 72, `column ${x * map.cellColumns}`);
  assert.ok(y === 4 || y === 5, `cell ${y}`);
  assert.ok(map.falls[best!]! > 0.05);
  // The same sound speaks against the other label.
  const { map: other } = await mapOf(lookingAt(16, 24), levels, 1);
  assert.ok(Math.abs(other.falls[best!]! + map.falls[best!]!) < 1e-4);
});

test('nothing hidden is the network’s own answer, with the memory of what came before', async () => {
  const levels = noise(200);
  const bundle = lookingAt(0, 64);
  const whole = Probe.of(bundle.manifest, new SimdStep(bundle), { levels, fromColumn: 0, toColumn: 200 })!;
  assert.ok(Math.abs(whole.logOdds - whole.logOddsWithout([[]])[0]!) < 1e-5);
  assert.ok(Math.abs(whole.logOdds - Math.log(whole.probabilities[whole.label]! / (1 - whole.probabilities[whole.label]!))) < 1e-5);
  const late = Probe.of(bundle.manifest, new SimdStep(bundle), { levels, fromColumn: 101, toColumn: 150 })!;
  assert.equal([late.fromColumn, late.columns], [100, 52], 'whole blocks');
  const alone = Probe.of(bundle.manifest, new SimdStep(bundle), { levels: levels.subarray(100 * bands), fromColumn: 0, toColumn: 52 })!;
  assert.not.equal(late.logOdds, alone.logOdds);
});

test('silence has no map, a stretch shorter than a patch has one, and all of it is filled', async () => {
  const bundle = lookingAt(16, 24);
  assert.is(Probe.of(bundle.manifest, new SimdStep(bundle), { levels: new Uint8Array(40 * bands), fromColumn: 0, toColumn: 40 }), undefined);
  const { map } = await mapOf(bundle, noise(3));
  assert.equal([map.across, map.up], [1, 16]);
  assert.ok(map.falls.every(Number.isFinite));
});

test('it ends when it is told to', async () => {
  const bundle = lookingAt(16, 24);
  const probe = Probe.of(bundle.manifest, new SimdStep(bundle), { levels: noise(120), fromColumn: 0, toColumn: 120 })!;
  const stop = new AbortController();
  const shares: number[] = [];
  const reason = await occlude(probe, bundle.manifest.frontEnd, {
    signal: stop.signal,
    onProgress: (share) => {
      shares.push(share);
      if (shares.length === 2) stop.abort(new Error('enough'));
    },
  }).then(() => '', (error: Error) => error.message);
  assert.equal([reason, shares.length], ['enough', 2]);
});

test('the deletion test on the demo’s music: hiding what the map calls important lowers the answer more than chance', async () => {
  const columns: number[] = [];
  new MelColumns(FRONT_END_V1).push(new DemoSynth(3, DEMO_SAMPLE_RATE).render(8 * DEMO_SAMPLE_RATE), (power) => {
    const levels = Float32Array.from(power);
    toDecibels(levels);
    const bytes = new Uint8Array(bands);
    encodeLevels(levels, bytes, 0);
    columns.push(...bytes);
  });
  const { probe, map } = await mapOf(await loadBundle(MODEL), Uint8Array.from(columns));
  const { topFall, randomFall, beaten, draws } = deletion(probe, map);
  assert.ok(topFall > randomFall + 0.2 && beaten === draws, `${topFall} against ${randomFall}, ${beaten} of ${draws}`);
});

if (existsSync(TRACK)) {
  test('the deletion test on a recording', async () => {
    const levels = (await measureRecording(TRACK, FRONT_END_V1, []))!.levels.subarray(0, 92 * bands);
    const { probe, map } = await mapOf(await loadBundle(MODEL), levels);
    const { topFall, randomFall, beaten, draws } = deletion(probe, map);
    console.log(`metal.00007.flac, 8 s: the log odds fall by ${topFall.toFixed(2)} without the top tenth, by ${randomFall.toFixed(2)} without a random one`);
    assert.ok(topFall > randomFall + 0.5 && beaten === draws, `${topFall} against ${randomFall}, ${beaten} of ${draws}`);
  });
} else console.log(`Skipped: the deletion test on a recording; there is none at ${TRACK}`);

test.run();
