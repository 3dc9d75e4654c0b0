/**
 * What networks cost on the WebAssembly backend: CPU ms for a second of audio in a batch of 64 and
 * in a batch of 1, with carried state, and computed afresh over the last 4 s for each block; beside
 * them larger and smaller networks (random weights: they cost the same).
 *
 *   npm run bench:network [-- --model DIR --model DIR … --rounds 41 --json]
 *
 * Every round measures everything once, one after the other, and the ratios are taken within a
 * round: what else runs on the machine slows all of a round down alike. Shown are medians.
 */
import { cpus } from 'node:os';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../models/backend.js';
import { blockMs, loadBundle, type Bundle } from '../../models/bundle.js';
import { median } from '../../models/metrics.js';
import { describe, forward, weightTensors, type Layer } from '../../models/network.js';
import { Step } from '../../models/step.js';
import { ARCHITECTURES, architecture } from '../../models/training/architectures.js';
import { randomBundle } from '../models/fixtures.js';

const BATCH = 64;
const WINDOW_S = 4;
/** Runs of a batch of 1 that are timed together, one for each of as many streams. */
const SINGLES = 16;
/** Until everything is compiled and the backend's memory has grown. */
const WARM_ROUNDS = 5;

interface Network {
  readonly name: string;
  readonly bundle: Bundle;
  readonly shipped: boolean;
}

/** One way of computing one network. */
interface Way {
  readonly network: Network;
  readonly key: 'msBatch64' | 'msBatch1' | 'msRecomputed' | 'msRecomputed1';
  /** Seconds of audio that `run` covers. */
  readonly audioS: number;
  run(): void;
}

const { values: { model: folders, rounds, json } } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: ['models/genre-v1'] },
    rounds: { type: 'string', default: '41' },
    json: { type: 'boolean', default: false },
  },
});

await startBackend('wasm');
const models = await Promise.all(folders.map(async (folder): Promise<Network> => {
  const bundle = await loadBundle(resolve(folder));
  return { name: bundle.manifest.name, bundle, shipped: folder === folders[0] };
}));
const first = models[0]!;
const networks = [...models.map((network, index) => ({ ...network, name: named(network.name, index) })), ...candidates(first)];
const ways = networks.flatMap((network, index) => [...carried(network), ...(index < models.length ? recomputed(network) : [])]);

for (let warm = 0; warm < WARM_ROUNDS; warm++) for (const { run } of ways) run();
const measured = ways.map((): number[] => []); // [way][round]
for (let round = 0; round < Number(rounds); round++) {
  // Each round begins elsewhere, so that nothing always runs after the same neighbour.
  for (let turn = 0; turn < ways.length; turn++) {
    const index = (round + turn) % ways.length;
    const { run, audioS } = ways[index]!;
    run(); // brings its weights into the caches, as in a server that does nothing else
    measured[index]!.push(cpuMs(run) / audioS);
  }
}

const [reference] = measured;
const points = networks.map(({ name, bundle: { manifest: { layers, frontEnd } }, shipped }) => {
  const { parameters, multiplyAdds } = describe(layers, frontEnd.bands);
  const own = Object.fromEntries(ways.flatMap(({ network, key }, index) => (network.name === name ? [[key, median(measured[index]!)!]] : []))) as Record<Way['key'], number>;
  const ratios = Object.fromEntries(ways.flatMap(({ network, key }, index) => (network.name === name ? [[key, median(measured[index]!.map((ms, round) => ms / reference![round]!))!]] : []))) as Record<Way['key'], number>;
  return { name, parameters, multiplyAddsPerSecond: (multiplyAdds * frontEnd.sampleRate) / frontEnd.hop, shipped, ...own, ratios };
});
const machine = `${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.version}, WebAssembly on one thread, ${new Date().toISOString().slice(0, 10)}`;

