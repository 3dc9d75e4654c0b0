/** Public names for styling the widget: sizes, parts and custom properties. */

export const SIZES = ['badge', 'line', 'card'] as const;
export type Size = (typeof SIZES)[number];

/** Parts that a page can style with `live-genre::part(…)`. */
export const PARTS = ['root', 'name', 'state', 'genre', 'confidence', 'note', 'bars', 'playing', 'level', 'button'] as const;

/** Custom properties and what they set; unset, they follow the theme. */
export const PROPERTIES = {
  '--live-genre-background': 'background',
  '--live-genre-text': 'text',
  '--live-genre-quiet': 'secondary text: names, notes, less likely genres',
  '--live-genre-accent': 'bars, level and dot; by default the genre’s colour',
  '--live-genre-track': 'empty part of the bars',
  '--live-genre-border': 'border',
  '--live-genre-radius': 'corner radius',
  '--live-genre-font': 'font family; inherit uses the page’s',
} as const;

export type Property = keyof typeof PROPERTIES;
