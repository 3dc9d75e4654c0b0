/** A train beat on brushes, boom-chick guitar over root and fifth, a banjo's roll, pedal steel behind; a singer, a fiddle and a twang in turns. */
import type { Style } from '../style.js';
import { SCALES, bassNote, nextNote, stacked, voicing, type Step } from '../theory.js';

const PROGRESSIONS: readonly (readonly Step[])[] = [
  [[0, 'major'], [0, 'major'], [5, 'major'], [0, 'major'], [0, 'major'], [0, 'major'], [7, 'dominant7'], [0, 'major']],
  [[0, 'major'], [5, 'major'], [0, 'major'], [7, 'dominant7'], [0, 'major'], [5, 'major'], [7, 'dominant7'], [0, 'major']],
];

export const country: Style = {
  name: 'country',
  tempo: [104, 126],
  swing: 0.53,
  barsPerPhrase: 4,
  gain: 0.7,
  trebleHz: 8500,
  hall: { seconds: 0.8, gain: 0.3 },
  compose(random) {
    const tonic = random.pick([43, 45, 48, 50]);
    const progression = random.pick(PROGRESSIONS);
    let tune = tonic + 24;
    return (score, bar) => {
      const step = progression[bar % 8] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 33);
      const strum = stacked(root, 'major', 52);
      const shape = [...strum, (strum[0] as number) + 12];
      for (let sixteenth = 0; sixteenth < 16; sixteenth += 1) {
        score.hit('brush', sixteenth / 4, sixteenth % 8 === 4 ? 0.2 : sixteenth % 2 === 0 ? 0.07 : 0.09);
      }
      for (const beat of [0, 2]) {
        score.hit('softKick', beat, 0.8);
        score.note('uprightBass', beat, bass + (beat === 0 ? 0 : 7), 0.95, 1);
        score.note('acousticGuitar', beat, root, 0.8, 0.7);
        score.chord('acousticGuitar', beat + 1, shape, 0.9, 0.3, 0.008);
        score.chord('acousticGuitar', beat + 1.5, shape.slice(1), 0.5, 0.3, -0.006);
        score.hit('snare', beat + 1, 0.16);
      }
      score.chord('steel', 0, voicing(root, step[1], 64), 3.6, 0.9);
      // A banjo roll: thumb, first, second finger, over and over, against the beat.
      for (let i = 0; i < 16; i += 1) score.note('twang', i / 4, shape[[0, 2, 3, 1, 2, 3, 0, 3][i % 8] as number] as number, 0.6, i % 8 === 0 ? 0.28 : 0.18);
      const soloist = Math.floor(bar / 4) % 2 === 0 ? 'singer' : Math.floor(bar / 2) % 2 === 0 ? 'fiddle' : 'twang';
      for (let eighth = 0; eighth < 7;) {
        const length = soloist === 'singer' ? random.pick([1, 2, 3]) : random.pick([1, 1, 1, 2]);
        tune = nextNote(tune, tonic, SCALES.majorPentatonic, step, eighth % 4 === 0, tonic + 14, tonic + 33, random);
        score.note(soloist, eighth / 2, tune, length / 2 * 0.95, random.between(0.75, 1.1));
        eighth += length;
      }
    };
  },
};
