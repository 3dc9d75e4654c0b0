/**
 * The embedding of music: a linear function of the last layer's inputs, at a point near those of music that is
 * alike. Its columns are appended to the last layer only where they are asked for, so that live streams don't pay
 * for them; as the function is linear, the mean over a track's blocks is the embedding of the track.
 */
import type { Layer } from './layer-schema.js';
import type { Bundle } from './model-folder.js';
import { outputCount, type Manifest } from './manifest.js';

/** Values that the network gives for each block after its probabilities; 0 unless `withEmbedding` was there. */
export function embeddingOutputs({ layers, ...manifest }: Pick<Manifest, 'layers' | 'labels' | 'kinds' | 'outside' | 'tags' | 'mixture'>): number {
  const last = layers.at(-1)!;
  return last.type === 'dense' ? last.units - outputCount(manifest) : 0;
}

/**
 * The model with the embedding as further outputs of its last layer; all other outputs are the same.
 * @returns the bundle itself if it has none
 */
export function withEmbedding(bundle: Bundle): Bundle {
  const { manifest, weights, embedding } = bundle;
  if (!embedding || !manifest.embedding || embeddingOutputs(manifest) > 0) return bundle;
  const { size } = manifest.embedding;
  const outputs = outputCount(manifest);
  const rows = embedding.length / size;
  const start = weights.length - rows * outputs;
  const widened = new Float32Array(new SharedArrayBuffer(4 * (start + rows * (outputs + size))));
  widened.set(weights.subarray(0, start));
  // Rows of the kernel, then the bias.
  for (let row = 0; row < rows; row++) {
    const to = start + row * (outputs + size);
    widened.set(weights.subarray(start + row * outputs, start + (row + 1) * outputs), to);
    widened.set(embedding.subarray(row * size, (row + 1) * size), to + outputs);
  }
  return { manifest: { ...manifest, layers: [...manifest.layers.slice(0, -1), { ...manifest.layers.at(-1)!, units: outputs + size } as Layer] }, weights: widened, embedding };
}

/** Length 1; undefined where there is nothing, or a vector without a direction. */
export function unitVector(values: ArrayLike<number>): Float32Array | undefined {
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += values[index]! ** 2;
  return squares > 0 && Number.isFinite(squares) ? Float32Array.from(values, (value) => value / Math.sqrt(squares)) : undefined;
}
