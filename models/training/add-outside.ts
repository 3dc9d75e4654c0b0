/**
 * `--from MODEL --only outside`: adds the output for music of none of the labels to a finished model, or
 * fits it again. No other weight changes.
 */
import { resolve } from 'node:path';
import type { Bundle } from '../model-folder.js';
import { loadBundle, saveBundle } from '../model-folder.js';
import { OUTSIDE_SMOOTHING, outsideOutput, type Manifest } from '../manifest.js';
import { describe } from '../network.js';
import type { Pack } from '../packs/pack.js';
import { requireSameFrontEnd } from './data/external.js';
import { melInputs } from './data/inputs.js';
import { trunkOf } from './head/head.js';
import { withOutputs } from './head/last-layer.js';
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
  const { weights: _, format: __, embedding, ...rest } = changed;
  const trainedOn = `${manifest.trainedOn.replace(/; music of none of the labels: [^;]*/, '')}; music of none of the labels: ${outside.tracks.length} tracks`;
  await saveBundle(resolve(model), { ...rest, name, version: modelVersion, trainedOn }, weights, embedding && { size: embedding.size, values: bundle.embedding! });
  progress.log(`${outside.tracks.length} tracks of none of the labels against ${inside.reduce((sum, { tracks }) => sum + tracks.length, 0)} others; the model is in ${resolve(model)}`);
}

/** The model with this regression as its output for music of none of the labels, in the place of the one that it may have; all other weights are the same. */
export function withOutside(bundle: Bundle, fitted: Regression): Bundle {
  const { manifest } = bundle;
  const { layers, weights } = withOutputs(bundle, fitted, outsideOutput(manifest), manifest.outside ? 1 : 0);
  const { unknownBelow: _, ...smoothing } = manifest.smoothing;
  const own: Manifest = { ...manifest, outside: true, layers, smoothing: { ...smoothing, outside: manifest.smoothing.outside ?? OUTSIDE_SMOOTHING } };
  return { manifest: own, weights };
}
