/** The public style names match the widget's styles. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contrast, type Rgb } from '../../../server/drawing/colour.js';
import { STYLES } from '../../../client/widget/styles.js';
import { PARTS, PROPERTIES } from '../../../client/widget/theming.js';

test('the styles use exactly the public custom properties', () => {
  assert.equal([...new Set(STYLES.match(/--live-genre-[a-z]+/g))].sort(), Object.keys(PROPERTIES).sort());
});

test('every part has a style', () => {
  for (const part of PARTS) assert.match(STYLES, new RegExp(`\\.${part}\\b`));
});

test('text and controls have enough contrast, light and dark', () => {
  const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  const pair = (name: string): [string, string] => {
    const [, light, dark] = new RegExp(`--${name}: .*?light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(STYLES)!;
    return [light!, dark!];
  };
  for (const theme of [0, 1] as const) {
    const background = rgb(pair('background')[theme]);
    for (const [name, least] of [['text', 7], ['quiet', 4.5], ['control', 3], ['lit', 3]] as const) {
      assert.ok(contrast(rgb(pair(name)[theme]), background) >= least, `${name} ${pair(name)[theme]}`);
    }
  }
});

test.run();
