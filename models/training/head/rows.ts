/**
 * Rows for the regression: the inputs of a frozen network's last layer at the end of blocks. They come
 * from whole tracks and from 4 s excerpts, so that the fit works after two seconds as well as after
 * thirty.
 */
import { concatenate } from '../../../dsp/concatenate.js';
import type { Pack, Track } from '../../packs/pack.js';
import { crop, NO_AUGMENTATION, type Augmentation } from '../data/crops.js';
import { melInputs } from '../data/inputs.js';
import { chunked, CHUNK_S } from '../data/protocols.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import { BEFORE_BLOCKS } from '../data/splices.js';
import type { FrozenLayers } from '../network/frozen.js';
import { eachTrack, type InferenceOptions } from '../validate.js';

/** Every third block of a whole track makes a row; of an excerpt or after a change, these blocks. */
const EVERY = 3;
const EXCERPT_BLOCKS = [2, 5, 8, 10];
const BLOCKS_AFTER_CHANGE = [2, 4, 6, 9, 14];

/** How the sound is degraded before it reaches the network. */
export type Degradation = Pick<Augmentation, 'channelChance' | 'roomChance' | 'noise'>;

export const CLEAN: Degradation = { channelChance: 0, roomChance: 0 };
export const OVER_CHANNELS: Degradation = { channelChance: 1, roomChance: 0 };
export const IN_ROOMS: Degradation = { channelChance: 0, roomChance: 1 };
export const ANY_DEGRADATION: Degradation = { channelChance: 0.6, roomChance: 0.5 };

export interface Rows {
  /** [rows × width] */
  readonly values: Float32Array;
  readonly width: number;
  /** Soft label of each row. */
  readonly softLabels: readonly SoftLabel[];
}

/** [classes] class weights of a row; they sum to 1, or to another number for a row with another weight. */
export type SoftLabel = readonly number[];

/** Soft label of a known class. */
export function oneHot(index: number, classes: number): SoftLabel {
  return Array.from({ length: classes }, (_, other) => (other === index ? 1 : 0));
}

/** Selects the blocks of an item that become rows, given its number of blocks. */
export type Blocks = (blocks: number) => readonly number[];

export const everyBlock: Blocks = (blocks) => [...Array(blocks).keys()];
export const everyThirdBlock: Blocks = (blocks) => Array.from({ length: Math.ceil(blocks / EVERY) }, (_, index) => Math.min(index * EVERY + 2, blocks - 1));
/** 1.0, 1.7, 2.4, 3.5 and 5.2 s after a change. */
export const blocksAfterChange: Blocks = () => BLOCKS_AFTER_CHANGE.map((block) => BEFORE_BLOCKS + block);
export const excerptBlocks: Blocks = (blocks) => EXCERPT_BLOCKS.filter((block) => block < blocks);

/** The same inference options with degraded input; each track gets its own random degradation. */
export function degradedInput<H extends Omit<InferenceOptions, 'labels'>>(sound: Degradation, inference: H, bands: number, seed: number): H {
  const random = new Random(seed);
  return {
    ...inference,
    inputs: {
      ...melInputs(inference.normalisation, bands),
      whole(pack: Pack, track: Track) {
        const out = new Float32Array(track.columns * bands);
        crop(pack, track, inference.normalisation, { firstColumn: 0, columns: track.columns, lead: 0 }, { ...NO_AUGMENTATION, ...sound }, random, out);
        return out;
      },
    },
  };
}

/** A pack whose tracks are consecutive 4 s excerpts. */
export function excerpts(pack: Pack): Pack {
  return chunked(pack, CHUNK_S);
}

/**
 * @param softLabel of a track's rows; undefined skips the track
 * @param lastLayer index of the layer whose inputs are the rows
 */
export function extractRows(network: FrozenLayers, pack: Pack, softLabel: (track: Track) => SoftLabel | undefined, blocks: Blocks, inference: Omit<InferenceOptions, 'labels'>, lastLayer: number, progress: Progress): Rows {
  const taken: Float32Array[] = [];
  const softLabels: SoftLabel[] = [];
  const tracks = pack.tracks.filter((track) => softLabel(track) !== undefined && track.columns >= inference.blockColumns);
  let done = 0;
  let width = 0;
  progress.begin(`features of ${pack.name}`, tracks.length, 0);
  eachTrack(pack, tracks, inference, (x) => {
    const y = network.apply(x, { training: false, to: lastLayer });
    width = y.shape[2]!;
    return y;
  }, (track, values) => {
    const own = softLabel(track)!;
    for (const block of blocks(values.length / width)) {
      taken.push(values.slice(block * width, (block + 1) * width));
      softLabels.push(own);
    }
    progress.step(++done, `${taken.length} rows`);
  });
  progress.end();
  return { values: concatenate(taken), width, softLabels };
}

/**
 * The rows with weights that sum to `total`.
 * @param balance 0: classes count by their shares of the rows; 1: all count the same; between them, by
 *   their shares to the power of 1 - balance
 */
export function weighted(rows: Rows, total: number, balance: number): Rows {
  const { softLabels } = rows;
  const shares = softLabels.reduce<number[]>((sums, own) => own.map((share, label) => (sums[label] ?? 0) + share), []);
  const factors = shares.map((share) => (share > 0 ? share ** -balance : 0));
  const sum = shares.reduce((all, share, label) => all + share * factors[label]!, 0);
  return { ...rows, softLabels: softLabels.map((own) => own.map((share, label) => (share * factors[label]! * total) / sum)) };
}

export function concatRows(parts: readonly Rows[]): Rows {
  return {
    values: concatenate(parts.map(({ values }) => values)),
    width: parts[0]!.width,
    softLabels: parts.flatMap(({ softLabels }) => softLabels),
  };
}
