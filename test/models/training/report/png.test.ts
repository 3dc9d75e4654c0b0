/** PNG encoder and colour map: files decode to the input, lightness rises evenly. */
import { inflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { levelPalette, RANGE_DB } from '../../../../models/training/report/colour-map.js';
import { dataUri, palettePng } from '../../../../models/training/report/png.js';

/** CRC-32 bit by bit. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

function chunks(png: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    assert.is(png.readUInt32BE(at + 8 + length), crc(png.subarray(at + 4, at + 8 + length)), type);
    found.set(type, png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

test('a PNG contains its pixels row by row', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.uint8Array({ minLength: 81, maxLength: 81 }), (width, height, bytes) => {
    const pixels = bytes.slice(0, width * height);
    const png = palettePng(width, height, pixels, levelPalette());
    assert.is(png.toString('latin1', 1, 4), 'PNG');
    const parts = chunks(png);
    assert.equal([...parts.keys()], ['IHDR', 'PLTE', 'IDAT', 'IEND']);
    assert.equal([parts.get('IHDR')!.readUInt32BE(0), parts.get('IHDR')!.readUInt32BE(4), ...parts.get('IHDR')!.subarray(8)], [width, height, 8, 3, 0, 0, 0]);
    const rows = inflateSync(parts.get('IDAT')!);
    for (let row = 0; row < height; row++) {
      assert.is(rows[row * (width + 1)], 0);
      assert.equal(new Uint8Array(rows.subarray(row * (width + 1) + 1, (row + 1) * (width + 1))), pixels.slice(row * width, (row + 1) * width));
    }
  }));
});

test('the CRC matches the specification', () => {
  assert.is(crc(Buffer.from('IEND')), 0xae426082);
  assert.match(dataUri(palettePng(1, 1, new Uint8Array(1), levelPalette())), /^data:image\/png;base64,iVBORw0KGgo/);
});

test('lightness rises by similar steps over the level range', () => {
  const palette = levelPalette();
  const byteOf = (db: number): number => 2 * (db + 80);
  // CIE L*, which the map was not computed with.
  const lightness = (byte: number): number => {
    const [r, g, b] = [...palette.subarray(3 * byte, 3 * byte + 3)].map((part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
  };
  const [low, high] = RANGE_DB.map(byteOf) as [number, number];
  for (let byte = low; byte + 4 <= high; byte++) {
    const rise = lightness(byte + 4) - lightness(byte);
    assert.ok(rise > 0.4 && rise < 6, `${rise} at ${byte}`);
  }
  assert.ok(lightness(low) < 5 && lightness(high) > 90);
  assert.equal([...palette.subarray(0, 3)], [...palette.subarray(3 * low, 3 * low + 3)], 'below the range all is dark');
});

test.run();
