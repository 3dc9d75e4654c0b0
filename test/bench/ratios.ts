/**
 * Cost ratios: mel columns against meyda, essentia.js and textbook code, and the incremental network
 * against one that recomputes the last 4 s for each block; same audio, same machine, one run.
 *   npm run bench:peers     (once: installs meyda and essentia.js for this benchmark only)
 *   npm run bench [-- --rounds 21 --model DIR --keep --json]
 *
 * First the results of all variants are compared. Ratios are of CPU time within a round (`rounds.ts`);
 * medians are shown. Run with `--single-threaded-gc`, so that each variant pays for its own garbage.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { Normaliser } from '../../dsp/mel/normalise.js';
import { startBackend } from '../../models/tensorflow/backend.js';
import { blockMs } from '../../models/manifest.js';
import { loadBundle } from '../../models/model-folder.js';
import { median } from '../../models/metrics.js';
import { Step } from '../../models/step/tf-step.js';
import { DemoSynth } from '../../server/sources/demo/synth.js';
import { largestRelativeDifference, levelCorrelation } from './agreement.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { table } from './live/table.js';
import { recomputedColumns, edgesHz, eachColumnOnce, ours, textbookColumn, windowsOf } from './mel-variants.js';
import { BATCH, carried, recomputed, WINDOW_S, largestDifference, type BatchVariants, type Levels } from './network-variants.js';
import { PEERS } from './peers.js';
import { measureRounds, ratioOf, type Ratio, type Variant } from './rounds.js';

const SEED = 181;
/** Length of the test audio; recomputing variants need some of it before their first full block. */
const SOUND_S = 16;
/** Target ratios: how many times our cost the others should at least have. */
const GOALS = { meyda: 30, recomputed: 6 };
/** Tolerances: relative difference for textbook columns, absolute for probabilities, correlation for peers' levels. */
const NEAR = 1e-4;
const ALIKE = 0.9;

interface Figure {
  readonly what: string;
  readonly against: string;
  readonly unit: 'µs a column' | 'ms a second';
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: Ratio;
  readonly goal?: number;
  readonly met?: boolean;
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/genre-v2' },
    rounds: { type: 'string', default: '21' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const machine = thisMachine();
  const rounds = wholeNumber('rounds', values.rounds, 1, 1000);
  const bundle = await loadBundle(resolve(values.model));
  const { manifest } = bundle;
  const { frontEnd, blockColumns } = manifest;
  const samples = new DemoSynth(SEED, frontEnd.sampleRate).render(SOUND_S * frontEnd.sampleRate);
  const notes: string[] = [];

  // Mel columns, with a check that they agree.
  const windows = windowsOf(samples, frontEnd);
  const columns = columnsOf(samples, frontEnd);
  const textbook = textbookColumn(frontEnd);
  const variants: Record<string, Variant> = {
    ours: ours(samples, frontEnd),
    textbook: eachColumnOnce(windows, frontEnd, textbook),
    textbookAgain: recomputedColumns(windows, frontEnd, blockColumns, textbook),
  };
  const textbookDiffers = largestRelativeDifference(windows.flatMap(textbook), columns.flat());
  if (textbookDiffers > NEAR) throw new Error(`Textbook code gives other columns: they differ by ${textbookDiffers}.`);
  notes.push(`Columns: textbook code gives ours to ${textbookDiffers.toExponential(0)}, relatively.`);

  const correlations: Record<string, number> = {};
  const peers = Object.entries(PEERS).flatMap(([packageName, make]) => {
    const peer = make(frontEnd);
    if (peer === undefined) {
      notes.push(`${packageName} is not installed and left out: npm run bench:peers`);
      return [];
    }
    const correlation = levelCorrelation(
      { centresHz: peer.centresHz, columns: windows.map((samples) => Array.from(peer.column(samples), peer.power)) },
      { centresHz: edgesHz(frontEnd).slice(1, -1), columns },
    );
    correlations[peer.name] = correlation;
    notes.push(`${peer.name}: its levels and ours correlate by ${correlation.toFixed(4)}${correlation < ALIKE ? ', so IT COMPUTES SOMETHING ELSE' : ''}. Counted: ${peer.counted}.`);
    variants[packageName] = eachColumnOnce(windows, frontEnd, peer.column);
    return [{ packageName, ...peer }];
  });

  // The network, also on the native backend if it loads.
  const levels = levelsFrom(normalised(columns.flat(), frontEnd, new Normaliser(manifest.normalisation, frontEnd.bands)));
  const native = await nativeVariants(() => carried(bundle, levels, new Step(bundle)));
  if (typeof native === 'string') notes.push(`Left out: ${native}`);
  else Object.assign(variants, { nativeBatched: on('tensorflow', native.batched), nativeSingle: on('tensorflow', native.single) });
  await startBackend('wasm');
  const networkDiffers = largestDifference(bundle, levels);
  if (networkDiffers > NEAR) throw new Error(`The network recomputed gives other probabilities: they differ by ${networkDiffers}.`);
  notes.push(`Network: after a stream's first ${WINDOW_S} s both ways give the same probabilities to ${networkDiffers.toExponential(0)}; after that the carried one has heard more.`);
  const step = carried(bundle, levels);
  const tensors = carried(bundle, levels, new Step(bundle));
  const window = recomputed(bundle, levels);
  Object.assign(variants, {
    stepBatched: on('wasm', step.batched),
    stepSingle: on('wasm', step.single),
    tensorsBatched: on('wasm', tensors.batched),
    tensorsSingle: on('wasm', tensors.single),
    windowBatched: on('wasm', window.batched),
    windowSingle: on('wasm', window.single),
  });

  const names = Object.keys(variants);
  const measured = measureRounds(Object.values(variants), rounds);
  const of = (...parts: string[]): number[] => parts.map((name) => measured[names.indexOf(name)]!).reduce((sum, part) => sum.map((ms, round) => ms + part[round]!));
  const columnUs = (1e3 * frontEnd.hop) / frontEnd.sampleRate;
  const figure = (what: string, unit: Figure['unit'], our: number[], against: string, their: number[], goal?: number): Figure => {
    const scale = unit === 'ms a second' ? 1 : columnUs;
    const ratio = ratioOf(their, our);
    return { what, against, unit, ours: scale * median(our)!, theirs: scale * median(their)!, ratio, ...(goal === undefined ? {} : { goal, met: ratio.median >= goal }) };
  };
  const recomputing = `all of the last ${WINDOW_S} s at each block`;
  const batched = `batch of ${BATCH}`;
  const figures = [
    ...peers.map(({ packageName, name }) => figure('mel column', 'µs a column', of('ours'), name, of(packageName), packageName === 'meyda' ? GOALS.meyda : undefined)),
    figure('mel column', 'µs a column', of('ours'), 'textbook code, each column once', of('textbook')),
    figure('mel column', 'µs a column', of('ours'), `textbook code, ${recomputing}`, of('textbookAgain'), GOALS.recomputed),
    figure(`network, ${batched}`, 'ms a second', of('stepBatched'), recomputing, of('windowBatched'), GOALS.recomputed),
    figure('network, batch of 1', 'ms a second', of('stepSingle'), recomputing, of('windowSingle'), GOALS.recomputed),
    figure(`columns and network, ${batched}`, 'ms a second', of('ours', 'stepBatched'), `both, ${recomputing}`, of('textbookAgain', 'windowBatched'), GOALS.recomputed),
    figure(`network, ${batched}`, 'ms a second', of('stepBatched'), 'the same on TensorFlow.js\'s WebAssembly', of('tensorsBatched')),
    figure('network, batch of 1', 'ms a second', of('stepSingle'), 'the same on TensorFlow.js\'s WebAssembly', of('tensorsSingle')),
    figure(`network, ${batched}, per stream`, 'ms a second', of('stepBatched'), 'batch of 1', of('stepSingle')),
    ...(names.includes('nativeBatched') ? [
      figure(`network, native, ${batched}`, 'ms a second', of('nativeBatched'), 'WebAssembly', of('stepBatched')),
      figure('network, native, batch of 1', 'ms a second', of('nativeSingle'), 'WebAssembly', of('stepSingle')),
    ] : []),
  ];

  const result = { machine, model: `${manifest.name} ${manifest.version}`, rounds, blockMs: blockMs(manifest), figures, agreement: { textbookDiffers, networkDiffers, correlations }, notes };
  if (values.json) console.log(JSON.stringify(result));
  else console.log(`${describeMachine(machine)}; ${result.model} on WebAssembly, CPU time, medians of ${rounds} rounds\n\n${rows(figures)}\n\n${notes.map((note) => `- ${note}`).join('\n')}`);
  if (values.keep) await saveRun(machine, { 'bench.json': JSON.stringify(result) });
});

