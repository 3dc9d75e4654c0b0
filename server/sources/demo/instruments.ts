/** The band: every instrument as a patch of one of the two sound generators. */
import type { PluckPatch } from './pluck.js';
import type { TonePatch } from './tone.js';
import { formants, harmonicSeries } from './wavetable.js';

const saw = harmonicSeries(1);
const square = harmonicSeries(1, 0);
const mellow = harmonicSeries(2);
const drawbars = [0.8, 0.7, 0.6, 0.4, 0, 0.25, 0, 0.3];
const tines = [1, 0.25, 0.05, 0.12, 0, 0, 0.06];
const reed = [0.7, 1, 0.8, 0.6, 0.55, 0.4, 0.35, 0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04];
/** "Ah" of a woman's voice about middle C, and "eh" of a man's speaking voice. */
const ah = formants(280, [[850, 130, 1], [1300, 160, 0.7], [2800, 250, 0.35], [3900, 300, 0.2]]);
const eh = formants(112, [[560, 90, 1], [1700, 180, 0.6], [2450, 220, 0.5], [3500, 300, 0.3]]);

export const INSTRUMENTS = {
  piano: { kind: 'tone', harmonics: harmonicSeries(1.35), level: 0.22, attackS: 0.003, decayS: 0.7, sustain: 0, releaseS: 0.06, cutoffHz: 4200, cutoffFloorHz: 700, cutoffDecayS: 0.35, detuneCents: 1.5 },
  organ: { kind: 'tone', harmonics: drawbars, level: 0.09, attackS: 0.008, decayS: 1, sustain: 1, releaseS: 0.02, vibratoCents: 6, vibratoHz: 6.4 },
  rhodes: { kind: 'tone', harmonics: tines, level: 0.18, attackS: 0.004, decayS: 0.9, sustain: 0, releaseS: 0.08, cutoffHz: 3000, cutoffFloorHz: 600, cutoffDecayS: 0.3 },
  strings: { kind: 'tone', harmonics: saw, level: 0.075, attackS: 0.14, decayS: 1, sustain: 0.9, releaseS: 0.16, cutoffHz: 2600, vibratoCents: 9, vibratoHz: 5.6, detuneCents: 7 },
  violin: { kind: 'tone', harmonics: saw, level: 0.15, attackS: 0.07, decayS: 1, sustain: 0.85, releaseS: 0.09, cutoffHz: 3600, vibratoCents: 16, vibratoHz: 5.8, detuneCents: 4 },
  fiddle: { kind: 'tone', harmonics: saw, level: 0.16, attackS: 0.03, decayS: 0.6, sustain: 0.7, releaseS: 0.04, cutoffHz: 4800, vibratoCents: 10, vibratoHz: 6, bendSemitones: -0.7, bendS: 0.04 },
  stabs: { kind: 'tone', harmonics: saw, level: 0.1, attackS: 0.02, decayS: 0.5, sustain: 0.6, releaseS: 0.05, cutoffHz: 5200, cutoffFloorHz: 2800, cutoffDecayS: 0.3, detuneCents: 9 },
  pad: { kind: 'tone', harmonics: saw, level: 0.06, attackS: 0.12, decayS: 1, sustain: 0.9, releaseS: 0.15, cutoffHz: 2200, detuneCents: 11 },
  synthLead: { kind: 'tone', harmonics: square, level: 0.13, attackS: 0.006, decayS: 0.3, sustain: 0.6, releaseS: 0.06, cutoffHz: 5200, cutoffFloorHz: 2600, cutoffDecayS: 0.2, vibratoCents: 8, detuneCents: 6 },
  sax: { kind: 'tone', harmonics: reed, level: 0.26, attackS: 0.03, decayS: 0.5, sustain: 0.75, releaseS: 0.05, cutoffHz: 3000, cutoffFloorHz: 1800, cutoffDecayS: 0.3, vibratoCents: 14, vibratoHz: 5.2, bendSemitones: -0.5, bendS: 0.03 },
  singer: { kind: 'tone', harmonics: ah, level: 0.3, attackS: 0.04, decayS: 0.4, sustain: 0.8, releaseS: 0.06, vibratoCents: 22, vibratoHz: 5.4, bendSemitones: -1, bendS: 0.035 },
  rapper: { kind: 'tone', harmonics: eh, level: 0.42, attackS: 0.012, decayS: 0.09, sustain: 0.35, releaseS: 0.03, bendSemitones: 2.5, bendS: 0.07 },
  synthBass: { kind: 'tone', harmonics: saw, level: 0.3, attackS: 0.003, decayS: 0.2, sustain: 0.5, releaseS: 0.02, cutoffHz: 1800, cutoffFloorHz: 350, cutoffDecayS: 0.09 },
  subBass: { kind: 'tone', harmonics: [1, 0.12, 0.06], level: 0.34, attackS: 0.005, decayS: 0.8, sustain: 0.5, releaseS: 0.05, bendSemitones: 5, bendS: 0.02 },
  dubBass: { kind: 'tone', harmonics: mellow, level: 0.42, attackS: 0.006, decayS: 0.5, sustain: 0.5, releaseS: 0.04, cutoffHz: 500, cutoffFloorHz: 260, cutoffDecayS: 0.1 },
  pickedBass: { kind: 'tone', harmonics: saw, level: 0.27, attackS: 0.003, decayS: 0.4, sustain: 0.5, releaseS: 0.03, cutoffHz: 1500, cutoffFloorHz: 600, cutoffDecayS: 0.1 },
  uprightBass: { kind: 'tone', harmonics: harmonicSeries(1.8), level: 0.42, attackS: 0.008, decayS: 0.35, sustain: 0.12, releaseS: 0.06, cutoffHz: 900, cutoffFloorHz: 350, cutoffDecayS: 0.1 },
  steel: { kind: 'tone', harmonics: harmonicSeries(1.5), level: 0.13, attackS: 0.05, decayS: 1.2, sustain: 0.4, releaseS: 0.12, cutoffHz: 3200, vibratoCents: 18, vibratoHz: 5.8, bendSemitones: -2, bendS: 0.07 },
  acousticGuitar: { kind: 'pluck', level: 0.3, decayS: 1.6, releaseS: 0.09, brightness: 0.85, damping: 0.25, position: 0.15 },
  cleanGuitar: { kind: 'pluck', level: 0.3, decayS: 2.2, releaseS: 0.06, brightness: 0.7, damping: 0.2, position: 0.25 },
  twang: { kind: 'pluck', level: 0.5, decayS: 2, releaseS: 0.05, brightness: 1, damping: 0.12, position: 0.1 },
  ampGuitar: { kind: 'pluck', level: 0.5, decayS: 5, releaseS: 0.05, brightness: 0.8, damping: 0.12, position: 0.3 },
  mutedGuitar: { kind: 'pluck', level: 0.55, decayS: 0.4, releaseS: 0.03, brightness: 0.5, damping: 0.35, position: 0.2 },
  ampLead: { kind: 'tone', harmonics: saw, level: 0.4, attackS: 0.008, decayS: 1, sustain: 0.9, releaseS: 0.03, vibratoCents: 25, vibratoHz: 5.6, bendSemitones: -1, bendS: 0.04 },
} as const satisfies Record<string, TonePatch | PluckPatch>;

export type Instrument = keyof typeof INSTRUMENTS;
