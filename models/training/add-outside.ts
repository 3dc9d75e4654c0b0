/**
 * `--from MODEL --only outside`: adds the output for music of none of the labels to a finished model, or
 * fits it again. No other weight changes.
 */
import { resolve } from 'node:path';
import type { Bundle } from '../model-folder.js';
import { loadBundle, saveBundle } from '../model-folder.js';
import { OUTSIDE_SMOOTHING, outputCount, type Manifest } from '../manifest.js';
import { describe } from '../network.js';
import type { Pack } from '../packs/pack.js';
import { requireSameFrontEnd } from './data/external.js';
import { melInputs } from './data/inputs.js';
import { trunkOf } from './head/head.js';
import { fitOutside } from './head/outside.js';
import type { Regression } from './head/regression.js';
import { frozenLayers } from './network/frozen.js';
import type { Progress } from './progress.js';

export interface AddOutsideOptions {
  /** Folder of the model. */
  readonly from: string;
  /** Folder for the model with the output. */
  readonly model: string;
  readonly name: string;
  readonly modelVersion: string;
  readonly seed: number;
}

/**
 * @param inside packs of music that has one of the labels
 * @param outside pack of music that has none
 */
export async function addOutside(inside: readonly Pack[], outside: Pack, { from, model, name, modelVersion, seed }: AddOutsideOptions, progress: Progress): Promise<void> {
  const bundle = await loadBundle(resolve(from));
  const { manifest } = bundle;
  for (const pack of [...inside, outside]) requireSameFrontEnd({ ...pack, name: manifest.name, frontEnd: manifest.frontEnd }, pack);
  const { normalisation, blockColumns, layers, frontEnd } = manifest;
  const options = {
    normalisation, blockColumns, seed,
    inputs: melInputs(normalisation, frontEnd.bands),
    lastLayer: layers.length - 1,
    trunk: trunkOf(describe(layers, frontEnd.bands)),
  };
  const fitted = fitOutside(frozenLayers(bundle), inside, outside, options, progress);
  const { manifest: changed, weights } = withOutside(bundle, fitted);
  const { weights: _, format: __, ...rest } = changed;
  const trainedOn = `${manifest.trainedOn.replace(/; music of none of the labels: .*$/, '')}; music of none of the labels: ${outside.tracks.length} tracks`;
  await saveBundle(resolve(model), { ...rest, name, version: modelVersion, trainedOn }, weights);
  progress.log(`${outside.tracks.length} tracks of none of the labels against ${inside.reduce((sum, { tracks }) => sum + tracks.length, 0)} others; the model is in ${resolve(model)}`);
}

/** The model with this regression as its last output, in the place of the one that it may have; all other weights are the same. */
export function withOutside({ manifest, weights }: Bundle, { kernel, bias }: Regression): Bundle {
  const { outside: _, ...without } = manifest;
  const kept = outputCount(without);
  const before = outputCount(manifest);
  const last = manifest.layers.at(-1)!;
  if (last.type !== 'dense' || last.activation !== 'linear') throw new Error('The last layer must be dense and linear.');
  const width = kernel.length;
  const start = weights.length - (width + 1) * before;
  const changed = new Float32Array(new SharedArrayBuffer(4 * (start + (width + 1) * (kept + 1))));
  changed.set(weights.subarray(0, start));
  // Rows of the kernel, then the bias.
  for (let row = 0; row <= width; row++) {
    const to = start + row * (kept + 1);
    changed.set(weights.subarray(start + row * before, start + row * before + kept), to);
    changed[to + kept] = row < width ? kernel[row]! : bias[0]!;
  }
  const { unknownBelow: __, ...smoothing } = manifest.smoothing;
  const own: Manifest = {
    ...manifest,
    outside: true,
    layers: [...manifest.layers.slice(0, -1), { ...last, units: kept + 1 }],
    smoothing: { ...smoothing, outside: manifest.smoothing.outside ?? OUTSIDE_SMOOTHING },
  };
  return { manifest: own, weights: changed };
}
