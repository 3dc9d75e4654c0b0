/** Distorted fifths in a phrygian riff with palm mutes, double bass drum, a crash on the quarters, a solo in sixteenths. */
import type { Style } from '../style.js';
import { CHORDS, SCALES, nextNote } from '../theory.js';

export const metal: Style = {
  name: 'metal',
  tempo: [148, 190],
  swing: 0.5,
  barsPerPhrase: 4,
  gain: 0.36,
  drive: { instruments: ['ampGuitar', 'mutedGuitar', 'ampLead'], gain: 14, level: 0.42, speakerHz: 5200 },
  trebleHz: 9000,
  hall: { seconds: 0.5, gain: 0.12 },
  compose(random) {
    const tonic = random.pick([38, 40]);
    // Two bars of riff in eighths: mostly the open string, now and then an accent elsewhere in the scale.
    const riff = Array.from({ length: 16 }, (_, i) => {
      const accent = i % 8 === 0 || random.chance(0.3);
      return { accent, note: accent ? tonic + random.pick([0, 1, 3, 5, 6, 7, 8]) : tonic };
    });
    let lead = tonic + 31;
    return (score, bar, bars) => {
      const solo = Math.floor(bar / 4) % 2 === 1;
      for (let eighth = 0; eighth < 8; eighth += 1) {
        const { accent, note } = riff[(bar % 2) * 8 + eighth] as { accent: boolean; note: number };
        if (accent) score.chord('ampGuitar', eighth / 2, CHORDS.power.map((interval) => note + interval), 0.48, 0.9);
        else for (const half of [0, 0.25]) score.chord('mutedGuitar', eighth / 2 + half, [note, note + 7], 0.2, 0.8);
        score.note('pickedBass', eighth / 2, note - 12 < 26 ? note : note - 12, 0.45, 0.8);
        for (const half of [0, 0.25]) score.hit('punchKick', eighth / 2 + half, half === 0 ? 0.75 : 0.6);
      }
      for (let beat = 0; beat < 4; beat += 1) {
        score.hit('crash', beat, beat === 0 ? 0.3 : 0.14);
        if (beat % 2 === 1) score.hit('crackSnare', beat, 0.9);
      }
      if (solo) {
        for (let sixteenth = 0; sixteenth < 16; sixteenth += 1) {
          lead = nextNote(lead, tonic, SCALES.phrygian, [0, 'power'], sixteenth % 4 === 0, tonic + 24, tonic + 43, random);
          score.note('ampLead', sixteenth / 4, lead, 0.24, 0.28);
        }
      }
      if (bar === bars - 1) for (let i = 8; i < 16; i += 1) score.hit(i < 12 ? 'tom' : 'lowTom', i / 4, 0.8);
    };
  },
};
