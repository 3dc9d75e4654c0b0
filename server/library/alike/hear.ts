/** A file as a seed: one of the library as it was heard, any other heard now. */
import { realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { Backend } from '../../../models/tensorflow/backend.js';
import type { Bundle } from '../../../models/model-folder.js';
import { pathOf } from '../../sources/file-names.js';
import type { Judgement } from '../judge.js';
import { namesOf } from '../names.js';
import { Workers } from '../workers.js';
import type { AlikeLibrary, Tracks } from './library.js';
import type { Seed } from './rules.js';
import { keysOf } from './song.js';

/** The file can't be compared with the library's tracks, with the reason. */
export class NoSeedError extends Error {
  override readonly name = 'NoSeedError';
}

export interface HearOptions {
  readonly library: Pick<AlikeLibrary, 'root'>;
  readonly tracks: Tracks;
  /** Loads the model; called only for a file that is not of the library. */
  readonly bundle: () => Promise<Bundle>;
  readonly backend?: Backend | undefined;
}

/** @returns the seed, and its row if it is of the library */
export async function seedOf(file: string, { library, tracks, bundle, backend }: HearOptions): Promise<Seed & { readonly row?: number }> {
  const own = await rowOf(file, library.root, tracks);
  if (own !== undefined) return { row: own, vector: tracks.matrix.row(own), keys: tracks.keys[own]! };
  const model = await bundle();
  if (!model.manifest.embedding) throw new NoSeedError(`The model ${model.manifest.name} ${model.manifest.version} has no embedding, so it can't say what is alike.`);
  if (model.manifest.embedding.sha256 !== tracks.model?.embedding) throw new NoSeedError('The library was heard with another model. Run livegenre library DIR with this one, or name the other with --model.');
  const { embedding, spectrum = null, names, durationMs, error } = await hear(resolve(file), model, backend);
  if (!embedding || embedding.length === 0) throw new NoSeedError(`${file} ${error ?? 'has no music in it'}.`);
  return { vector: embedding, keys: keysOf({ path: resolve(file), durationMs, spectrum, ...namesOf(resolve(file).split(sep).join('/'), names ?? { title: null, artist: null, album: null }) }) };
}

async function rowOf(file: string, root: string, tracks: Tracks): Promise<number | undefined> {
  const real = async (path: string): Promise<string> => realpath(pathOf(path), { encoding: 'utf8' }).catch(() => resolve(path));
  for (const [folder, path] of [[resolve(root), resolve(file)], [await real(root), await real(file)]] as const) {
    const below = relative(folder, path);
    if (below === '' || below.startsWith('..')) continue;
    const name = below.split(sep).join('/');
    const row = tracks.rowOfPath(name);
    if (row !== undefined && tracks.tracks[row]!.path === name) return row;
  }
  return undefined;
}

async function hear(path: string, bundle: Bundle, backend: Backend | undefined): Promise<Judgement> {
  const workers = await Workers.start({ bundle, threads: 1, quick: false, backend });
  let judgement: Judgement | undefined;
  try {
    const groups = [[path]];
    await workers.work({ next: async () => groups.shift(), onAnswer: (_path, answer) => { judgement = answer; }, signal: new AbortController().signal });
  } finally {
    await workers.close();
  }
  return judgement!;
}
