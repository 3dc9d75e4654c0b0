/** A twelve-bar shuffle: dominant sevenths, boogie guitar, walking bass, a bent pentatonic lead that calls and answers. */
import type { Style } from '../style.js';
import { SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const TWELVE_BARS: readonly number[] = [0, 0, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7];

export const blues: Style = {
  name: 'blues',
  tempo: [96, 122],
  swing: 0.66,
  barsPerPhrase: 12,
  gain: 0.62,
  drive: { instruments: ['ampLead'], gain: 1.6, level: 0.45, speakerHz: 3800 },
  trebleHz: 7000,
  hall: { seconds: 0.9, gain: 0.35 },
  compose(random) {
    const tonic = random.pick([40, 43, 45]);
    let lead = tonic + 24;
    return (score, bar, bars) => {
      const offset = TWELVE_BARS[bar % 12] as number;
      const chord: Step = [offset, 'dominant7'];
      const root = tonic + offset;
      const bass = bassNote(root, 31);
      const walk = [0, 4, 7, random.pick([9, 10])];
      for (let beat = 0; beat < 4; beat += 1) {
        score.hit(beat % 2 === 0 ? 'kick' : 'snare', beat, beat % 2 === 0 ? 0.5 : 0.3);
        score.hit('ride', beat, 0.06);
        score.hit('ride', beat + 0.5, 0.04);
        score.note('uprightBass', beat, bass + (walk[beat] as number), 0.9, 1.1);
        // Boogie: root and fifth, then root and sixth.
        for (const half of [0, 0.5]) {
          score.chord('cleanGuitar', beat + half, [root, root + (beat % 2 === 0 ? 7 : 9)], 0.45, half === 0 ? 0.8 : 0.55);
        }
      }
      score.chord('organ', 0, voicing(root, 'dominant7', 57), 3.8, 0.25);
      // The lead speaks in two bars and listens in the next two.
      if (bar % 4 < 2 || bar % 12 > 9) {
        for (let eighth = 0; eighth < 8;) {
          const length = random.pick([1, 1, 2, 3]);
          lead = nextNote(lead, tonic, SCALES.blues, chord, eighth % 4 === 0, tonic + 17, tonic + 36, random);
          if (random.chance(0.85)) score.note('ampLead', eighth / 2, lead, length / 2 * 0.9, random.between(0.5, 0.8));
          eighth += length;
        }
      }
      if (bar === bars - 1) for (const beat of [2, 2.5, 3, 3.5]) score.hit('tom', beat, 0.6);
    };
  },
};
