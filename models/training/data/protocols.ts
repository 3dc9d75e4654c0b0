/**
 * Evaluation protocols: how the same tracks are split into training and validation sets; one network is
 * trained per split. The protocol affects the accuracy more than the network does: chunks of a track,
 * and tracks of an artist, are far more alike than tracks of a genre.
 */
import type { Pack, Track } from '../../packs/pack.js';
import type { Feature, FeaturePack } from './inputs.js';
import type { Random } from '../../random.js';

export const PROTOCOLS = ['fault-filtered', 'random-tracks', 'random-chunks', 'kfold'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

export interface Split {
  /** Name for folders and log lines. */
  readonly name: string;
  /** Short description. */
  readonly how: string;
  /** What the entries of the packs are. */
  readonly items: 'tracks' | 'chunks';
  readonly train: FeaturePack;
  readonly valid: FeaturePack;
}

export interface ProtocolOptions {
  readonly protocol: Protocol;
  readonly folds: number;
  /** With random chunks: also as many chunks with artists kept apart. */
  readonly compare: boolean;
}

/** Chunk length, and distance between chunk starts, s. */
export const CHUNK_S = 4;
const CHUNK_HOP_S = 2;

/**
 * @param train and `valid`: packs with the same labels and front end and different artists
 * @throws Error when there are fewer groups of tracks than folds
 */
export function splits(train: FeaturePack, valid: FeaturePack, { protocol, folds, compare }: ProtocolOptions, random: Random): Split[] {
  switch (protocol) {
    case 'fault-filtered':
      return [{ name: protocol, how: 'the train and valid packs as they are', items: 'tracks', train, valid }];
    case 'random-tracks':
      return [randomly(pooled(train, valid), train.tracks.length, {
        name: protocol,
        how: 'tracks of both packs split at random, artists on both sides',
        items: 'tracks',
      }, random)];
    case 'random-chunks': {
      const apart: Split = {
        name: 'artist-aware-chunks',
        how: `${CHUNK_S} s chunks, the train and valid packs as they are, artists apart`,
        items: 'chunks',
        train: chunked(train),
        valid: chunked(valid),
      };
      const mixed = randomly(chunked(pooled(train, valid)), apart.train.tracks.length, {
        name: protocol,
        how: `${CHUNK_S} s chunks, every ${CHUNK_HOP_S} s, split at random, tracks on both sides`,
        items: 'chunks',
      }, random);
      return compare ? [mixed, apart] : [mixed];
    }
    case 'kfold':
      return kfold(pooled(train, valid), folds, random);
  }
}

/** Both packs as one; a track's `split` names its original pack. */
export function pooled(first: FeaturePack, second: FeaturePack): FeaturePack {
  const columns = first.levels.length / first.frontEnd.bands;
  const levels = new Uint8Array(first.levels.length + second.levels.length);
  levels.set(first.levels);
  levels.set(second.levels, first.levels.length);
  const rows = Object.entries(first.rows ?? {}).map(([name, values]): [string, Float32Array] => {
    const others = second.rows![name as Feature]!;
    const both = new Float32Array(values.length + others.length);
    both.set(values);
    both.set(others, values.length);
    return [name, both];
  });
  return {
    ...first,
    name: `${first.name}+${second.name}`,
    levels,
    rows: Object.fromEntries(rows),
    tracks: [
      ...first.tracks.map((track) => ({ ...track, split: first.name })),
      ...second.tracks.map((track) => ({ ...track, split: second.name, start: track.start + columns })),
    ],
  };
}

/** Cuts every track into chunks that start every `hopS` seconds; the rest at its end is dropped. */
export function chunked(pack: FeaturePack, hopS = CHUNK_HOP_S): FeaturePack {
  const { sampleRate, hop } = pack.frontEnd;
  const length = Math.round((CHUNK_S * sampleRate) / hop);
  const step = Math.round((hopS * sampleRate) / hop);
  const tracks = pack.tracks.flatMap((track) => {
    const count = Math.max(0, Math.floor((track.columns - length) / step) + 1);
    return Array.from({ length: count }, (_, index): Track => ({ ...track, id: `${track.id}#${index}`, start: track.start + index * step, columns: length }));
  });
  return { ...pack, tracks };
}

function randomly(pack: FeaturePack, trainItems: number, about: Pick<Split, 'name' | 'how' | 'items'>, random: Random): Split {
  const shuffled = random.shuffle([...pack.tracks]);
  return {
    ...about,
    train: { ...pack, name: 'train', tracks: shuffled.slice(0, trainItems) },
    valid: { ...pack, name: 'valid', tracks: shuffled.slice(trainItems) },
  };
}

/** K-fold split by groups: largest group first, each into the fold with the fewest tracks of its genre. */
function kfold(pack: FeaturePack, folds: number, random: Random): Split[] {
  const groups = random.shuffle(artistGroups(pack)).sort((a, b) => b.length - a.length);
  if (groups.length < folds) throw new Error(`--folds ${folds}: the ${pack.tracks.length} tracks form ${groups.length} groups by artist; use fewer folds.`);
  const parts = Array.from({ length: folds }, (): Track[] => []);
  for (const group of groups) {
    const sameGenre = (tracks: readonly Track[]): number => tracks.filter(({ genre }) => genre === group[0]!.genre).length;
    const emptiest = parts.reduce((best, part) => (sameGenre(part) - sameGenre(best) || part.length - best.length) < 0 ? part : best);
    emptiest.push(...group);
  }
  return parts.map((held, index) => ({
    name: `fold-${index + 1}`,
    how: `fold ${index + 1} of ${folds} held out, artists together as far as is known`,
    items: 'tracks',
    train: { ...pack, name: 'train', tracks: pack.tracks.filter((track) => !held.includes(track)) },
    valid: { ...pack, name: 'valid', tracks: held },
  }));
}

/**
 * Groups tracks that may be by one artist: those with the same `artist`, or, if unknown, runs of
 * consecutive numbers within a genre and a pack (in GTZAN an artist's excerpts are adjacent).
 */
export function artistGroups({ tracks }: Pack): Track[][] {
  const groups = new Map<string, Track[]>();
  const runs = new Map<string, number>();
  const numbered = tracks.map((track) => {
    const [, prefix = track.id, number] = /^(.*?)(\d+)\D*$/.exec(track.id) ?? [];
    return { track, prefix: `${track.split} ${track.genre} ${prefix}`, number: Number(number ?? NaN) };
  }).sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : a.number - b.number));
  let before: { prefix: string; number: number } | undefined;
  for (const { track, prefix, number } of numbered) {
    const follows = before?.prefix === prefix && number === before.number + 1;
    if (!follows) runs.set(prefix, (runs.get(prefix) ?? 0) + 1);
    before = { prefix, number };
    const key = typeof track.artist === 'string' ? `artist ${track.artist}` : `run ${runs.get(prefix)} of ${prefix}`;
    groups.set(key, [...groups.get(key) ?? [], track]);
  }
  return [...groups.values()];
}

