/**
 * Perceptually uniform colour map of the spectrogram: OKLCH lightness is linear in the level (rising
 * on dark pages, falling on light ones), while the hue rotates.
 */
import { oklch } from '../../../server/drawing/colour.js';
import type { Theme } from './theme.js';

/** Range of levels that the map spans, as bytes of a `columns` message; dB = byte / 2 - 80. */
export interface LevelRange { readonly from: number; readonly to: number }

/** -39 to 27 dB of mel power: 95 % of the cells of recorded music lie in it, and the loudest ones. */
export const LEVEL_RANGE: LevelRange = { from: 82, to: 214 };

/** @returns lookup table by level byte: [256 × (red, green, blue)] */
export function colourMap(theme: Theme, { from, to }: LevelRange = LEVEL_RANGE): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(256 * 3);
  for (let byte = 0; byte < 256; byte++) {
    const strength = Math.min(1, Math.max(0, (byte - from) / (to - from)));
    colours.set(theme === 'dark' ? darkColour(strength) : lightColour(strength), byte * 3);
  }
  return colours;
}

/** Dark theme: from the surface colour through violet and rose to warm white. */
function darkColour(strength: number): ReturnType<typeof oklch> {
  return oklch(0.19 + 0.77 * strength, 0.02 + 0.17 * Math.sin(Math.PI * strength ** 0.9), 270 + 180 * strength ** 0.85);
}

/** Light theme: from white through sand and rose to deep violet. */
function lightColour(strength: number): ReturnType<typeof oklch> {
  return oklch(0.985 - 0.74 * strength, 0.005 + 0.16 * Math.sin(Math.PI * strength ** 1.1), 85 - 165 * strength ** 0.85);
}
