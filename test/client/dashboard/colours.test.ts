/** Contrast and distinctness of colours, and the stored theme. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contrast, hex, lab, oklch, type Lab, type Rgb } from '../../../server/drawing/colour.js';
import { colourMap, LEVEL_RANGE } from '../../../client/dashboard/model/colour-map.js';
import { genreColour } from '../../../server/drawing/genre-colours.js';
import { INK, storeTheme, storedTheme, SURFACE, type Theme } from '../../../client/dashboard/model/theme.js';

const THEMES: readonly Theme[] = ['light', 'dark'];
const rgb = (text: string): Rgb => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;
const distance = (one: Lab, other: Lab): number => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);

test('oklch agrees with the published sRGB values', () => {
  assert.is(hex(oklch(0.62796, 0.25768, 29.234)), '#ff0000');
  assert.is(hex(oklch(0.86644, 0.29483, 142.495)), '#00ff00');
  assert.is(hex(oklch(1, 0, 0)), '#ffffff');
  assert.is(hex(oklch(0.59987, 0, 0)), '#808080');
});

test('contrast agrees with WCAG', () => {
  assert.ok(Math.abs(contrast([0, 0, 0], [255, 255, 255]) - 21) < 1e-9);
  assert.ok(Math.abs(contrast([118, 118, 118], [255, 255, 255]) - 4.54) < 0.01);
});

for (const theme of THEMES) {
  test(`${theme}: any number of labels has enough contrast on the surface, and text on their tints`, () => {
    for (let labels = 1; labels <= 40; labels++) {
      for (let index = 0; index < labels; index++) {
        const { strong, tint } = genreColour(index, labels, theme);
        assert.ok(contrast(rgb(strong), SURFACE[theme]) >= 3, `${strong}, ${index} of ${labels}`);
        assert.ok(contrast(rgb(tint), INK[theme]) >= 4.5, `${tint}, ${index} of ${labels}`);
      }
    }
  });

  test(`${theme}: ten labels have distinct colours`, () => {
    const all = Array.from({ length: 10 }, (_, index) => lab(rgb(genreColour(index, 10, theme).strong)));
    for (const [i, one] of all.entries()) for (const other of all.slice(i + 1)) assert.ok(distance(one, other) > 0.08);
  });

  test(`${theme}: the colour map gets linearly ${theme === 'dark' ? 'lighter' : 'darker'} with the level`, () => {
    const map = colourMap(theme);
    const lightness = Array.from({ length: 256 }, (_, byte) => lab([map[3 * byte]!, map[3 * byte + 1]!, map[3 * byte + 2]!])[0]);
    const direction = theme === 'dark' ? 1 : -1;
    const mean = (lightness[LEVEL_RANGE.to]! - lightness[LEVEL_RANGE.from]!) / (LEVEL_RANGE.to - LEVEL_RANGE.from);
    for (let byte = LEVEL_RANGE.from; byte < LEVEL_RANGE.to; byte++) {
      const step = lightness[byte + 1]! - lightness[byte]!;
      assert.ok(step * direction > -0.002, `falls back at ${byte}`);
      assert.ok(Math.abs(step - mean) < 0.006, `jumps at ${byte}`);
    }
    assert.is(lightness[0], lightness[LEVEL_RANGE.from]);
  });
}

test('the theme is stored, and blocked storage causes no error', () => {
  const items = new Map<string, string>();
  const storage = () => ({ getItem: (key: string) => items.get(key) ?? null, setItem: (key: string, value: string) => { items.set(key, value); } });
  assert.is(storedTheme(storage), undefined);
  storeTheme(storage, 'dark');
  assert.is(storedTheme(storage), 'dark');
  const blocked = (): never => { throw new Error('SecurityError'); };
  storeTheme(blocked, 'dark');
  assert.is(storedTheme(blocked), undefined);
});

test.run();
