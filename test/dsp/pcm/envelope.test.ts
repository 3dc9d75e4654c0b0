import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { Envelope } from '../../../dsp/pcm/envelope.js';
import { cutAt, noise } from '../signals.js';

test('a point is the lowest and the highest of its samples', () => {
  const envelope = new Envelope(3);
  envelope.push(Float32Array.of(0, 0.5, -0.25, 1, 1, 1, -1));
  assert.is(envelope.ready, 2);
  assert.equal(Array.from(envelope.take(2)), [-32, 64, 127, 127]);
});

test('an unfinished point waits for its samples', () => {
  const envelope = new Envelope(4);
  envelope.push(Float32Array.of(0.1, -0.9));
  assert.is(envelope.ready, 0);
  envelope.push(Float32Array.of(0.9, 0, 0.2));
  assert.equal(Array.from(envelope.take(1)), [-114, 114]);
  envelope.push(Float32Array.of(0.2, 0.2, 0.2));
  assert.equal(Array.from(envelope.take(1)), [25, 25], 'nothing of the point before');
});

test('points are taken oldest first, each once', () => {
  const envelope = new Envelope(1);
  envelope.push(Float32Array.from({ length: 100 }, (_, i) => i / 127));
  assert.equal(Array.from(envelope.take(2)), [0, 0, 1, 1]);
  assert.equal(Array.from(envelope.take(1)), [2, 2]);
  envelope.push(Float32Array.of(-1));
  assert.equal(Array.from(envelope.take(98)).slice(-4), [99, 99, -127, -127]);
  assert.is(envelope.ready, 0);
});

test('where fewer points are ready the rest is flat', () => {
  const envelope = new Envelope(1);
  envelope.push(Float32Array.of(1));
  assert.equal(Array.from(envelope.take(3)), [127, 127, 0, 0, 0, 0]);
  assert.is(envelope.ready, 0);
});

test('what is taken stays as it is', () => {
  const envelope = new Envelope(1);
  envelope.push(Float32Array.of(1, -1));
  const first = envelope.take(1);
  envelope.take(1);
  assert.equal(Array.from(first), [127, 127]);
});

test('samples beyond full scale are drawn at full scale', () => {
  const envelope = new Envelope(2);
  envelope.push(Float32Array.of(-5, 7));
  assert.equal(Array.from(envelope.take(1)), [-127, 127]);
});

test('the cut does not matter', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.nat(7680), { maxLength: 20 }), (samplesPerPoint, cuts) => {
    const samples = noise(7680, samplesPerPoint);
    const [whole, parts] = [new Envelope(samplesPerPoint), new Envelope(samplesPerPoint)];
    whole.push(samples);
    for (const part of cutAt(samples, cuts)) parts.push(part);
    assert.is(whole.ready, Math.floor(7680 / samplesPerPoint));
    assert.is(parts.ready, whole.ready);
    assert.equal(parts.take(parts.ready), whole.take(whole.ready));
  }));
});

test('points of no whole number of samples are refused', () => {
  for (const samples of [0, 1.5, NaN]) assert.throws(() => new Envelope(samples), new RegExp(`not ${samples}`));
});

test.run();
