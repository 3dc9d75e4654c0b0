import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { decodeLevel, encodeLevels } from '../../../dsp/mel/level-bytes.js';

function encoded(...power: number[]): number[] {
  const out = new Uint8Array(power.length);
  encodeLevels(Float32Array.from(power, (value) => 10 * Math.log10(value)), out, 0);
  return Array.from(out);
}

test('bytes count half decibels from -80 dB', () => {
  assert.equal(encoded(1e-8, 1, 10, 1e4), [0, 160, 180, 240]);
  assert.equal([0, 1, 160, 255].map(decodeLevel), [-80, -79.5, 0, 47.5]);
});

test('levels outside the range are clamped', () => {
  assert.equal(encoded(0, 1e-30, 1e9, 3e38, Infinity), [0, 0, 255, 255, 255]);
  assert.equal(encoded(NaN), [0]);
});

test('levels round-trip within a quarter of a decibel', () => {
  fc.assert(fc.property(fc.double({ min: -80, max: 47.5, noNaN: true }), (db) => {
    const [byte] = encoded(10 ** (db / 10));
    assert.ok(Math.abs(decodeLevel(byte!) - db) <= 0.2501, `${db} dB came back as ${decodeLevel(byte!)}`);
  }));
});

test('every byte round-trips', () => {
  for (let byte = 0; byte < 256; byte++) assert.equal(encoded(10 ** (decodeLevel(byte) / 10)), [byte]);
});

test('a column is written at its offset and nowhere else', () => {
  const out = new Uint8Array(6).fill(7);
  encodeLevels(Float32Array.of(0, 0), out, 3);
  assert.equal(Array.from(out), [7, 7, 7, 160, 160, 7]);
});

test.run();
