/** Each finding about a running server: when all is well, when it is not, and what is then said to do. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../../server/doctor/finding.js';
import { checkDatabase, checkDrops, checkFfmpegs, checkLag, checkLoad, checkLog, checkMemory, checkOpenFiles, checkShards, checkStations, checkStreams, checkWebhooks } from '../../../server/health/checks.js';
import type { HealthReading, LoggedLine } from '../../../server/protocol/health.js';

function is(finding: Finding, mark: Finding['mark'], found: string | RegExp, advice: string | RegExp = /\w/): void {
  assert.is(finding.mark, mark, finding.found);
  assert.match(finding.found, found);
  if (finding.mark === 'ok') return;
  assert.match(finding.advice, advice);
  assert.match(finding.advice, /\.$/);
}

const reading = (fields: Partial<HealthReading>): HealthReading => ({ at: '2026-11-30T12:00:00Z', lagMs: 40, lagP95Ms: 60, mainLoad: 0.1, shardLoad: 0.2, droppedMs: 0, streams: 1, viewers: 0, memoryBytes: 1e8, ...fields });
const written = { isFailing: false, reason: null, sinceMs: null, waitingRows: 3, droppedRows: 0 };

test('shards: all run, one died, one was given up', () => {
  is(checkShards({ size: 2, givenUp: 0, deaths: 0 }), 'ok', '2 shards run');
  is(checkShards({ size: 2, givenUp: 0, deaths: 1 }), 'note', 'died 1 time ');
  is(checkShards({ size: 2, givenUp: 1, deaths: 6 }), 'problem', '1 of 2 shards', 'Restart');
});

test('load and lag are those of the last minute', () => {
  const settings = { maxLoad: 85, maxLagMs: 2000 };
  const before = Array.from({ length: 100 }, () => reading({ mainLoad: 1, lagP95Ms: 9000 }));
  const minute = (fields: Partial<HealthReading>): HealthReading[] => [...before, ...Array.from({ length: 12 }, () => reading(fields))];
  is(checkLoad(minute({}), settings), 'ok', 'main thread is busy 10 % of the time, the busiest shard 20 %');
  is(checkLoad(minute({ shardLoad: 0.9 }), settings), 'note', 'above 85 % new streams are refused', 'more cores');
  is(checkLoad([], settings), 'ok', 'not measured yet');
  is(checkLag(minute({}), settings), 'ok', '40 ms after the sound, 95 % within 60 ms');
  is(checkLag(minute({ lagP95Ms: 800 }), settings), 'note', '95 % within 800 ms', 'load');
  is(checkLag(minute({ lagP95Ms: 2500 }), settings), 'problem', 'later than 2.0 s is dropped');
  is(checkLag(minute({ lagMs: null, lagP95Ms: null }), settings), 'ok', 'no predictions');
});

test('drops: those of ten minutes count, older ones are told', () => {
  is(checkDrops([reading({})], 5000), 'ok', '0.0 s of sound in the last 10 minutes, 5.0 s since the start');
  is(checkDrops([reading({ droppedMs: 1500 }), reading({})], 6500), 'note', '1.5 s', '--max-streams');
});

test('streams: the limits that are near are named', () => {
  const now = { senders: 8, streams: 9, viewers: 1, listeners: 0, files: 2 };
  is(checkStreams(now, { maxStreams: 100, maxViewers: 100, maxListeners: 0 }), 'ok', '9 streams (8 from clients), 1 viewer, 0 listeners, 2 files');
  is(checkStreams(now, { maxStreams: 8, maxViewers: 1, maxListeners: 9 }), 'note', '--max-streams is 8, --max-viewers is 1', 'Raise --max-streams and --max-viewers');
});

test('stations: one that is lost is named with its reason, none that is heard is a problem', () => {
  const live = { id: 'one', state: 'live', reason: null } as const;
  const lost = { id: 'two', state: 'failing', reason: 'The server answered 404.' } as const;
  const off = { id: 'off', state: 'stopped', reason: null } as const;
  is(checkStations([]), 'ok', 'none');
  is(checkStations([live, off]), 'ok', '1 live, 1 stopped');
  is(checkStations([live, lost]), 'note', '1 live, 1 failing; two: The server answered 404', 'page of each station');
  is(checkStations([lost, off]), 'note', '1 failing');
  is(checkStations([lost, { ...lost, id: 'three', state: 'stalled' }, off]), 'problem', 'None is heard', 'network');
});

test('FFmpegs, webhooks, open files', () => {
  is(checkFfmpegs({ running: 2, started: 12, failed: 9 }), 'ok', '2 running; in the last 10 minutes 12 started, 9 failed');
  is(checkFfmpegs({ running: 2, started: 12, failed: 10 }), 'note', '10 failed', 'livegenre doctor');
  is(checkWebhooks(0), 'ok', 'nothing waits');
  is(checkWebhooks(100), 'note', '100 deliveries wait', 'log');
  is(checkWebhooks(5000), 'problem', 'given up');
  is(checkOpenFiles(80, 100), 'ok', '80 of 100');
  is(checkOpenFiles(81, 100), 'note', '81 of 100', 'LimitNOFILE');
  is(checkOpenFiles(91, 100), 'problem', 'nobody can connect');
  is(checkOpenFiles(undefined, 100), 'ok', 'not known');
  is(checkOpenFiles(5, Infinity), 'ok', '5 of unlimited');
});

test('database: none, written, failing, and history that was lost', () => {
  is(checkDatabase(undefined, undefined), 'ok', 'none');
  is(checkDatabase(84e6, written), 'ok', '84 MB, 3 rows to be written');
  is(checkDatabase(84e6, { ...written, isFailing: true, reason: 'database or disk is full', sinceMs: 0 }), 'problem', "can't be written (database or disk is full); 3 rows wait", 'Free disk space');
  is(checkDatabase(84e6, { ...written, droppedRows: 7 }), 'note', '7 rows of history were lost');
});

test('memory: much free, little, nearly none', () => {
  const now = (freeBytes: number) => ({ residentBytes: 2e8, heapBytes: 5e7, freeBytes, totalBytes: 8e9 });
  is(checkMemory(now(4e9)), 'ok', 'takes 200 MB; 4.0 GB of 8.0 GB are free');
  is(checkMemory(now(7e8)), 'note', '700 MB', '--max-streams');
  is(checkMemory(now(3e8)), 'problem', '300 MB');
});

test('log: errors of the last minutes count, warnings are told', () => {
  const nowMs = Date.parse('2026-11-30T12:00:00Z');
  const line = (level: LoggedLine['level'], agoS: number): LoggedLine => ({ at: new Date(nowMs - 1000 * agoS).toISOString(), level, what: `${level} ${agoS}`, fields: {} });
  is(checkLog([line('warn', 5), line('error', 700)], nowMs - 600_000), 'ok', '0 errors and 1 warning');
  is(checkLog([line('error', 5), line('error', 50), line('error', 700)], nowMs - 600_000), 'note', '2 errors and 0 warnings in the last 10 minutes; the newest error: error 5', 'log');
});

test.run();
