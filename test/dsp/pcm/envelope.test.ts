import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { Envelope } from '../../../dsp/pcm/envelope.js';
import { cutAt, noise } from '../signals.js';

test('a point is the minimum and maximum of its samples', () => {
  const envelope = new Envelope(3);
  envelope.push(Float32Array.of(0, 0.5, -0.25, 1, 1, 1, -1));
  assert.is(envelope.ready, 2);
  assert.equal(Array.from(envelope.take(2)), [-32, 64, 127, 127]);
});

test('a point is ready only once it has all its samples', () => {
  const envelope = new Envelope(4);
  envelope.push(Float32Array.of(0.1, -0.9));
  assert.is(envelope.ready, 0);
  envelope.push(Float32Array.of(0.9, 0, 0.2));
  assert.equal(Array.from(envelope.take(1)), [-114, 114]);
  envelope.push(Float32Array.of(0.2, 0.2, 0.2));
  assert.equal(Array.from(envelope.take(1)), [25, 25], 'the previous point has no effect');
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

test('take pads with zeros if fewer points are ready', () => {
  const envelope = new Envelope(1);
  envelope.push(Float32Array.of(1));
  assert.equal(Array.from(envelope.take(3)), [127, 127, 0, 0, 0, 0]);
  assert.is(envelope.ready, 0);
});

test('take returns a new array each time', () => {
  const envelope = new Envelope(1);
  envelope.push(Float32Array.of(1, -1));
  const first = envelope.take(1);
  envelope.take(1);
  assert.equal(Array.from(first), [127, 127]);
});

test('samples beyond full scale are clamped', () => {
  const envelope = new Envelope(2);
  envelope.push(Float32Array.of(-5, 7));
  assert.equal(Array.from(envelope.take(1)), [-127, 127]);
});

test('points are the same for any chunking of the samples', () => {
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

test('a samplesPerPoint that is not a positive integer is rejected', () => {
  for (const samples of [0, 1.5, NaN]) assert.throws(() => new Envelope(samples), new RegExp(`not ${samples}`));
});

test.run();
