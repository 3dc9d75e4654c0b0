/**
 * Fits the output for music of none of the labels: logistic regression on the same statistics as the
 * genres, music of other genres against the labelled tracks. What a recurrent layer remembers costs more,
 * as for the genres.
 */
import { isRecurrent, RECURRENT_COSTS, type Trunk } from './head.js';
import type { Pack } from '../../packs/pack.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import { difference, regress, standardise, type Regression } from './regression.js';
import { ANY_DEGRADATION, everyThirdBlock, excerptBlocks, extractRows, excerpts, degradedInput, concatRows, oneHot, weighted, type Blocks, type Rows } from './rows.js';
import type { FrozenLayers } from '../network/frozen.js';
import type { InferenceOptions } from '../validate.js';

const PENALTY = 0.02;
/** Excerpts overlap by half: every fourth is used. */
const EVERY = 4;

export interface OutsideOptions extends Omit<InferenceOptions, 'labels'> {
  readonly lastLayer: number;
  readonly seed: number;
  readonly trunk?: Trunk | undefined;
}

/**
 * @param inside packs of music that has one of the labels
 * @param outside pack of music that has none
 * @returns one output: the logit of music of none of the labels
 */
export function fitOutside(layers: FrozenLayers, inside: readonly Pack[], outside: Pack, options: OutsideOptions, progress: Progress): Regression {
  const poor = degradedInput(ANY_DEGRADATION, options, outside.frontEnd.bands, options.seed);
  const rowsFor = (pack: Pack, label: number): Rows => {
    const short = excerpts(pack);
    const some: Pack = { ...short, tracks: short.tracks.filter((_, index) => index % EVERY === 0) };
    const rows = (of: Pack, blocks: Blocks): Rows[] => [options, poor].map((inference) => extractRows(layers, of, () => oneHot(label, 2), blocks, inference, options.lastLayer, progress));
    return concatRows([...rows(pack, everyThirdBlock), ...rows(some, excerptBlocks)]);
  };
  const all = concatRows([...inside.map((pack) => rowsFor(pack, 0)), rowsFor(outside, 1)]);
  const penalties = Float32Array.from({ length: all.width }, (_, value) => PENALTY * (isRecurrent(value, options) ? RECURRENT_COSTS : 1));
  const fitted = regress(standardise(weighted(all, 1, 1)), 2, penalties, [], new Random(options.seed));
  return difference(fitted);
}
