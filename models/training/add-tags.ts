/**
 * `--from MODEL --only tags --teacher DIR`: adds outputs for tags beside the genre to a finished model, or fits
 * them again. No other weight changes.
 */
import { resolve } from 'node:path';
import { firstTag, type Manifest, type ModelTag } from '../manifest.js';
import type { Bundle } from '../model-folder.js';
import { loadBundle, saveBundle } from '../model-folder.js';
import type { AddOutsideOptions } from './add-outside.js';
import { requireSameFrontEnd } from './data/external.js';
import { melInputs } from './data/inputs.js';
import type { Teacher } from './data/teacher.js';
import { fitTags } from './head/fit-tags.js';
import { withOutputs } from './head/last-layer.js';
import type { Regression } from './head/regression.js';
import { frozenLayers } from './network/frozen.js';
import type { Progress } from './progress.js';

/** @param teacher music with the teachers' answers */
export async function addTags(teacher: Teacher, { from, model, name, modelVersion, mostTags, seed }: AddOutsideOptions & { readonly mostTags: number }, progress: Progress): Promise<void> {
  const bundle = await loadBundle(resolve(from));
  const { manifest } = bundle;
  requireSameFrontEnd({ ...teacher.pack, name: manifest.name, frontEnd: manifest.frontEnd }, teacher.pack);
  const { normalisation, blockColumns, layers, frontEnd, labels } = manifest;
  const options = { labels, mostTags, normalisation, blockColumns, seed, inputs: melInputs(normalisation, frontEnd.bands), lastLayer: layers.length - 1 };
  const { tags, fitted } = fitTags(frozenLayers(bundle), teacher, options, progress);
  const { manifest: changed, weights } = withTags(bundle, tags, fitted);
  const { weights: _, format: __, embedding, ...rest } = changed;
  const trainedOn = `${manifest.trainedOn.replace(/; tags: [^;]*/, '')}; tags: teachers' answers to ${teacher.tracks.length} tracks`;
  await saveBundle(resolve(model), { ...rest, name, version: modelVersion, trainedOn }, weights, embedding && { size: embedding.size, values: bundle.embedding! });
  progress.log(`${tags.length} tags (${tags.map((tag) => tag.name).join(', ')}); the model is in ${resolve(model)}`);
}

/** The model with this regression as its tags, in the place of those that it may have; all other weights are the same. */
export function withTags(bundle: Bundle, tags: readonly ModelTag[], fitted: Regression): Bundle {
  const { manifest } = bundle;
  const { layers, weights } = withOutputs(bundle, fitted, firstTag(manifest), manifest.tags?.length ?? 0);
  const own: Manifest = { ...manifest, tags: [...tags], layers };
  return { manifest: own, weights };
}
