/** The figures of the last minutes, on virtual time. */
import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { READ_EVERY_MS, Readings } from '../../../server/health/readings.js';

const GAUGES = { streams: 3, viewers: 2, shards: new Map(), shardDeaths: 0, ffmpegsStarted: 0, ffmpegsFailed: 0 };

test('when no descriptor is left the memory is that of before, and the server goes on', () => {
  const { rss } = process.memoryUsage;
  const scheduler = new VirtualTimeScheduler(undefined, 3 * READ_EVERY_MS);
  let reads = 0;
  process.memoryUsage.rss = () => {
    reads += 1;
    if (reads === 2) throw Object.assign(new Error('EMFILE: too many open files, uv_resident_set_memory'), { code: 'EMFILE' });
    return 1000 + reads;
  };
  const readings = new Readings(() => GAUGES, scheduler);
  try {
    scheduler.flush();
    assert.equal(readings.list.map(({ memoryBytes, streams }) => [memoryBytes, streams]), [[1001, 3], [1001, 3], [1003, 3]]);
  } finally {
    process.memoryUsage.rss = rss;
    readings.close();
  }
});

test.run();
