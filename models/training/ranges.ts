/**
 * The largest magnitude in the output of each layer over music: what products in 16 bits are scaled by
 * (`models/kernels/products16.ts`). `--from MODEL --only ranges` measures those of a finished model.
 */
import * as tf from '@tensorflow/tfjs-core';
import { resolve } from 'node:path';
import { loadBundle, saveBundle } from '../model-folder.js';
import type { Manifest } from '../manifest.js';
import { describe } from '../network.js';
import type { Pack } from '../packs/pack.js';
import { applyLayers, weightTensors, zeroState } from '../tf-network.js';
import { requireSameFrontEnd } from './data/external.js';
import { melInputs, type Inputs } from './data/inputs.js';
import type { Progress } from './progress.js';
import { eachTrack } from './validate.js';

const DIGITS = 4;

export interface RangesOptions {
  /** Folder of the model. */
  readonly from: string;
  /** Folder for the model with the ranges. */
  readonly model: string;
  readonly name: string;
  readonly modelVersion: string;
}

/** Measures the ranges of a finished model over a pack; nothing else in it changes but its name and version. */
export async function addRanges(pack: Pack, { from, model, name, modelVersion }: RangesOptions, progress: Progress): Promise<void> {
  const { manifest, weights } = await loadBundle(resolve(from));
  requireSameFrontEnd({ ...pack, name: manifest.name, frontEnd: manifest.frontEnd }, pack);
  const ranges = measureRanges(manifest, weights, pack, melInputs(manifest.normalisation, manifest.frontEnd.bands), progress);
  const { weights: _, format: __, ...rest } = manifest;
  await saveBundle(resolve(model), { ...rest, name, version: modelVersion, ranges }, weights);
  progress.log(`ranges of the layers: ${ranges.join(', ')}; the model is in ${resolve(model)}`);
}

/** @returns a number for each layer but the last, above 0 */
export function measureRanges({ layers, normalisation, blockColumns }: Pick<Manifest, 'layers' | 'normalisation' | 'blockColumns'>, weights: Float32Array, pack: Pack, inputs: Inputs, progress: Progress): number[] {
  const description = describe(layers, inputs.size);
  const tensors = weightTensors(description, weights);
  const ranges = new Float64Array(layers.length);
  const measure = (layer: number, output: tf.Tensor): void => {
    ranges[layer] = Math.max(ranges[layer]!, tf.max(tf.abs(output)).dataSync()[0]!);
  };
  let done = 0;
  progress.begin(`ranges over ${pack.name}`, pack.tracks.length, 0);
  eachTrack(pack, pack.tracks, { blockColumns, normalisation, inputs }, (x) => applyLayers(description.layers, tensors, x, zeroState(description, x.shape[0]), measure).y, () => {
    progress.step(++done, '');
  });
  progress.end();
  tf.dispose(tensors);
  return [...ranges.subarray(0, -1)].map((range) => Math.max(Number.EPSILON, Number(range.toPrecision(DIGITS))));
}
