/**
 * A colour for each label, for any number of labels: hues evenly spaced, with neighbours at different
 * lightness so that they also differ without hue. Colour is never the only cue: the label is next to it.
 */
import { hex, oklch, type Rgb } from './colour.js';

/** Of a screen; paper is light. */
export type Theme = 'light' | 'dark';

export interface GenreColour {
  /** For bars, dots and lines: contrast of at least 3:1 on the surface. */
  readonly strong: string;
  /** For areas behind text: text has a contrast of at least 4.5:1 on it. */
  readonly tint: string;
}

/** [lightness of labels with even index, with odd index, chroma], chosen for contrast on the theme's surface. */
const STRONG: Readonly<Record<Theme, readonly [number, number, number]>> = {
  light: [0.64, 0.48, 0.16],
  dark: [0.82, 0.64, 0.14],
};
const TINT: Readonly<Record<Theme, readonly [number, number, number]>> = {
  light: [0.92, 0.85, 0.06],
  dark: [0.42, 0.33, 0.07],
};
/** Hue of the first label, degrees. */
const FIRST_HUE = 25;

export function genreColour(index: number, labels: number, theme: Theme): GenreColour {
  return { strong: hex(tone(STRONG[theme], index, labels)), tint: hex(tone(TINT[theme], index, labels)) };
}

/** Hue of a label, degrees. */
export function genreHue(index: number, labels: number): number {
  return FIRST_HUE + 360 * index / Math.max(1, labels);
}

function tone([even, odd, chroma]: readonly [number, number, number], index: number, labels: number): Rgb {
  return oklch(index % 2 === 0 ? even : odd, chroma, genreHue(index, labels));
}

/** The colours of a model's labels by name. */
export function genreColours(labels: readonly string[], theme: Theme): ReadonlyMap<string, GenreColour> {
  return new Map(labels.map((label, index) => [label, genreColour(index, labels.length, theme)]));
}

/** Cache of a model's colours; recomputed only if the labels or the theme change. */
export class GenrePalette {
  #key = '';
  #colours: ReadonlyMap<string, GenreColour> = new Map();

  of(labels: readonly string[], theme: Theme): ReadonlyMap<string, GenreColour> {
    const key = `${theme} ${labels.join('|')}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#colours = genreColours(labels, theme);
    }
    return this.#colours;
  }
}
