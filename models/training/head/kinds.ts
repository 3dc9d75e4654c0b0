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
import { ANY_SOUND, certain, everyBlock, everyThird, ofAStretch, rowsOf, stretches, through, together, type Belief, type Blocks, type Rows } from './rows.js';
import type { Trainable } from '../network/trainable.js';
import type { Hearing } from '../validate.js';

const PENALTY = 0.01;
/** Of the music, every so many tracks: there is plenty. */
const EVERY = 4;

export interface KindsOptions extends Hearing {
  readonly lastLayer: number;
  readonly seed: number;
}

/**
 * @param music packs of which all is music
 * @param others a pack whose tracks are labelled `speech` or `noise`
 */
export function fitKinds(network: Trainable, music: readonly Pack[], others: Pack, options: KindsOptions, progress: Progress): void {
  const poor = through(ANY_SOUND, options, others.frontEnd.bands, options.seed);
  const listen = (pack: Pack, belief: (track: Track) => Belief, blocks: Blocks): Rows => together(
    [options, poor].map((ears) => rowsOf(network, pack, belief, blocks, ears, options.lastLayer, progress)),
  );
  const isMusic = (): Belief => certain(SOUND_KINDS.indexOf('music'), SOUND_KINDS.length);
  const kind = ({ genre }: Track): Belief => {
    const index = (SOUND_KINDS as readonly (string | undefined)[]).indexOf(genre);
    if (index < 0) throw new Error(`A track of ${others.folder}/${others.name} is of ${JSON.stringify(genre)}; what is no music is speech or noise.`);
    return certain(index, SOUND_KINDS.length);
  };
  const thinned = music.map((pack): Pack => ({ ...pack, tracks: pack.tracks.filter((_, index) => index % EVERY === 0) }));
  const rows = together([
    ...thinned.flatMap((pack) => [listen(pack, isMusic, everyThird), listen(stretches(pack), isMusic, ofAStretch)]),
    listen(others, kind, everyBlock),
  ]);
  write(network, options.lastLayer, regress(standardise(rows), SOUND_KINDS.length, PENALTY, [], new Random(options.seed)), options.labels.length);
}
