/**
 * Soft labels of the teacher's unlabelled music: what the teachers believe of each track
 * (`teacher-beliefs.ts`), and for tracks that a pack of unchecked labels names, the mean of that and the
 * label. A label by file name or tag is one witness, the teachers are others.
 */
import type { Pack } from '../../packs/pack.js';
import { sameRecordings } from '../data/same-recording.js';
import { trackTags, type Teacher } from '../data/teacher.js';
import type { Progress } from '../progress.js';
import type { SoftLabel } from './rows.js';
import { fitBelief, type Witness } from './teacher-beliefs.js';

/** What is believed of the teacher's tracks. */
export interface MusicLabels {
  /** By id. */
  readonly softLabels: ReadonlyMap<string, SoftLabel>;
  /** Ids of tracks with an unchecked label. */
  readonly named: ReadonlySet<string>;
}

/** Weight of an unchecked label against the teachers' belief. */
const LABEL_WEIGHT = 0.5;

/**
 * @param train labelled tracks of the split
 * @param labelledTags tag logits of labelled tracks by id
 * @param unchecked tracks with likely labels; those in the teacher's music are used
 * @returns undefined if no tag of the teachers is named like a label
 */
export function musicLabels(teacher: Teacher, train: Pack, labels: readonly string[], labelledTags: ReadonlyMap<string, Float32Array>, unchecked: Pack | undefined, progress: Progress): MusicLabels | undefined {
  const { names, logits } = trackTags(teacher);
  if (names.length === 0) return undefined;
  const indexOf = new Map(teacher.tracks.map(({ id }, index) => [id, index]));
  const named = unchecked === undefined ? [] : sameRecordings(unchecked, teacher.pack).flatMap((track, index) => {
    const label = labels.indexOf(unchecked.tracks[index]!.genre ?? '');
    return track === undefined || label < 0 ? [] : [{ id: track.id, label }];
  });
  const witnesses = [
    ...train.tracks.flatMap(({ id, genre }): Witness[] => {
      const own = labelledTags.get(id);
      return own === undefined ? [] : [{ logits: own, label: labels.indexOf(genre!), group: 'checked' }];
    }),
    ...named.map(({ id, label }): Witness => ({ logits: logits[indexOf.get(id)!]!, label, group: 'unchecked' })),
  ];
  if (witnesses.length === 0) return undefined;
  const belief = fitBelief(labels, names, logits, witnesses);
  const all = new Map(teacher.tracks.map(({ id }, index) => [id, belief(logits[index]!)]));
  for (const { id, label } of named) {
    all.set(id, all.get(id)!.map((p, index) => (1 - LABEL_WEIGHT) * p + (index === label ? LABEL_WEIGHT : 0)));
  }
  const counts = labels.map((_, label) => [...all.values()].filter((own) => own[label] === Math.max(...own)).length);
  progress.log(`music: what the teachers believe, learned from ${witnesses.length} tracks with labels: ${labels.map((label, index) => `${label} ${counts[index]}`).join(', ')}${unchecked === undefined ? '' : `; ${named.length} of ${unchecked.tracks.length} tracks of ${unchecked.name} are in the music`}`);
  return { softLabels: all, named: new Set(named.map(({ id }) => id)) };
}
