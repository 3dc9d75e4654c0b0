/**
 * Music or something else: the part of the last layer that tells music, speech and other sound
 * apart, by logistic regression on the same statistics as the genres. Music is what is labelled
 * and what the teacher heard, so that it is more than the labelled genres.
 */
import { SOUND_KINDS } from '../../sound-kinds.js';
import type { Pack, Track } from '../../packs/pack.js';
import { write } from './head.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import { regress, standardise } from './regression.js';
import { ANY_DEGRADATION, oneHot, everyBlock, everyThirdBlock, excerptBlocks, extractRows, excerpts, degradedInput, concatRows, type SoftLabel, type Blocks, type Rows } from './rows.js';
import type { TrainableNetwork } from '../network/trainable.js';
import type { InferenceOptions } from '../validate.js';

const PENALTY = 0.01;
/** Of the music, every so many tracks: there is plenty. */
const EVERY = 4;

export interface KindsOptions extends InferenceOptions {
  readonly lastLayer: number;
  readonly seed: number;
}

/**
 * @param music packs of which all is music
 * @param others a pack whose tracks are labelled `speech` or `noise`
 */
export function fitKinds(network: TrainableNetwork, music: readonly Pack[], others: Pack, options: KindsOptions, progress: Progress): void {
  const poor = degradedInput(ANY_DEGRADATION, options, others.frontEnd.bands, options.seed);
  const listen = (pack: Pack, softLabel: (track: Track) => SoftLabel, blocks: Blocks): Rows => concatRows(
    [options, poor].map((ears) => extractRows(network, pack, softLabel, blocks, ears, options.lastLayer, progress)),
  );
  const isMusic = (): SoftLabel => oneHot(SOUND_KINDS.indexOf('music'), SOUND_KINDS.length);
  const kind = ({ genre }: Track): SoftLabel => {
    const index = (SOUND_KINDS as readonly (string | undefined)[]).indexOf(genre);
    if (index < 0) throw new Error(`A track of ${others.folder}/${others.name} is of ${JSON.stringify(genre)}; what is no music is speech or noise.`);
    return oneHot(index, SOUND_KINDS.length);
  };
  const thinned = music.map((pack): Pack => ({ ...pack, tracks: pack.tracks.filter((_, index) => index % EVERY === 0) }));
  const rows = concatRows([
    ...thinned.flatMap((pack) => [listen(pack, isMusic, everyThirdBlock), listen(excerpts(pack), isMusic, excerptBlocks)]),
    listen(others, kind, everyBlock),
  ]);
  write(network, options.lastLayer, regress(standardise(rows), SOUND_KINDS.length, PENALTY, [], new Random(options.seed)), options.labels.length);
}
