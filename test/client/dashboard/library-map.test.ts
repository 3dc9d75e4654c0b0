/** The map of a library: what is seen of it, which point is meant, and points that are told apart. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { lab, type Rgb } from '../../../server/drawing/colour.js';
import { genreColour } from '../../../server/drawing/genre-colours.js';
import { MapView, nearestOf } from '../../../client/dashboard/model/map-view.js';
import { SHAPES, shapeOf, stamp } from '../../../client/dashboard/model/point-shapes.js';

const view = (): MapView => Object.assign(new MapView(), { width: 800, height: 600 });

test('what is under the pointer stays there while zooming', () => {
  const map = view();
  map.goTo(0.2, -0.1, 4);
  const before = map.at(500, 300);
  map.zoom(2, 500, 300);
  const { px, py } = map.pxOf(before.x, before.y);
  assert.ok(Math.hypot(px - 500, py - 300) < 1e-6);
});

test('all is shown at scale 1, and the middle never leaves the map', () => {
  const map = view();
  for (const [x, y] of [[-1, -1], [1, 1]] as const) {
    const { px, py } = map.pxOf(x, y);
    assert.ok(px > 0 && px < 800 && py > 0 && py < 600);
  }
  map.zoom(3);
  map.pan(1e6, -1e6);
  assert.ok(map.x <= 1 && map.y >= -1);
  map.zoom(1e-6);
  assert.equal([map.scale, Math.abs(map.x), Math.abs(map.y)], [1, 0, 0]);
});

test('the nearest point within the radius, as a search of all finds it', () => {
  const place = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }));
  fc.assert(fc.property(fc.array(place, { maxLength: 60 }), place, fc.constantFrom(0.01, 0.2, 3), (points, [x, y], radius) => {
    const found = nearestOf(points.map(([px]) => px), points.map(([, py]) => py))(x, y, radius);
    const least = Math.min(Infinity, ...points.map(([px, py]) => (px - x) ** 2 + (py - y) ** 2));
    if (least > radius * radius) assert.is(found, -1);
    else assert.is((points[found]![0] - x) ** 2 + (points[found]![1] - y) ** 2, least);
  }));
});

test('shapes have pixels of their own', () => {
  const seen = SHAPES.map((shape) => String([...stamp(shape, 6)]));
  assert.is(new Set(seen).size, SHAPES.length);
  for (const shape of SHAPES) assert.ok(stamp(shape, 1).length >= 2, shape);
});

/** What is left of a colour without the cones for long or medium waves: Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of displays by dichromats", 1999. */
function seenWithout(cone: 'long' | 'medium', rgb: Rgb): Rgb {
  const [r, g, b] = rgb.map((value) => (value / 255) ** 2.2) as [number, number, number];
  const mixed = cone === 'long' ? 0.11238 * r + 0.88762 * g : 0.29275 * r + 0.70725 * g;
  const blue = cone === 'long' ? 0.00401 * (r - g) + b : -0.02234 * (r - g) + b;
  return [mixed, mixed, Math.min(1, Math.max(0, blue))].map((value) => Math.round(255 * value ** (1 / 2.2))) as unknown as Rgb;
}

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: of ten genres, those with one shape differ for every kind of sight`, () => {
    const colours = Array.from({ length: 10 }, (_, index) => genreColour(index, 10, theme).strong).map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb);
    for (let a = 0; a < 10; a += 1) {
      for (let b = 0; b < a; b += 1) {
        if (shapeOf(a) !== shapeOf(b)) continue;
        for (const see of [(rgb: Rgb) => rgb, (rgb: Rgb) => seenWithout('long', rgb), (rgb: Rgb) => seenWithout('medium', rgb)]) {
          const [one, other] = [lab(see(colours[a]!)), lab(see(colours[b]!))];
          const distance = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
          assert.ok(distance > 0.06, `${a} and ${b}: ${distance}`);
        }
      }
    }
  });
}

test.run();
