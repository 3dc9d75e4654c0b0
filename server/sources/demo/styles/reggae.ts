/** One drop: kick and rim together on three, guitar and organ cut short off the beat, and a bass tune that leaves holes. */
import type { Style } from '../style.js';
import { CHORDS, SCALES, bassNote, nextNote, voicing, type Step } from '../theory.js';

const PROGRESSIONS: readonly (readonly Step[])[] = [
  [[0, 'minor'], [0, 'minor'], [5, 'minor'], [5, 'minor']],
  [[0, 'major'], [5, 'major'], [0, 'major'], [7, 'major']],
  [[0, 'minor'], [10, 'major'], [0, 'minor'], [7, 'minor']],
];

export const reggae: Style = {
  name: 'reggae',
  tempo: [134, 152],
  swing: 0.54,
  barsPerPhrase: 4,
  gain: 0.55,
  trebleHz: 9000,
  hall: { seconds: 1.3, gain: 0.3 },
  compose(random) {
    const tonic = random.pick([57, 59, 60, 62]);
    const progression = random.pick(PROGRESSIONS);
    const scale = progression[0]?.[1] === 'minor' ? SCALES.minor : SCALES.major;
    // Two bars of bass: on the one or not, then pairs of eighths and rests.
    const riff = [[0, 0, 1], [1, 1, 0.5], [1.5, 2, 1], [2.5, 0, 0.5], ...(random.chance(0.5) ? [[3, 1, 0.8]] : [[3.5, 2, 0.5]])] as const;
    const answer = [[0.5, 0, 1], [1.5, 2, 0.5], [2, 1, 1.2]] as const;
    let tune = tonic + 9;
    return (score, bar, bars) => {
      const step = progression[Math.floor(bar / 2) % 4] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 31);
      const tones = CHORDS[step[1]];
      for (const [beat, tone, beats] of bar % 2 === 0 ? riff : answer) score.note('dubBass', beat, bass + (tones[tone] as number), beats, 1);
      score.hit('boomKick', 2, 0.9);
      score.hit('rim', 2, 0.7);
      for (let eighth = 0; eighth < 8; eighth += 1) score.hit('hat', eighth / 2, eighth % 2 === 0 ? 0.25 : 0.14);
      if (bar % 4 === 3) score.hit('openHat', 3.5, 0.25);
      const skank = voicing(root, step[1], 64);
      for (const beat of [1, 3]) {
        score.chord('cleanGuitar', beat, [...skank, (skank[0] as number) + 12], 0.16, 0.8, -0.004);
        score.chord('stabs', beat, skank, 0.14, 0.4);
      }
      for (const beat of [0.5, 1, 1.5, 2.5, 3, 3.5]) score.chord('organ', beat, voicing(root, step[1], 57), 0.2, 0.55);
      if (bar % 4 < 3) {
        for (let eighth = 1; eighth < 7;) {
          const length = random.pick([1, 2, 2, 3]);
          tune = nextNote(tune, tonic, scale, step, eighth % 4 === 0, tonic, tonic + 15, random);
          if (random.chance(0.8)) score.note('singer', eighth / 2, tune, length / 2 * 0.9, random.between(0.5, 0.75));
          eighth += length;
        }
      }
      if (bar === bars - 1) for (const beat of [2.5, 3, 3.5]) score.hit('rim', beat, 0.6);
    };
  },
};
