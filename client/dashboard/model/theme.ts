/** Light or dark theme: the stored choice, and the base colours of each. */
import type { Rgb } from '../../../server/drawing/colour.js';
import type { Theme } from '../../../server/drawing/genre-colours.js';

export type { Theme };

/** Surface colours against which contrast is checked; same values as in dashboard.css. */
export const SURFACE: Readonly<Record<Theme, Rgb>> = { light: [255, 255, 255], dark: [21, 27, 34] };
/** Text colours on the surface. */
export const INK: Readonly<Record<Theme, Rgb>> = { light: [20, 25, 31], dark: [232, 237, 242] };

const KEY = 'livegenre.theme';

/** The methods of localStorage that are used; they throw if the browser blocks storage. */
export type ThemeStorage = Pick<Storage, 'getItem' | 'setItem'>;

export function storedTheme(storage: () => ThemeStorage): Theme | undefined {
  try {
    const stored = storage().getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined; // storage is blocked: the system's theme applies
  }
}

export function storeTheme(storage: () => ThemeStorage, theme: Theme): void {
  try {
    storage().setItem(KEY, theme);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
}
