/** A second data set for validation or for the final evaluation, restricted to the labels that the network has. */
import { basename, dirname, resolve } from 'node:path';
import { readPack, type Pack } from '../../packs/pack.js';
import { withFeatures, type Feature, type FeaturePack } from './inputs.js';

export interface External {
  readonly pack: FeaturePack;
  /** Labels that the network doesn't have, with their number of tracks. */
  readonly unknown: ReadonlyMap<string, number>;
}

/**
 * @param path DIR/NAME of a pack
 * @param flag that named it
 * @throws Error when it was made with another front end, or shares no label with `like`
 */
export async function readExternal(path: string, like: Pack, features: readonly Feature[], flag = '--external'): Promise<External> {
  const folder = resolve(dirname(path));
  const pack = await withFeatures(await readPack(folder, basename(path)), features);
  requireSameFrontEnd(like, pack);
  const unknown = new Map<string, number>();
  let shared = 0;
  for (const { genre } of pack.tracks) {
    if (genre !== undefined && like.labels.includes(genre)) shared++;
    else unknown.set(genre ?? 'without a genre', (unknown.get(genre ?? 'without a genre') ?? 0) + 1);
  }
  if (shared === 0) throw new Error(`${flag}: no track of ${path} has one of the labels ${like.labels.join(', ')}.`);
  return { pack, unknown };
}

/** Only the tracks whose label the network has. */
export function withKnownLabels({ pack }: External, labels: readonly string[]): FeaturePack {
  return { ...pack, tracks: pack.tracks.filter(({ genre }) => genre !== undefined && labels.includes(genre)) };
}

/** @throws Error that names the first front end setting or feature in which the packs differ */
export function requireSameFrontEnd(a: Pack, b: Pack): void {
  const differ = (what: string, ...values: unknown[]): never => {
    throw new Error(`The packs ${a.name} and ${b.name} differ in ${what} (${values.join(' and ')}); create both with the same settings.`);
  };
  for (const [setting, value] of Object.entries(a.frontEnd)) {
    const other = b.frontEnd[setting as keyof Pack['frontEnd']];
    if (other !== value) differ(setting, value, other);
  }
  for (const [feature, { size }] of Object.entries(a.features ?? {})) {
    const other = b.features?.[feature]?.size;
    if (other !== undefined && other !== size) differ(`the size of ${feature}`, size, other);
  }
}
