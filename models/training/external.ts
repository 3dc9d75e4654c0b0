/** A second data set that the finished network is measured on, with the labels that both know. */
import { dirname, basename, resolve } from 'node:path';
import type { Pack } from '../pack.js';
import { readPack } from '../pack.js';
import { withFeatures, type Feature, type FeaturePack } from './inputs.js';

export interface External {
  readonly pack: FeaturePack;
  /** Labels of its tracks that the network doesn't know, with how many tracks have each. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * @param path DIR/NAME of a pack
 * @throws Error when it was made with another front end, or shares no label with `like`
 */
export async function readExternal(path: string, like: Pack, features: readonly Feature[]): Promise<External> {
  const folder = resolve(dirname(path));
  const pack = await withFeatures(await readPack(folder, basename(path)), features);
  sameFrontEnd(like, pack);
  const unknown = new Map<string, number>();
  let shared = 0;
  for (const { genre } of pack.tracks) {
    if (genre !== undefined && like.labels.includes(genre)) shared++;
    else unknown.set(genre ?? 'without a genre', (unknown.get(genre ?? 'without a genre') ?? 0) + 1);
  }
  if (shared === 0) throw new Error(`--external: no track of ${path} is of one of the labels ${like.labels.join(', ')}.`);
  return { pack, unknown };
}

/** The tracks whose label the network knows. */
export function known({ pack }: External, labels: readonly string[]): FeaturePack {
  return { ...pack, tracks: pack.tracks.filter(({ genre }) => genre !== undefined && labels.includes(genre)) };
}

/** @throws Error naming the first setting in which two packs differ */
export function sameFrontEnd(a: Pack, b: Pack): void {
  for (const [setting, value] of Object.entries(a.frontEnd)) {
    const other = b.frontEnd[setting as keyof Pack['frontEnd']];
    if (other !== value) throw new Error(`The packs ${a.name} and ${b.name} differ in ${setting} (${value} and ${other}); make both with the same settings.`);
  }
}
