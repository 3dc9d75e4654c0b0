/** Boom-bap: a swung break, sub bass, two dusty chords in a loop, crackle, and a voice that talks in sixteenths. */
import type { Style } from '../style.js';
import { bassNote, voicing, type Step } from '../theory.js';

const LOOPS: readonly (readonly Step[])[] = [
  [[0, 'minor9'], [8, 'major7']],
  [[0, 'minor7'], [5, 'minor7']],
  [[0, 'minor9'], [10, 'dominant9']],
];

export const hiphop: Style = {
  name: 'hiphop',
  tempo: [84, 96],
  swing: 0.5,
  swing16: 0.58,
  barsPerPhrase: 4,
  gain: 0.55,
  trebleHz: 9800,
  hall: { seconds: 0.4, gain: 0.12 },
  compose(random) {
    const tonic = random.pick([57, 59, 60, 62]);
    const loop = random.pick(LOOPS);
    const kicks = [0, 2.5, ...(random.chance(0.6) ? [1.75] : [0.75]), ...(random.chance(0.5) ? [3.25] : [])];
    // One bar of flow, repeated with changes: where the syllables fall.
    const flow = Array.from({ length: 16 }, (_, i) => random.chance(i % 4 === 0 ? 0.9 : i % 2 === 0 ? 0.8 : 0.55));
    return (score, bar) => {
      const step = loop[Math.floor(bar / 2) % 2] as Step;
      const root = tonic + step[0];
      const bass = bassNote(root, 31);
      for (const beat of kicks) {
        score.hit('boomKick', beat, 0.7);
        score.note('subBass', beat, bass + (beat > 2.6 ? 3 : 0), 0.5, 0.45);
      }
      for (const beat of [1, 3]) {
        score.hit('crackSnare', beat, 0.7);
        score.hit('clap', beat, 0.2);
      }
      if (random.chance(0.5)) score.hit('crackSnare', 3.75, 0.2);
      for (let eighth = 0; eighth < 8; eighth += 1) score.hit(eighth === 7 && bar % 2 === 1 ? 'openHat' : 'hat', eighth / 2, 0.5);
      for (const beat of [0, 1.5]) score.chord('rhodes', beat, voicing(root, step[1], 62), 1.6, 0.8);
      score.chord('strings', 0, voicing(root, step[1], 67), 3.9, 0.5);
      for (let i = 0; i < 10; i += 1) score.hit('crackle', random.between(0, 4), random.between(0.05, 0.3));
      flow.forEach((said, i) => {
        if (bar < 1 || random.chance(0.12) === said) return;
        const pitch = tonic - 12 + random.pick([0, 1, 2, 3]) - (i > 12 ? 2 : 0);
        score.note('rapper', i / 4, pitch, 0.22, random.between(1.4, 2.2));
        if (random.chance(0.35)) score.hit('shaker', i / 4, random.between(0.2, 0.45));
      });
    };
  },
};
