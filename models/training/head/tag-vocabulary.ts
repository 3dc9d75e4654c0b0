/**
 * The tags that a model may have, and how teachers spell them: AudioSet's classes, the tags of the Million
 * Song Dataset's listeners, MagnaTagATune's and MTG-Jamendo's. A tag that no teacher knows, or that is one of
 * the model's labels, does not appear.
 */
import type { TagKind } from '../../tag-kinds.js';
import { normalised } from './tags.js';

export interface VocabularyTag {
  readonly name: string;
  readonly kind: TagKind;
  /** Teachers' spellings besides the tag's own name. */
  readonly spellings: readonly string[];
  /** Found in so much music that the answers for it need not be high: its top tenth has it all the same. */
  readonly isCommon: boolean;
}

const tagsOf = (kind: TagKind, names: Readonly<Record<string, readonly string[]>>, common: readonly string[] = []): VocabularyTag[] => Object.entries(names)
  .map(([name, spellings]) => ({ name, kind, spellings, isCommon: kind === 'mood' || common.includes(name) }));

export const VOCABULARY: readonly VocabularyTag[] = [
  ...tagsOf('mood', {
    happy: [],
    sad: ['melancholic'],
    tender: [],
    exciting: ['energetic'],
    angry: ['aggressive'],
    scary: ['dark'],
    funny: [],
    mellow: [],
    calm: ['chill', 'chillout', 'relaxing'],
    party: [],
  }),
  ...tagsOf('sound', {
    guitar: [],
    'acoustic guitar': [],
    'electric guitar': [],
    'bass guitar': [],
    acoustic: [],
    piano: [],
    'electric piano': [],
    organ: ['electronic organ', 'hammond organ'],
    synthesizer: ['synth'],
    harpsichord: [],
    strings: ['bowed string instrument', 'string section'],
    orchestra: [],
    brass: ['brass instrument', 'trumpet', 'trombone'],
    saxophone: [],
    flute: [],
    accordion: [],
    bells: ['bell', 'mallet percussion', 'glockenspiel'],
    drums: ['drum', 'drum kit'],
    'drum machine': [],
    choir: ['choral'],
    'male voice': ['male singing', 'male vocalists', 'male vocal'],
    'female voice': ['female singing', 'female vocalists', 'female vocalist', 'female vocal'],
    rap: ['rapping'],
    instrumental: ['no vocals', 'no vocal', 'no voice'],
  }, ['male voice', 'female voice']),
  ...tagsOf('style', {
    blues: [],
    classical: ['classic'],
    country: [],
    disco: [],
    'hip hop': [],
    jazz: [],
    metal: ['heavy metal'],
    pop: [],
    reggae: [],
    rock: [],
    alternative: ['alternative rock'],
    ambient: [],
    african: ['music of Africa'],
    'children\'s music': ['music for children'],
    dance: ['electronic dance music'],
    'drum and bass': ['drum n bass'],
    electronic: [],
    'film music': ['soundtrack', 'film'],
    folk: [],
    funk: [],
    'game music': ['video game'],
    gospel: ['christian'],
    'hard rock': [],
    house: [],
    indian: ['music of Bollywood', 'Carnatic'],
    indie: ['independent'],
    latin: ['music of Latin America'],
    'new age': [],
    opera: [],
    'progressive rock': [],
    'psychedelic rock': [],
    punk: ['punk rock'],
    'r&b': ['rnb', 'rhythm and blues'],
    'rock and roll': ['rock\'n\'roll'],
    ska: [],
    soul: [],
    swing: [],
    techno: [],
    trance: [],
  }),
  ...tagsOf('decade', { '60s': [], '70s': [], '80s': [], '90s': [], '00s': [] }),
];

/** The tags beside these labels. */
export function tagsBeside(labels: readonly string[]): VocabularyTag[] {
  const taken = new Set(labels.map(normalised));
  return VOCABULARY.filter(({ name }) => !taken.has(normalised(name)));
}

/**
 * @param names of a teacher's tags
 * @returns indices of those that mean the tag
 */
export function spelledAs({ name, spellings }: Pick<VocabularyTag, 'name' | 'spellings'>, names: readonly string[]): number[] {
  const wanted = new Set([name, ...spellings].map(normalised));
  return names.flatMap((one, index) => (wanted.has(normalised(one)) ? [index] : []));
}
