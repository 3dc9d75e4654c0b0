/** Colours of the wall's tiles: one for a quiet station and one for a loud one, between which a tile breathes. */
import { hex, oklch } from '../../../server/drawing/colour.js';
import { genreColours, genreHue } from '../../../server/drawing/genre-colours.js';
import type { Theme } from './theme.js';

export interface WallColour {
  /** Behind everything. */
  readonly calm: string;
  /** At full scale. Text has a contrast of at least 4.5:1 on both, and so on all between. */
  readonly loud: string;
  /** For the swatch of the legend and the bar of a tile. */
  readonly strong: string;
}

/** [lightness of labels with even index, with odd index, chroma]. */
const LOUD: Readonly<Record<Theme, readonly [number, number, number]>> = {
  light: [0.82, 0.74, 0.14],
  dark: [0.5, 0.44, 0.13],
};

export function wallColours(labels: readonly string[], theme: Theme): ReadonlyMap<string, WallColour> {
  const [even, odd, chroma] = LOUD[theme];
  return new Map([...genreColours(labels, theme)].map(([label, { strong, tint }], index) => [label, {
    calm: tint, strong, loud: hex(oklch(index % 2 === 0 ? even : odd, chroma, genreHue(index, labels.length))),
  }]));
}
