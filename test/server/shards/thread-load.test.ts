/** What a thread's load says of more streams. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ThreadLoad } from '../../../server/shards/thread-load.js';

const near = (value: number, wanted: number): void => assert.ok(Math.abs(value - wanted) < 1e-9, `${value} instead of ${wanted}`);

test('before anything is measured streams count at what they usually cost', () => {
  near(new ThreadLoad(0.001).with(300), 0.3);
});

test('streams that came since cost as much as those before', () => {
  const load = new ThreadLoad(0.001);
  load.measured(0.1, 200);
  load.measured(0.4, 200);
  near(load.with(200), 0.4);
  near(load.with(300), 0.6);
});

test('streams that came during the window count as if they had not been measured', () => {
  const load = new ThreadLoad(0.001);
  load.measured(0.2, 100);
  load.measured(0.3, 200);
  near(load.with(200), 0.3 + 100 * 0.003);
});

test('few streams say nothing of what many cost', () => {
  const load = new ThreadLoad(0.001);
  load.measured(0.1, 10);
  load.measured(0.1, 10);
  near(load.with(110), 0.1 + 100 * 0.001);
});

test('with no streams nothing is busy, whatever was measured', () => {
  const load = new ThreadLoad(0.001);
  load.measured(0.9, 500);
  load.measured(0.9, 0);
  near(load.with(0), 0);
});

test.run();
