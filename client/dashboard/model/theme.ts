/** Light or dark: what the person chose, stored in this browser; else what the system says. */
import type { Rgb } from './colour.js';

export type Theme = 'light' | 'dark';

/** The surfaces that colours must stand out on; the same values as in dashboard.css. */
export const SURFACE: Readonly<Record<Theme, Rgb>> = { light: [255, 255, 255], dark: [21, 27, 34] };
/** The text on them. */
export const INK: Readonly<Record<Theme, Rgb>> = { light: [20, 25, 31], dark: [232, 237, 242] };

const KEY = 'livegenre.theme';

/** The part of localStorage that is used; it throws where a browser forbids it. */
export type ThemeStorage = Pick<Storage, 'getItem' | 'setItem'>;

export function storedTheme(storage: () => ThemeStorage): Theme | undefined {
  try {
    const stored = storage().getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined; // storage is blocked: the system's theme does
  }
}

export function storeTheme(storage: () => ThemeStorage, theme: Theme): void {
  try {
    storage().setItem(KEY, theme);
  } catch {
    // storage is blocked: the choice lasts until the page is closed
  }
}
