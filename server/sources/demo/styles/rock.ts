/** Straight eighths: kick and snare, crunching open chords, bass on the roots, a lead guitar or a singer above. */
import type { Style } from '../style.js';
import { SCALES, bassNote, nextNote, stacked, type Step } from '../theory.js';

const PROGRESSIONS: readonly (readonly Step[])[] = [
  [[0, 'major'], [10, 'major'], [5, 'major'], [0, 'major']],
  [[0, 'major'], [5, 'major'], [7, 'major'], [5, 'major']],
  [[0, 'minor'], [8, 'major'], [3, 'major'], [10, 'major']],
];

export const rock: Style = {
  name: 'rock',
  tempo: [104, 132],
  swing: 0.5,
  barsPerPhrase: 4,
  gain: 0.45,
  drive: { instruments: ['ampGuitar', 'ampLead'], gain: 6, level: 0.5, speakerHz: 4200 },
  trebleHz: 9000,
  hall: { seconds: 0.9, gain: 0.22 },
  compose(random) {
    const tonic = random.pick([40, 43, 45]);
    const progression = random.pick(PROGRESSIONS);
    const scale = progression[0]?.[1] === 'minor' ? SCALES.minorPentatonic : SCALES.mixolydian;
    const extraKick = random.pick([1.5, 2.5, 3.5]);
    let tune = tonic + 26;
    return (score, bar, bars) => {
      const step = progression[bar % 4] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 28);
      const chord = stacked(root, 'power', 40);
      const chorus = Math.floor(bar / 4) % 2 === 1;
      for (let eighth = 0; eighth < 8; eighth += 1) {
        score.chord('ampGuitar', eighth / 2, chord, eighth % 4 === 0 ? 0.95 : 0.48, eighth % 4 === 0 ? 0.8 : 0.35, 0.004);
        score.note('pickedBass', eighth / 2, bass, 0.48, 1.1);
        if (eighth % 2 === 0) score.hit(chorus ? 'crash' : 'openHat', eighth / 2, chorus ? 0.12 : 0.3);
      }
      for (const beat of [0, 2, extraKick]) score.hit('kick', beat, 0.75);
      for (const beat of [1, 3]) score.hit('fatSnare', beat, 0.55);
      if (bar % 4 === 0) score.hit('crash', 0, 0.4);
      for (let eighth = 0; eighth < 8;) {
        const length = random.pick([1, 1, 2, 3]);
        tune = nextNote(tune, tonic, scale, step, eighth % 4 === 0, tonic + 17, tonic + 34, random);
        if (random.chance(0.85)) score.note(chorus ? 'ampLead' : 'singer', eighth / 2, tune, length / 2 * 0.9, chorus ? 0.4 : random.between(0.6, 0.85));
        eighth += length;
      }
      if (bar === bars - 1) for (let i = 8; i < 16; i += 1) score.hit(i % 4 < 2 ? 'fatSnare' : 'tom', i / 4, 0.6);
    };
  },
};
