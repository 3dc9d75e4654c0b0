/**
 * `--from MODEL --only embedding`: adds an embedding to a finished model, or fits it again. Name, version, weights
 * and everything else stay as they are.
 */
import { resolve } from 'node:path';
import { alikeFigures } from '../alike/precision.js';
import { meanInputs } from '../alike/mean-inputs.js';
import { loadBundle, saveBundle, type Bundle } from '../model-folder.js';
import type { Pack } from '../packs/pack.js';
import { requireSameFrontEnd } from './data/external.js';
import type { Teacher } from './data/teacher.js';
import { fitEmbedding } from './embedding/fit-embedding.js';
import type { Progress } from './progress.js';

export interface AddEmbeddingOptions {
  /** Folder of the model. */
  readonly from: string;
  /** Folder for the model with the embedding. */
  readonly model: string;
}

/**
 * @param train labelled music, of which only the mean and deviation of the network's values are taken
 * @param valid labelled music on which neighbours are compared
 */
export async function addEmbedding(train: Pack, valid: Pack, teacher: Teacher, { from, model }: AddEmbeddingOptions, progress: Progress): Promise<void> {
  const bundle = await loadBundle(resolve(from));
  const { manifest, weights } = bundle;
  for (const pack of [train, valid, teacher.pack]) requireSameFrontEnd({ ...pack, name: manifest.name, frontEnd: manifest.frontEnd }, pack);
  const last = manifest.layers.at(-1)!;
  if (last.type !== 'dense' || last.activation !== 'linear') throw new Error('The last layer must be dense and linear.');
  const inputs = async (pack: Pack): Promise<Awaited<ReturnType<typeof meanInputs>>> => {
    progress.begin(`features of ${pack.name}`, pack.tracks.length, 0);
    const found = await meanInputs(bundle, pack, pack.tracks, (done) => progress.step(done, ''));
    progress.end();
    return found;
  };
  const music = await inputs(teacher.pack);
  const labelled = await inputs(train);
  const embedding = fitEmbedding(bundle, teacher, music.values, labelled.values, music.width);
  const { weights: _, format: __, embedding: ___, ...rest } = manifest;
  await saveBundle(resolve(model), rest, weights, embedding);

  const added: Bundle = { manifest: { ...manifest, embedding: { size: embedding.size, sha256: '' } }, weights, embedding: embedding.values };
  const figures = await alikeFigures(added, valid, valid.tracks);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  progress.log(`${percent(figures!.embedding)} of the ${figures!.neighbours} nearest tracks of ${valid.name} have the same genre, artists apart; ${percent(figures!.mfcc)} by mean MFCCs, ${percent(figures!.random)} at random`);
  progress.log(`${embedding.size} values from ${music.width}, fitted to ${teacher.tracks.length} tracks; the model is in ${resolve(model)}`);
}
