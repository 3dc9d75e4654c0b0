/** The load estimate for more streams. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ThreadLoad } from '../../../server/shards/thread-load.js';

const near = (value: number, wanted: number): void => assert.ok(Math.abs(value - wanted) < 1e-9, `${value} instead of ${wanted}`);

test('without a measurement each stream counts at the estimated cost', () => {
  near(new ThreadLoad(0.001).estimate(300), 0.3);
});

test('streams added since the measurement count at the measured mean cost', () => {
  const load = new ThreadLoad(0.001);
  load.update(0.1, 200);
  load.update(0.4, 200);
  near(load.estimate(200), 0.4);
  near(load.estimate(300), 0.6);
});

test('streams added during the window count as not yet measured', () => {
  const load = new ThreadLoad(0.001);
  load.update(0.2, 100);
  load.update(0.3, 200);
  near(load.estimate(200), 0.3 + 100 * 0.003);
});

test('the mean cost of few streams is not used', () => {
  const load = new ThreadLoad(0.001);
  load.update(0.1, 10);
  load.update(0.1, 10);
  near(load.estimate(110), 0.1 + 100 * 0.001);
});

test('without streams the load is 0, whatever was measured', () => {
  const load = new ThreadLoad(0.001);
  load.update(0.9, 500);
  load.update(0.9, 0);
  near(load.estimate(0), 0);
});

test.run();
