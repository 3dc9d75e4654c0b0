/**
 * Cost of networks on the WebAssembly backend: CPU ms per second of audio in batches of 64 and of 1,
 * with carried state and recomputed over the last 4 s for each block; also for larger and smaller
 * networks with random weights, which cost the same.
 *   npm run bench:network [-- --model DIR --model DIR … --rounds 41 --json]
 *
 * Each round measures everything once; ratios are taken within a round (`rounds.ts`). Medians are
 * shown.
 */
import { cpus } from 'node:os';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackend } from '../../models/tensorflow/backend.js';
import { loadBundle, type Bundle } from '../../models/model-folder.js';
import { median } from '../../models/metrics.js';
import type { Layer } from '../../models/layer-schema.js';
import { describe } from '../../models/network.js';
import { ARCHITECTURES, architecture } from '../../models/training/network/architectures.js';
import { randomBundle } from '../models/fixtures.js';
import { BATCH, carried, recomputed, WINDOW_S } from './network-variants.js';
import { measureRounds, type Variant } from './rounds.js';

interface Network {
  readonly name: string;
  readonly bundle: Bundle;
  readonly shipped: boolean;
}

/** One variant of running one network. */
interface NetworkVariant extends Variant {
  readonly network: Network;
  readonly key: 'msBatch64' | 'msBatch1' | 'msRecomputed' | 'msRecomputed1';
}

const { values: { model: folders, rounds, json } } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: ['models/genre-v2'] },
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
const variants = networks.flatMap((network, index) => variantsOf(network, index < models.length));
const measured = measureRounds(variants, Number(rounds));

const [reference] = measured;
const points = networks.map(({ name, bundle: { manifest: { layers, frontEnd } }, shipped }) => {
  const { parameters, multiplyAdds } = describe(layers, frontEnd.bands);
  const own = Object.fromEntries(variants.flatMap(({ network, key }, index) => (network.name === name ? [[key, median(measured[index]!)!]] : []))) as Record<NetworkVariant['key'], number>;
  const ratios = Object.fromEntries(variants.flatMap(({ network, key }, index) => (network.name === name ? [[key, median(measured[index]!.map((ms, round) => ms / reference![round]!))!]] : []))) as Record<NetworkVariant['key'], number>;
  return { name, parameters, multiplyAddsPerSecond: (multiplyAdds * frontEnd.sampleRate) / frontEnd.hop, shipped, ...own, ratios };
});
const machine = `${cpus()[0]?.model ?? 'an unknown processor'}, Node ${process.version}, WebAssembly on one thread, ${new Date().toISOString().slice(0, 10)}`;

if (json) {
  console.log(JSON.stringify({ machine, rounds: Number(rounds), points }));
} else {
  console.log(`${machine}; CPU ms for a second of audio, medians of ${rounds} rounds; × is against ${first.name} in a batch of ${BATCH}`);
  console.table(Object.fromEntries(points.map(({ name, parameters, multiplyAddsPerSecond, ratios, ...ms }) => {
    const cell = (key: NetworkVariant['key']): string => (ms[key] === undefined ? '' : `${ms[key].toPrecision(3)} (× ${ratios[key].toPrecision(3)})`);
    return [name, {
      parameters,
      'M mul-adds/s': (multiplyAddsPerSecond / 1e6).toFixed(2),
      [`batch of ${BATCH}`]: cell('msBatch64'),
      'batch of 1': cell('msBatch1'),
      [`recomputed over ${WINDOW_S} s, batch of ${BATCH}`]: cell('msRecomputed'),
      'recomputed, batch of 1': cell('msRecomputed1'),
    }];
  })));
}

/** Makes the name unique if several folders hold models of the same name. */
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

function variantsOf(network: Network, withRecomputed: boolean): NetworkVariant[] {
  const step = carried(network.bundle, noise);
  const window = withRecomputed ? recomputed(network.bundle, noise) : undefined;
  return [
    { network, key: 'msBatch64', ...step.batched },
    { network, key: 'msBatch1', ...step.single },
    ...(window === undefined ? [] : [{ network, key: 'msRecomputed', ...window.batched } as const, { network, key: 'msRecomputed1', ...window.single } as const]),
  ];
}

/** Random input around 0, like normalised levels. */
function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}
