/** I-V-vi-IV in bright synthesisers: wide pad, arpeggio, claps on two and four, a sung tune that comes back. */
import type { Style } from '../style.js';
import { CHORDS, SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const PROGRESSIONS: readonly (readonly Step[])[] = [
  [[0, 'major'], [7, 'major'], [9, 'minor'], [5, 'major']],
  [[9, 'minor'], [5, 'major'], [0, 'major'], [7, 'major']],
  [[0, 'major'], [9, 'minor'], [5, 'major'], [7, 'major']],
];

export const pop: Style = {
  name: 'pop',
  tempo: [100, 118],
  swing: 0.5,
  barsPerPhrase: 4,
  gain: 0.77,
  hall: { seconds: 1, gain: 0.3 },
  compose(random) {
    const tonic = random.pick([60, 62, 64, 65]);
    const progression = random.pick(PROGRESSIONS);
    // A hook of four bars, written once and sung again.
    let last = tonic + 7;
    const hook = progression.map((step) => {
      const notes: { beat: number; beats: number; midi: number }[] = [];
      for (let eighth = 0; eighth < 8;) {
        const length = random.pick([1, 1, 2, 2, 3]);
        last = nextNote(last, tonic, SCALES.majorPentatonic, step, eighth % 4 === 0, tonic, tonic + 16, random);
        notes.push({ beat: eighth / 2, beats: length / 2 * 0.9, midi: last });
        eighth += length;
      }
      return notes;
    });
    return (score, bar) => {
      const step = progression[bar % 4] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 33);
      const arpeggio = [...CHORDS[step[1]], 12].map((interval) => bassNote(root, 67) + interval);
      for (const beat of [0, 1.5, 2, bar % 2 === 1 ? 3.5 : 2.75]) {
        score.hit('punchKick', beat, 0.8);
        score.note('synthBass', beat, bass, 0.7, 0.9);
      }
      for (let beat = 0; beat < 4; beat += 1) {
        if (beat % 2 === 1) {
          score.hit('clap', beat, 0.5);
          score.hit('crackSnare', beat, 0.4);
        }
        for (const half of [0, 0.5]) score.hit('hat', beat + half, half === 0 ? 0.2 : 0.12);
        for (const sixteenth of [0, 1, 2, 3]) score.hit('shaker', beat + sixteenth / 4, 0.12);
      }
      score.chord('pad', 0, voicing(root, step[1], 64), 3.9, 1);
      for (let i = 0; i < 16; i += 1) score.note('synthLead', i / 4, arpeggio[[0, 1, 2, 3, 2, 1][i % 6] as number] as number, 0.2, 0.3);
      if (bar >= 2) {
        for (const { beat, beats, midi } of hook[bar % 4] as { beat: number; beats: number; midi: number }[]) {
          score.note('singer', beat, midi, beats, 1);
          if (Math.floor(bar / 4) % 2 === 1) score.note('singer', beat, midi - 12, beats, 0.5);
        }
      }
    };
  },
};
