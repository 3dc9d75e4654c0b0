import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OnsetStrength, onsetEnvelope } from '../../../dsp/descriptors/onset-strength.js';
import { LOG_MEL_BANDS } from '../../../dsp/descriptors/log-mel.js';
import { hasGolden } from '../golden.js';
import { noise } from '../signals.js';
import { SAMPLE_RATE, testAgainstLibrosa } from './columns.js';

testAgainstLibrosa('onset-strength', (samples) => onsetEnvelope(samples, SAMPLE_RATE), hasGolden ? ['song'] : []);

test('rises in level count, falls do not', () => {
  const onsets = new OnsetStrength();
  const flat = (db: number) => onsets.column(new Float64Array(LOG_MEL_BANDS).fill(db), 0, -60);
  assert.equal([flat(-30), flat(-30), flat(-20), flat(-50), flat(-49)], [0, 0, 10, 0, 1]);
  assert.is(flat(-90), 0);
  assert.is(flat(-58), 2, 'the rise counts from the floor');
  const half = Float64Array.from({ length: LOG_MEL_BANDS }, (_, band) => (band % 2 === 0 ? -58 + 8 : -60));
  assert.is(onsets.column(half, 0, -60), 4, 'mean over the bands');
});

test('a burst of noise has an onset at its start only', () => {
  const hop = 512;
  const samples = new Float32Array(60 * hop);
  samples.set(noise(20 * hop, 3), 30 * hop);
  const envelope = onsetEnvelope(samples, SAMPLE_RATE);
  assert.is(envelope.length, 61);
  const strongest = envelope.indexOf(Math.max(...envelope));
  // The window extends two hops (half its length) to each side, and librosa shifts onsets by the same amount.
  assert.ok(strongest >= 30 && strongest <= 32, `at ${strongest}`);
  envelope.forEach((value, n) => assert.ok(value < 0.1 * envelope[strongest]! || (n >= 29 && n <= 34), `${n}: ${value}`));
});

test.run();