if (json) {
  console.log(JSON.stringify({ machine, rounds: Number(rounds), points }));
} else {
  console.log(`${machine}; CPU ms for a second of audio, medians of ${rounds} rounds; × is against ${first.name} in a batch of ${BATCH}`);
  console.table(Object.fromEntries(points.map(({ name, parameters, multiplyAddsPerSecond, ratios, ...ms }) => {
    const cell = (key: Way['key']): string => (ms[key] === undefined ? '' : `${ms[key].toPrecision(3)} (× ${ratios[key].toPrecision(3)})`);
    return [name, {
      parameters,
      'M mul-adds/s': (multiplyAddsPerSecond / 1e6).toFixed(2),
      [`batch of ${BATCH}`]: cell('msBatch64'),
      'batch of 1': cell('msBatch1'),
      [`afresh over ${WINDOW_S} s, batch of ${BATCH}`]: cell('msRecomputed'),
      'afresh, batch of 1': cell('msRecomputed1'),
    }];
  })));
}

/** Two folders may hold models of one name. */
function named(name: string, index: number): string {
  return models.findIndex((other) => other.name === name) === index ? name : `${name} (${basename(folders[index]!)} ${index + 1})`;
}

/** The first model with wider and narrower layers, and the architectures that `train` knows. */
function candidates({ name, bundle: { manifest: { layers, frontEnd, blockColumns } } }: Network): Network[] {
  const outputs = describe(layers, frontEnd.bands).outputs;
  const widths = [0.5, 1.5, 2, 3].map((factor) => ({ name: `${name}, ${factor} × as wide`, layers: widened(layers, factor) }));
  const others = ARCHITECTURES.map((arch) => ({ name: `--arch ${arch}`, layers: architecture(arch, outputs, frontEnd.bands) }));
  const known = new Set(models.map((model) => JSON.stringify(model.bundle.manifest.layers)));
  return [...widths, ...others].filter((candidate) => !known.has(JSON.stringify(candidate.layers))).map((candidate) => {
    const bundle = randomBundle(candidate.layers, frontEnd.bands);
    return { name: candidate.name, bundle: { ...bundle, manifest: { ...bundle.manifest, frontEnd, blockColumns } }, shipped: false };
  });
}

function widened(layers: readonly Layer[], factor: number): Layer[] {
  return layers.map((layer, index) => {
    if (layer.type === 'conv2d') return { ...layer, filters: Math.round(layer.filters * factor) };
    if ('units' in layer && index < layers.length - 1) return { ...layer, units: Math.round(layer.units * factor) };
    return layer;
  });
}

/** Block by block with carried state, as streams are scored. */
function carried(network: Network): Way[] {
  const { bundle: { manifest } } = network;
  const step = new Step(network.bundle);
  const states = Array.from({ length: BATCH }, () => step.newState());
  const blocks = Array.from({ length: BATCH }, () => noise(manifest.blockColumns * manifest.frontEnd.bands));
  const blockS = blockMs(manifest) / 1000;
  return [
    { network, key: 'msBatch64', audioS: BATCH * blockS, run: () => void step.run(blocks, states) },
    {
      network,
      key: 'msBatch1',
      audioS: SINGLES * blockS,
      run: () => {
        for (let index = 0; index < SINGLES; index++) step.run([blocks[index]!], [states[index]!]);
      },
    },
  ];
}

/** All columns of the last 4 s again for each block, from a state that has heard nothing. */
function recomputed(network: Network): Way[] {
  const { bundle: { manifest, weights } } = network;
  const { bands, sampleRate, hop } = manifest.frontEnd;
  const description = describe(manifest.layers, bands);
  const tensors = weightTensors(description, weights);
  const columns = Math.ceil((WINDOW_S * sampleRate) / hop / description.stride) * description.stride;
  const blockS = blockMs(manifest) / 1000;
  const window = (batch: number): (() => void) => {
    const values = noise(batch * columns * bands);
    return () => tf.tidy(() => {
      const logits = forward(description, tensors, tf.tensor3d(values, [batch, columns, bands]));
      tf.slice(logits, [0, logits.shape[1] - 1, 0], [-1, 1, -1]).dataSync();
    });
  };
  return [
    { network, key: 'msRecomputed', audioS: BATCH * blockS, run: window(BATCH) },
    { network, key: 'msRecomputed1', audioS: blockS, run: window(1) },
  ];
}

/** Normalised levels lie about 0. */
function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
