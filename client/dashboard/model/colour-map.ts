/**
 * Levels to colours for the spectrogram: lightness rises evenly with the level (falls, on a light
 * page), hue turns along, so that what looks twice as far apart is.
 */
import { oklch } from './colour.js';
import type { Theme } from './theme.js';

/** The levels that the map spans, as bytes of a `columns` message; dB = byte / 2 - 80. */
export interface LevelRange { readonly from: number; readonly to: number }

/** -39 to 27 dB of mel power: between them lie 19 of 20 cells of recorded music, and the loudest. */
export const LEVEL_RANGE: LevelRange = { from: 82, to: 214 };

/** @returns 256 colours as [red, green, blue] one after the other, by level byte */
export function colourMap(theme: Theme, { from, to }: LevelRange = LEVEL_RANGE): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(256 * 3);
  for (let byte = 0; byte < 256; byte++) {
    const strength = Math.min(1, Math.max(0, (byte - from) / (to - from)));
    colours.set(theme === 'dark' ? glow(strength) : print(strength), byte * 3);
  }
  return colours;
}

/** Night: from the surface over violet and rose to warm white. */
function glow(strength: number): ReturnType<typeof oklch> {
  return oklch(0.19 + 0.77 * strength, 0.02 + 0.17 * Math.sin(Math.PI * strength ** 0.9), 270 + 180 * strength ** 0.85);
}

/** Day: ink on paper, from white over sand and rose to deep violet. */
function print(strength: number): ReturnType<typeof oklch> {
  return oklch(0.985 - 0.74 * strength, 0.005 + 0.16 * Math.sin(Math.PI * strength ** 1.1), 85 - 165 * strength ** 0.85);
}
