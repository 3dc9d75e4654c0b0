/** Four on the floor, open hats between, a bass in octaves, scratched sixteenths on a clean guitar, strings in runs and stabs. */
import type { Style } from '../style.js';
import { SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const PROGRESSIONS: readonly (readonly Step[])[] = [
  [[0, 'minor7'], [5, 'dominant7'], [0, 'minor7'], [5, 'dominant7']],
  [[0, 'minor7'], [8, 'major7'], [3, 'major7'], [10, 'major']],
  [[0, 'minor7'], [5, 'minor7'], [10, 'dominant7'], [3, 'major7']],
];

export const disco: Style = {
  name: 'disco',
  tempo: [116, 126],
  swing: 0.5,
  barsPerPhrase: 4,
  gain: 0.62,
  trebleHz: 8500,
  hall: { seconds: 1, gain: 0.35 },
  compose(random) {
    const tonic = random.pick([57, 59, 60, 62, 64]);
    const progression = random.pick(PROGRESSIONS);
    const scratch = Array.from({ length: 16 }, (_, i) => i % 4 === 2 || random.chance(0.45));
    let tune = tonic + 12;
    return (score, bar, bars) => {
      const step = progression[bar % 4] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 28);
      const chord = voicing(root, step[1], 66);
      for (let beat = 0; beat < 4; beat += 1) {
        score.hit('kick', beat, 0.85);
        if (beat % 2 === 1) {
          score.hit('snare', beat, 0.5);
          score.hit('clap', beat, 0.3);
        }
        score.hit('hat', beat, 0.22);
        score.hit('openHat', beat + 0.5, 0.42);
        for (const sixteenth of [0.25, 0.75]) score.hit('hat', beat + sixteenth, 0.14);
        score.note('pickedBass', beat, bass, 0.4, 0.9);
        score.note('pickedBass', beat + 0.5, bass + 12, 0.35, 0.8);
      }
      scratch.forEach((played, i) => {
        if (played) score.chord('cleanGuitar', i / 4, chord, i % 4 === 2 ? 0.18 : 0.1, i % 4 === 2 ? 0.5 : 0.3, 0.003);
      });
      score.chord('strings', 0, voicing(root, step[1], 72), 3.9, 0.9);
      score.chord('stabs', bar % 2 === 0 ? 1.5 : 3.5, voicing(root, step[1], 69), 0.35, 0.7);
      for (let eighth = 0; eighth < 8;) {
        const length = random.pick([1, 1, 2, 2]);
        tune = nextNote(tune, tonic, SCALES.dorian, step, eighth % 4 === 0, tonic + 5, tonic + 19, random);
        if (bar % 4 !== 3) score.note('singer', eighth / 2, tune, length / 2 * 0.9, random.between(0.5, 0.75));
        else score.note('violin', eighth / 2, tune + 12, length / 2 * 0.9, 0.7);
        eighth += length;
      }
      if (bar === bars - 1) for (const beat of [3, 3.25, 3.5, 3.75]) score.hit('tom', beat, 0.7);
    };
  },
};
