/**
 * What it costs to keep the history of many stations: batches as `History` makes them every two seconds, one after
 * the other, into SQLite and a real PostgreSQL; CPU as a share of one core at the pace of live stations.
 *   npm run bench:store [-- --stations N --minutes M --keep --json]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { round } from '../../server/pipe/segments.js';
import { openStore } from '../../server/store/open.js';
import type { ClosedRow, HistoryBatch, HistorySegment, OpenRows, Store } from '../../server/store/store.js';
import { POSTGRES_PROGRAMS, PostgresServer } from '../interop/postgres.js';
import { Bench, has } from '../interop/programs.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { table } from './live/table.js';

const { values } = parseArgs({
  options: {
    stations: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const BATCH_MS = 2000;
const MINUTE_MS = 60_000;
/** A song every 3.7 minutes and speech after every third, as `migrations.ts` counts a day of one station. */
const SEGMENT_MS = 100_000;
const TITLE_MS = 221_000;
const START_MS = Date.UTC(2026, 10, 30, 12);

interface Cost {
  readonly engine: string;
  readonly rows: number;
  /** CPU of this process in the worst batch: one in which the minutes of all stations end. */
  readonly worstBatchMs: number;
  /** Of one core, over the whole time. */
  readonly percent: number;
  /** Likewise, of PostgreSQL's processes. */
  readonly serverPercent: number | null;
}

await command(async () => {
  const machine = thisMachine();
  const stations = wholeNumber('stations', values.stations, 1, 10_000);
  const minutes = wholeNumber('minutes', values.minutes, 1, 60);
  const bench = new Bench();
  try {
    const costs = [await measure('SQLite', await openStore({ engine: 'sqlite', path: join(bench.folder, 'stations.db') }), stations, minutes, () => undefined)];
    if (POSTGRES_PROGRAMS.every(has)) {
      const server = await PostgresServer.start(bench);
      costs.push(await measure('PostgreSQL', await openStore({ engine: 'postgres', url: server.url }), stations, minutes, () => server.cpuMs));
    } else process.stderr.write('PostgreSQL is left out: initdb and postgres are not installed.\n');
    const result = JSON.stringify({ machine, stations, minutes, costs });
    console.log(values.json ? result : `${describeMachine(machine)}\n\n${costsTable(costs)}`);
    if (values.keep) await saveRun(machine, { [`store-${stations}.json`]: result });
  } finally {
    await bench.close();
  }
});

async function measure(engine: string, store: Store, stations: number, minutes: number, serverCpuMs: () => number | undefined): Promise<Cost> {
  const ids = Array.from({ length: stations }, (_, index) => `station-${index}`);
  // The first batch opens and plans.
  await store.history.write(batchAt(ids, START_MS - BATCH_MS));
  const serverBeforeMs = serverCpuMs();
  let [rows, worstBatchMs, cpuMs] = [0, 0, 0];
  for (let atMs = START_MS; atMs < START_MS + minutes * MINUTE_MS; atMs += BATCH_MS) {
    const batch = batchAt(ids, atMs);
    const before = process.cpuUsage();
    await store.history.write(batch);
    const { user, system } = process.cpuUsage(before);
    const batchMs = (user + system) / 1000;
    cpuMs += batchMs;
    worstBatchMs = Math.max(worstBatchMs, batchMs);
    rows += batch.closed.length + 3 * batch.open.length;
  }
  const serverMs = serverCpuMs();
  await store.close();
  const share = (ms: number): number => round((100 * ms) / (minutes * MINUTE_MS), 2);
  return { engine, rows, worstBatchMs: round(worstBatchMs, 1), percent: share(cpuMs), serverPercent: serverMs === undefined || serverBeforeMs === undefined ? null : share(serverMs - serverBeforeMs) };
}

/** The rows of all stations at a time; they change segments and titles one after the other, and minutes together. */
function batchAt(ids: readonly string[], atMs: number): HistoryBatch {
  const closed: ClosedRow[] = [];
  const open: OpenRows[] = [];
  const minute = Math.floor(atMs / MINUTE_MS);
  ids.forEach((station, index) => {
    const sinceMs = (everyMs: number): number => (atMs + Math.floor((index * everyMs) / ids.length)) % everyMs;
    const segment = (fromMs: number, toMs: number): HistorySegment => ({ fromMs, toMs, state: 'music', genre: 'rock', p: 0.8125, nowPlaying: 'Some Artist - Some Song of Theirs', tags: [['guitar', 0.82], ['energetic', 0.61], ['1990s', 0.4]], mood: { lively: 0.7, happy: 0.4 } });
    const fromMs = atMs - sinceMs(SEGMENT_MS);
    if (sinceMs(SEGMENT_MS) < BATCH_MS) closed.push({ kind: 'segment', station, segment: segment(fromMs - SEGMENT_MS, fromMs) });
    if (sinceMs(TITLE_MS) < BATCH_MS) closed.push({ kind: 'title', station, title: { atMs, title: 'Some Artist - Some Song of Theirs' } });
    if (atMs % MINUTE_MS < BATCH_MS) closed.push({ kind: 'minute', station, minute: { minute: minute - 1, shares: { rock: 52_000, pop: 8000 } } });
    open.push({ station, segment: segment(fromMs, atMs + BATCH_MS), state: { fromMs: START_MS - MINUTE_MS, toMs: atMs + BATCH_MS, state: 'live', reason: null }, minute: { minute, shares: { rock: (atMs % MINUTE_MS) + BATCH_MS } } });
  });
  return { forgotten: [], closed, open };
}

function costsTable(costs: readonly Cost[]): string {
  return table(['engine', 'rows', 'worst batch, ms of CPU', 'of one core', 'its server, of one core'], costs.map(({ engine, rows, worstBatchMs, percent, serverPercent }) =>
    [engine, rows.toLocaleString('en'), worstBatchMs, `${percent} %`, serverPercent === null ? '' : `${serverPercent} %`]));
}
