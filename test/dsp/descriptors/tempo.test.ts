import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bpmOfLag, tempoOf, tempoOfTempogram } from '../../../dsp/descriptors/tempo.js';
import { goldenFolder, hasGolden } from '../golden.js';
import { clickTrack, SAMPLE_RATE } from './columns.js';

const HOP = 512;
const lagOf = (bpm: number): number => (60 * SAMPLE_RATE) / (HOP * bpm);

if (hasGolden) {
  const { tempo } = JSON.parse(readFileSync(`${goldenFolder}index.json`, 'utf8')) as { tempo: Record<string, { librosa: number }> };
  for (const [bpm, { librosa }] of Object.entries(tempo)) {
    test(`clicks at ${bpm} have the tempo that librosa gives`, () => {
      assert.ok(Math.abs(tempoOf(clickTrack(Number(bpm)), SAMPLE_RATE) - librosa) < 1e-3);
    });
  }
}

test('clicks from 60 to 170 per minute have their tempo, to the nearest lag', () => {
  for (let bpm = 60; bpm <= 170; bpm += 10) {
    const found = tempoOf(clickTrack(bpm), SAMPLE_RATE);
    assert.ok(Math.abs(lagOf(found) - lagOf(bpm)) <= 0.5, `${bpm}: ${found}`);
  }
});

test('clicks at 180 are reported as 90, which is nearer to 120', () => {
  assert.ok(Math.abs(lagOf(tempoOf(clickTrack(180), SAMPLE_RATE)) - lagOf(90)) <= 0.5);
});

test('of equally strong tempi the one nearest to 120 is returned, and never 320 or more', () => {
  const at = (...lags: number[]) => Float32Array.from({ length: 344 }, (_, lag) => (lags.includes(lag) ? 0.5 : 0));
  assert.is(tempoOfTempogram(at(11, 22, 44), SAMPLE_RATE, HOP), bpmOfLag(22, SAMPLE_RATE, HOP));
  assert.is(tempoOfTempogram(at(3, 8, 200), SAMPLE_RATE, HOP), bpmOfLag(200, SAMPLE_RATE, HOP));
});

test.run();