/**
 * Folds of consecutive items per class: tracks of one artist are mostly adjacent in a folder, and an
 * artist on both sides of a split would inflate the result.
 * @param classes of the items, in order
 * @returns fold of each item
 */
export function consecutiveFolds(classes: readonly unknown[], folds: number): number[] {
  const sizes = new Map<unknown, number>();
  for (const one of classes) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  const seen = new Map<unknown, number>();
  return classes.map((one) => {
    const before = seen.get(one) ?? 0;
    seen.set(one, before + 1);
    return Math.floor((before * folds) / sizes.get(one)!);
  });
}

/**
 * Fold of each track: those of one collection (`source`) in the same, the largest collections first, each
 * into the smallest fold; with fewer collections than folds as `consecutiveFolds`.
 */
export function collectionFolds({ tracks }: Pick<Pack, 'tracks'>, folds: number): number[] {
  const collections = new Map<unknown, number>();
  for (const { source } of tracks) if (source !== undefined) collections.set(source, (collections.get(source) ?? 0) + 1);
  if (collections.size < folds) return consecutiveFolds(tracks.map(({ genre }) => genre), folds);
  const sizes = Array.from({ length: folds }, () => 0);
  const smallest = (): number => sizes.indexOf(Math.min(...sizes));
  const ofCollection = new Map([...collections].sort(([, a], [, b]) => b - a).map(([source, size]) => {
    const fold = smallest();
    sizes[fold]! += size;
    return [source, fold] as const;
  }));
  return tracks.map(({ source }) => {
    if (source !== undefined) return ofCollection.get(source)!;
    const fold = smallest();
    sizes[fold]!++;
    return fold;
  });
}

/** Splits a pack by `consecutiveFolds`, after grouping by artist as far as known; empty folds are left out. */
export function inFolds(pack: Pack, folds: number): Pack[] {
  const tracks = artistGroups(pack).flat();
  const fold = consecutiveFolds(tracks.map(({ genre }) => genre), folds);
  return Array.from({ length: folds }, (_, index) => ({ ...pack, tracks: tracks.filter((_track, at) => fold[at] === index) })).filter((part) => part.tracks.length > 0);
}
