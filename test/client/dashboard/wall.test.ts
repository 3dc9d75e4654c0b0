/** Models of the wall: how tiles fit, what they say, and whether it can be read. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { wallColours } from '../../../client/dashboard/model/wall-colours.js';
import { lightOf, stillLight, WallLights } from '../../../client/dashboard/model/wall-lights.js';
import { wallGrid } from '../../../client/dashboard/model/wall-grid.js';
import { tileWords, wallSum } from '../../../client/dashboard/model/wall-words.js';
import { INK, type Theme } from '../../../client/dashboard/model/theme.js';
import { contrast, rgbOf } from '../../../server/drawing/colour.js';
import type { StationGlance } from '../../../server/protocol/messages.js';

const LEAST = { leastWidthPx: 100, leastHeightPx: 60 };

test('tiles are as large as they can all be seen, and else as small as can be read', () => {
  assert.equal(wallGrid(1, { widthPx: 1400, heightPx: 700, gapPx: 6, ...LEAST }), { columns: 1, rowPx: 700, isWhole: true });
  assert.equal(wallGrid(4, { widthPx: 1400, heightPx: 706, gapPx: 6, ...LEAST }), { columns: 2, rowPx: 350, isWhole: true });
  const narrow = wallGrid(200, { widthPx: 390, heightPx: 700, gapPx: 6, ...LEAST });
  assert.equal(narrow, { columns: 3, rowPx: 60, isWhole: false });
  fc.assert(fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 300, max: 4000 }), fc.integer({ min: 200, max: 2200 }), (tiles, widthPx, heightPx) => {
    const { columns, rowPx, isWhole } = wallGrid(tiles, { widthPx, heightPx, gapPx: 6, ...LEAST });
    const rows = Math.ceil(tiles / columns);
    assert.ok(rowPx >= 60 - 1e-9);
    assert.ok((widthPx - (columns - 1) * 6) / columns >= 100 - 1e-9);
    if (isWhole) assert.ok(rows * rowPx + (rows - 1) * 6 <= heightPx + 1e-6);
  }));
});

const glance = (more: Partial<StationGlance>): StationGlance => ({ id: 'a', name: 'A', state: 'live', since: '', nowPlaying: null, reason: null, heard: 'music', genre: 'hiphop', p: 0.9, level: -12, alerts: [], ...more });

test('a tile says the genre, or why there is none', () => {
  const said = (more: Partial<StationGlance>) => Object.values(tileWords(glance(more))).slice(0, 2).join(' ');
  assert.is(said({}), 'genre Hip hop');
  assert.is(said({ genre: null, heard: 'unknown' }), 'unknown Unknown');
  assert.is(said({ genre: null, heard: 'speech' }), 'speech Speech');
  assert.is(said({ genre: null, heard: 'silence' }), 'silence Silence');
  assert.is(said({ state: 'silent', genre: null, heard: null }), 'silence Silence');
  assert.is(said({ genre: null, heard: null }), 'unknown Listening');
  for (const state of ['failing', 'stalled'] as const) assert.is(tileWords(glance({ state, genre: null, heard: null })).look, 'fault');
  for (const state of ['connecting', 'stopped'] as const) assert.is(tileWords(glance({ state, genre: null, heard: null })).look, 'off');
});

test('the sum counts what is heard now', () => {
  const jazz = { genre: 'jazz' };
  assert.equal(wallSum([glance(jazz), glance({}), glance(jazz), glance({ state: 'failing', genre: null }), glance({ state: 'silent', heard: 'silence', genre: null })]), { live: 3, faults: 1, silent: 1, genres: [['jazz', 2], ['hiphop', 1]] });
});

test('a light rises with the level, moves evenly to the next one within a second, and then rests', () => {
  assert.equal([lightOf(null), lightOf(-60), lightOf(0)], [{ rise: 0.1, opacity: 0 }, { rise: 0.1, opacity: 0.35 }, { rise: 1, opacity: 1 }]);
  assert.ok(lightOf(-20).rise < lightOf(-10).rise);
  assert.equal(stillLight(-50), stillLight(-3));
  const lights = new WallLights();
  lights.set([{ id: 'a', level: null }, { id: 'b', level: 0 }], 0);
  assert.equal(lights.at('b', 500), { rise: 0.55, opacity: 0.5 });
  assert.equal([lights.isMoving(999), lights.isMoving(1000)], [true, false]);
  assert.equal(lights.at('b', 5000), lightOf(0));
  // The next message comes early: the light goes on from where it is.
  lights.set([{ id: 'b', level: -60 }], 5000);
  lights.set([{ id: 'b', level: 0 }, { id: 'new', level: 0 }], 5500);
  assert.equal([lights.at('b', 5500), lights.at('new', 5500)], [{ rise: 0.55, opacity: 0.675 }, { rise: 0.1, opacity: 0 }]);
  assert.is(lights.at('a', 5500).opacity, 0);
});

for (const theme of ['light', 'dark'] satisfies Theme[]) {
  test(`${theme}: words can be read on a tile at any level, for any number of labels`, () => {
    for (let count = 1; count <= 40; count++) {
      for (const { calm, loud } of wallColours(Array.from({ length: count }, (_, index) => `label ${index}`), theme).values()) {
        for (const colour of [calm, loud]) assert.ok(contrast(rgbOf(colour), INK[theme]) >= 4.5, `${colour} of ${count}`);
      }
    }
  });
}

test.run();
