/**
 * What a frozen network makes of tracks, as rows for a regression: the values that its last layer
 * gets, at the end of blocks. Whole tracks, and excerpts of 4 s heard alone, so that what is
 * learned answers after two seconds as well as after thirty.
 */
import { concatenate } from '../../../dsp/concatenate.js';
import type { Pack, Track } from '../../packs/pack.js';
import { crop, NO_AUGMENTATION, type Augmentation } from '../data/crops.js';
import { melInputs } from '../data/inputs.js';
import { chunked, CHUNK_S } from '../data/protocols.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import { BEFORE_BLOCKS } from '../data/splices.js';
import type { TrainableNetwork } from '../network/trainable.js';
import { eachTrack, type InferenceOptions } from '../validate.js';

/** Every so many blocks of a whole track make a row, and the ends of these blocks of a stretch. */
const EVERY = 3;
const OF_A_STRETCH = [2, 5, 8, 10];
const AFTER_A_CHANGE = [2, 4, 6, 9, 14];

/** What stands between the music and the ears. */
export type Degradation = Pick<Augmentation, 'channelChance' | 'roomChance' | 'noise'>;

export const CLEAN: Degradation = { channelChance: 0, roomChance: 0 };
export const OVER_CHANNELS: Degradation = { channelChance: 1, roomChance: 0 };
export const IN_ROOMS: Degradation = { channelChance: 0, roomChance: 1 };
export const ANY_DEGRADATION: Degradation = { channelChance: 0.6, roomChance: 0.5 };

export interface Rows {
  /** [rows × width] */
  readonly values: Float32Array;
  readonly width: number;
  /** How much each row counts as each class. */
  readonly softLabels: readonly SoftLabel[];
}

/** [classes] shares of one row; they add up to 1, or to less for a row that is to count less than others. */
export type SoftLabel = readonly number[];

/** Of a class that is known. */
export function oneHot(index: number, classes: number): SoftLabel {
  return Array.from({ length: classes }, (_, other) => (other === index ? 1 : 0));
}

/** Those blocks of an item from which rows are taken, of all it has. */
export type Blocks = (blocks: number) => readonly number[];

export const everyBlock: Blocks = (blocks) => [...Array(blocks).keys()];
export const everyThirdBlock: Blocks = (blocks) => Array.from({ length: Math.ceil(blocks / EVERY) }, (_, index) => Math.min(index * EVERY + 2, blocks - 1));
/** 1.0, 1.7, 2.4, 3.5 and 5.2 s after a change. */
export const blocksAfterChange: Blocks = () => AFTER_A_CHANGE.map((block) => BEFORE_BLOCKS + block);
export const excerptBlocks: Blocks = (blocks) => OF_A_STRETCH.filter((block) => block < blocks);

/** The same ears behind poor lines or in rooms, others for each track. */
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

/** A pack whose tracks are excerpts of 4 s, one after the other. */
export function excerpts(pack: Pack): Pack {
  return chunked(pack, CHUNK_S);
}

/**
 * @param belief of a track's rows; undefined leaves it out
 * @param lastLayer index of the layer whose inputs are the rows
 */
export function extractRows(network: TrainableNetwork, pack: Pack, softLabel: (track: Track) => SoftLabel | undefined, blocks: Blocks, inference: Omit<InferenceOptions, 'labels'>, lastLayer: number, progress: Progress): Rows {
  const taken: Float32Array[] = [];
  const softLabels: SoftLabel[] = [];
  const tracks = pack.tracks.filter((track) => softLabel(track) !== undefined && track.columns >= inference.blockColumns);
  let done = 0;
  let width = 0;
  progress.begin(`listening to ${pack.name}`, tracks.length, 0);
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

export function concatRows(parts: readonly Rows[]): Rows {
  return {
    values: concatenate(parts.map(({ values }) => values)),
    width: parts[0]!.width,
    softLabels: parts.flatMap(({ softLabels }) => softLabels),
  };
}
