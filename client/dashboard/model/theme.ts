/** Light or dark theme: the stored choice, and the base colours of each. */
import type { Rgb } from '../../../server/drawing/colour.js';
import type { Theme } from '../../../server/drawing/genre-colours.js';
import { storeChoice, storedChoice, type ChoiceStorage } from './stored-choice.js';

export type { Theme };

/** Surface colours against which contrast is checked; same values as in dashboard.css. */
export const SURFACE: Readonly<Record<Theme, Rgb>> = { light: [255, 255, 255], dark: [21, 27, 34] };
/** Text colours on the surface. */
export const INK: Readonly<Record<Theme, Rgb>> = { light: [20, 25, 31], dark: [232, 237, 242] };

const KEY = 'livegenre.theme';

export function storedTheme(storage: () => ChoiceStorage): Theme | undefined {
  return storedChoice(storage, KEY, ['light', 'dark']);
}

export function storeTheme(storage: () => ChoiceStorage, theme: Theme): void {
  storeChoice(storage, KEY, theme);
}
