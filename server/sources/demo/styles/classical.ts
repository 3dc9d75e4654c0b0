/** A slow movement: strings carry four-part harmony and a tune, a piano breaks the chords beneath (Alberti bass). No drums. */
import type { Style } from '../style.js';
import { SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const MAJOR: readonly Step[] = [[0, 'major'], [9, 'minor'], [5, 'major'], [7, 'dominant7'], [0, 'major'], [2, 'minor'], [7, 'dominant7'], [0, 'major']];
const MINOR: readonly Step[] = [[0, 'minor'], [5, 'minor'], [7, 'dominant7'], [0, 'minor'], [8, 'major'], [3, 'major'], [7, 'dominant7'], [0, 'minor']];

export const classical: Style = {
  name: 'classical',
  tempo: [72, 92],
  swing: 0.5,
  barsPerPhrase: 8,
  gain: 1.35,
  trebleHz: 9000,
  hall: { seconds: 2.2, gain: 1 },
  compose(random) {
    const minor = random.chance(0.4);
    const harmony = minor ? MINOR : MAJOR;
    const scale = minor ? SCALES.minor : SCALES.major;
    const tonic = random.pick([60, 62, 63, 65, 67]);
    const alberti = random.chance(0.6);
    let tune = tonic + 12;
    return (score, bar) => {
      const step = harmony[bar % 8] as Step;
      const root = tonic + step[0];
      const notes = voicing(root, step[1], 55);
      score.chord('strings', 0, voicing(root, step[1], 62), 4, 0.8);
      score.note('strings', 0, bassNote(root, 36), 4, 1);
      score.note('strings', 0, bassNote(root, 48), 4, 0.7);
      const order = alberti ? [0, 2, 1, 2] : [0, 1, 2, 1];
      for (let eighth = 0; eighth < 8; eighth += 1) {
        score.note('piano', eighth / 2, notes[order[eighth % 4] as number] as number, 0.7, eighth % 4 === 0 ? 0.6 : 0.4);
      }
      for (let beat = 0; beat < 4;) {
        const beats = random.pick([0.5, 1, 1, 1.5, 2]);
        tune = nextNote(tune, tonic, scale, step, beat % 2 === 0, tonic + 5, tonic + 24, random);
        score.note('violin', beat, tune, Math.min(beats, 4 - beat) * 0.98, random.between(0.6, 0.95));
        beat += beats;
      }
    };
  },
};
