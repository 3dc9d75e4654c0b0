/**
 * Fits the sound-kind outputs of the last layer (music, speech, noise) by logistic regression on the
 * same statistics as the genres. The labelled tracks and the teacher's music are both examples of
 * music, so that it covers more than the labelled genres.
 */
import { SOUND_KINDS } from '../../sound-kinds.js';
import type { Pack, Track } from '../../packs/pack.js';
import { write } from './head.js';
import type { Progress } from '../progress.js';
import { Random } from '../../random.js';
import { regress, standardise } from './regression.js';
import { ANY_DEGRADATION, oneHot, everyBlock, everyThirdBlock, excerptBlocks, extractRows, excerpts, degradedInput, concatRows, weighted, type SoftLabel, type Blocks, type Rows } from './rows.js';
import type { TrainableNetwork } from '../network/trainable.js';
import type { InferenceOptions } from '../validate.js';

const PENALTY = 0.01;
/** Every fourth music track is used: there is plenty. */
const EVERY = 4;

export interface KindsOptions extends InferenceOptions {
  readonly lastLayer: number;
  readonly seed: number;
}

/**
 * @param music packs that contain only music
 * @param others pack whose tracks are labelled `speech` or `noise`
 */
export function fitKinds(network: TrainableNetwork, music: readonly Pack[], others: Pack, options: KindsOptions, progress: Progress): void {
  const poor = degradedInput(ANY_DEGRADATION, options, others.frontEnd.bands, options.seed);
  const rowsFor = (pack: Pack, softLabel: (track: Track) => SoftLabel, blocks: Blocks): Rows => concatRows(
    [options, poor].map((inference) => extractRows(network, pack, softLabel, blocks, inference, options.lastLayer, progress)),
  );
  const isMusic = (): SoftLabel => oneHot(SOUND_KINDS.indexOf('music'), SOUND_KINDS.length);
  const kind = ({ genre }: Track): SoftLabel => {
    const index = (SOUND_KINDS as readonly (string | undefined)[]).indexOf(genre);
    if (index < 0) throw new Error(`A track of ${others.folder}/${others.name} is labelled ${JSON.stringify(genre)}; it must be labelled speech or noise.`);
    return oneHot(index, SOUND_KINDS.length);
  };
  const thinned = music.map((pack): Pack => ({ ...pack, tracks: pack.tracks.filter((_, index) => index % EVERY === 0) }));
  const rows = concatRows([
    ...thinned.flatMap((pack) => [rowsFor(pack, isMusic, everyThirdBlock), rowsFor(excerpts(pack), isMusic, excerptBlocks)]),
    rowsFor(others, kind, everyBlock),
  ]);
  write(network, options.lastLayer, regress(standardise(weighted(rows, 1, 1)), SOUND_KINDS.length, PENALTY, [], new Random(options.seed)), options.labels.length);
}
