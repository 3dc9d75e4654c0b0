/** A swing quartet: ride and pedal hat, walking bass, rootless piano voicings off the beat, a saxophone over ii-V-I. */
import type { Style } from '../style.js';
import { CHORDS, SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const TUNES: readonly (readonly Step[])[] = [
  [[2, 'minor7'], [7, 'dominant7'], [0, 'major7'], [9, 'dominant7'], [2, 'minor7'], [7, 'dominant7'], [0, 'major7'], [0, 'major7']],
  [[0, 'major7'], [9, 'minor7'], [2, 'minor7'], [7, 'dominant7'], [4, 'minor7'], [9, 'dominant7'], [2, 'minor7'], [7, 'dominant7']],
  [[0, 'minor7'], [5, 'minor7'], [10, 'dominant7'], [3, 'major7'], [8, 'major7'], [2, 'half7'], [7, 'dominant7'], [0, 'minor7']],
];

export const jazz: Style = {
  name: 'jazz',
  tempo: [138, 184],
  swing: 0.64,
  barsPerPhrase: 8,
  gain: 0.75,
  trebleHz: 8000,
  hall: { seconds: 1.1, gain: 0.4 },
  compose(random) {
    const tune = random.pick(TUNES);
    const scale = tune === TUNES[2] ? SCALES.minor : SCALES.major;
    const tonic = random.pick([51, 53, 55, 58]);
    let bass = tonic - 14;
    let line = tonic + 14;
    return (score, bar) => {
      const step = tune[bar % 8] as Step;
      const next = tune[(bar + 1) % 8] as Step;
      const root = tonic + step[0];
      const tones = CHORDS[step[1]];
      for (let beat = 0; beat < 4; beat += 1) {
        score.hit('ride', beat, beat % 2 === 1 ? 0.12 : 0.09);
        if (beat % 2 === 1) {
          score.hit('ride', beat + 0.5, 0.06);
          score.hit('pedalHat', beat, 0.12);
        }
        if (random.chance(0.2)) score.hit('snare', beat + 0.5, random.between(0.08, 0.25));
        if (random.chance(0.12)) score.hit('softKick', beat, 0.4);
        // Walking: the root, chord tones, then a half step into the next root.
        const target = beat === 0 ? bassNote(root, 31)
          : beat === 3 ? bassNote(tonic + next[0], 31) + random.pick([-1, 1])
            : bassNote(root, 31) + (tones[(beat + (random.chance(0.3) ? 1 : 0)) % tones.length] as number);
        bass = target > 52 ? target - 12 : target;
        score.note('uprightBass', beat, bass, 0.95, random.between(0.85, 1));
      }
      // Without the root: the bass has it.
      const hands = voicing(root, step[1], 60).filter((note) => (note - root) % 12 !== 0);
      const stabs = random.pick([[0, 1.5], [0.5, 2.5], [1.5, 3], [1.5, 3.5]]);
      for (const beat of stabs) score.chord('piano', beat, [...hands, root + 26 > 76 ? root + 14 : root + 26], random.pick([0.3, 0.9]), random.between(0.8, 1.1));
      for (let eighth = bar % 4 === 3 ? 4 : 0; eighth < 8;) {
        const length = random.pick([1, 1, 1, 1, 2, 3]);
        line = nextNote(line, tonic, scale, step, eighth % 4 === 0, tonic + 4, tonic + 26, random);
        if (random.chance(0.82)) score.note('sax', eighth / 2, line, length / 2 * 0.95, random.between(0.8, 1.2));
        eighth += length;
      }
    };
  },
};
