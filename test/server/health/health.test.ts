/** The health of a real server: as figures over time, over HTTP, and as `livegenre doctor --url` prints it. */
import { cac } from 'cac';
import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { register } from '../../../server/cli/doctor.js';
import { HEALTH_CHECK_NAMES } from '../../../server/health/health.js';
import { READ_EVERY_MS, Readings, type Gauges } from '../../../server/health/readings.js';
import { Log } from '../../../server/log.js';
import type { HealthReport } from '../../../server/protocol/health.js';
import { lagQuantile, LAG_BOUNDS_MS, type ShardMetrics } from '../../../server/shards/shard-metrics.js';
import { sharedServer } from '../rig.js';

const log = new Log('error', () => {});
const shared = sharedServer(test, { adminToken: 'sesame-street', access: 'view' }, { log });
const MANAGE = { headers: { authorization: 'Bearer sesame-street' } };

/** Of a shard that has made so many predictions, all of them within 25 to 50 ms. */
const shard = (predictions: number, droppedMs: number, load = 0.5): ShardMetrics => ({ load, predictions, lagCounts: LAG_BOUNDS_MS.map((bound) => (bound === 50 ? predictions : 0)).concat(0), lagSumMs: 40 * predictions, droppedMs, soundMs: 0, modelMs: 0, steps: 0, waitingBlocks: 0 });

test('readings: what happened in between, also when a shard was started again; the last ten minutes are kept', () => {
  const scheduler = new VirtualTimeScheduler(undefined, 601_000);
  const [one, two] = [{}, {}];
  let gauges: Gauges = { streams: 1, viewers: 2, shards: new Map([[one, shard(10, 1000)]]), shardDeaths: 0, ffmpegsStarted: 1, ffmpegsFailed: 0 };
  const readings = new Readings(() => gauges, scheduler);
  const until = (ms: number): void => {
    scheduler.maxFrames = ms;
    scheduler.flush();
  };
  gauges = { ...gauges, shards: new Map([[one, shard(15, 1500)], [two, shard(5, 0, 0.7)]]), ffmpegsStarted: 3 };
  until(READ_EVERY_MS);
  assert.equal({ ...readings.list[0]!, mainLoad: 0, memoryBytes: 0 }, { at: '1970-01-01T00:00:05.000Z', lagMs: 40, lagP95Ms: 49, mainLoad: 0, shardLoad: 0.7, droppedMs: 500, streams: 1, viewers: 2, memoryBytes: 0 });
  gauges = { ...gauges, shards: new Map([[two, shard(5, 0)], [one, shard(2, 100)]]), shardDeaths: 1 };
  until(2 * READ_EVERY_MS);
  assert.is(readings.droppedMs, 600);
  assert.equal(readings.growth, { shardDeaths: 1, ffmpegsStarted: 2, ffmpegsFailed: 0 });
  until(3 * READ_EVERY_MS);
  assert.is(readings.list.at(-1)!.lagMs, null);
  assert.is(readings.list.at(-1)!.lagP95Ms, null);
  until(1_000_000);
  assert.is(readings.list.length, 120);
  assert.equal(readings.growth, { shardDeaths: 0, ffmpegsStarted: 0, ffmpegsFailed: 0 });
  readings.close();
});

test('a share of lags is found within its bucket', () => {
  assert.is(lagQuantile([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.95), null);
  assert.is(lagQuantile([100, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.5), 5);
  assert.is(lagQuantile([50, 0, 0, 50, 0, 0, 0, 0, 0, 0], 0.75), 75);
  assert.is(lagQuantile([0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 0.5), 5000);
});

test('the answer has every check and the newest lines of the log, without secrets, for those who may manage', () => shared(async ({ url }) => {
  assert.is((await fetch(`${url}/v1/health`)).status, 401);
  log.info('not kept');
  log.warn('a webhook failed', { target: 'https://me:pass-word@hooks.example', token: 'sesame-street', at: undefined });
  log.error('something broke', { reason: new Error('x').stack, lines: ['a', 'b'] });
  const health = await (await fetch(`${url}/v1/health`, MANAGE)).json() as HealthReport;
  assert.equal(health.checks.map(({ name }) => name), [...HEALTH_CHECK_NAMES]);
  assert.equal(health.checks.filter(({ mark, found }) => mark === 'problem' || /check itself/.test(found)), []);
  assert.ok(health.ok && health.notes >= 1);
  assert.is(health.checks.find(({ name }) => name === 'log')!.mark, 'note');
  assert.ok(health.checks.find(({ name }) => name === 'memory')!.facts['residentBytes'] as number > 1e7);
  assert.equal(health.log.map(({ level, what }) => `${level} ${what}`), ['error something broke', 'warn a webhook failed']);
  assert.equal(health.log[1]!.fields, { target: 'https://(hidden)@hooks.example', token: '(hidden)' });
  assert.is(health.log[0]!.fields['lines'], '["a","b"]');
}));

test('a log keeps its newest warnings and errors, whatever its level', () => {
  const quiet = new Log('error', () => {});
  for (let index = 0; index < 70; index++) quiet.warn(`line ${index}`);
  assert.equal([quiet.kept.length, quiet.kept[0]!.what, quiet.kept.at(-1)!.what], [50, 'line 20', 'line 69']);
});

/** What the command prints. */
async function doctor(...args: string[]): Promise<string> {
  const cli = cac('livegenre');
  register(cli);
  const printed: string[] = [];
  const { log: print } = console;
  console.log = (line: string) => void printed.push(line);
  try {
    await runCommand(cli, ['doctor', ...args]);
  } finally {
    console.log = print;
    process.exitCode = 0;
  }
  return printed.join('\n');
}

test('doctor --url prints what the server finds, as lines and as JSON', () => shared(async ({ url }) => {
  const lines = (await doctor('--url', url.replace('http', 'ws'), '--token', 'sesame-street')).split('\n');
  assert.match(lines[0]!, /^livegenre \S+ at ws:\S+, since 20/);
  assert.is(lines.filter((line) => /^(ok|note|problem) /.test(line)).length, HEALTH_CHECK_NAMES.length);
  assert.match(lines.join('\n'), /^ok {7}shards {7}1 shard runs$/m);
  assert.match(lines.join('\n'), /^note {5}log .*something broke\n +Read the reason/m);
  assert.match(lines.at(-1)!, /^No problem, /);
  const { checks } = JSON.parse(await doctor('--url', url, '--token', 'sesame-street', '--json')) as HealthReport;
  assert.is(checks.length, HEALTH_CHECK_NAMES.length);
}));

test.run();