function rows(figures: readonly Figure[]): string {
  return table(['livegenre\'s', 'against', 'livegenre', 'the other', 'times as much', 'middle half', 'goal'], figures.map(({ what, against, unit, ratio, goal, met, ...cost }) => [
    `${what}, ${unit}`, against, short(cost.ours), short(cost.theirs), short(ratio.median),
    ratio.middleHalf.map(short).join(' to '), goal === undefined ? '' : `${goal}: ${met ? 'met' : 'missed'}`,
  ]));
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** [column][band] of mel power. */
function columnsOf(samples: Float32Array, frontEnd: FrontEnd): number[][] {
  const all: number[][] = [];
  new MelColumns(frontEnd, simdColumnTransform(frontEnd)).push(samples, (power) => all.push([...power]));
  return all;
}

/** @param power [column × bands] */
function normalised(power: readonly number[], { bands }: FrontEnd, normaliser: Normaliser): Float32Array {
  const all = Float32Array.from(power, (value) => 10 * Math.log10(value));
  const out = new Float32Array(all.length);
  for (let at = 0; at < all.length; at += bands) normaliser.levels(all.subarray(at, at + bands), out, at);
  return out;
}

/** Consecutive parts of the audio, repeated; each stream gets a different one. */
function levelsFrom(all: Float32Array): Levels {
  let at = 0;
  return (length) => Float32Array.from({ length }, () => all[at++ % all.length]!);
}

/** @returns the variants, or why there are none */
async function nativeVariants(make: () => BatchVariants): Promise<BatchVariants | string> {
  try {
    await startBackend('native');
  } catch (error) {
    return (error as Error).message;
  }
  return make();
}

/** setBackend takes effect immediately for a started backend, although it returns a promise. */
function on(backend: 'tensorflow' | 'wasm', way: Variant): Variant {
  return { ...way, before: () => void (tf.getBackend() === backend || tf.setBackend(backend)) };
}
