/** What a page may change of a widget's looks, and what each is for: its public names. */

export const SIZES = ['badge', 'line', 'card'] as const;
export type Size = (typeof SIZES)[number];

/** What a page can style with `live-genre::part(…)`. */
export const PARTS = ['root', 'name', 'state', 'genre', 'confidence', 'note', 'bars', 'playing', 'level', 'button'] as const;

/** Custom properties; unset, they follow the theme. */
export const PROPERTIES = {
  '--live-genre-background': 'behind everything',
  '--live-genre-text': 'words and numbers',
  '--live-genre-quiet': 'names, notes, less likely genres',
  '--live-genre-accent': 'bars, level and dot; unset, each genre has its colour',
  '--live-genre-track': 'the empty part of bars',
  '--live-genre-border': 'the line around it',
  '--live-genre-radius': 'of the corners',
  '--live-genre-font': 'font family; inherit takes the page’s',
} as const;

export type Property = keyof typeof PROPERTIES;
