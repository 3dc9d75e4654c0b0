/**
 * Cost growth: server CPU per second of audio at 1 to 1,000 streams with 1 and 2 shards, and the cost
 * of 1,000 viewers of one stream compared with 10 streams.
 *   npm run bench:growth [-- --seconds S --most N --chart FILE.svg --keep --json]
 *
 * Points at which the server did not keep up are marked in the table and left out of the chart.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { counted, withCommas } from '../../models/training/report/numbers.js';
import { round } from '../../server/pipe/segments.js';
import { Bench } from './live/bench.js';
import { growthChart } from './live/chart.js';
import { CLIENT_DELAY_MS, keepsUp, measureLoad, type LoadFigures } from './live/load.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, MAX_SECONDS, MAX_STREAMS, wholeNumber } from './live/options.js';
import { RemoteProcess } from './live/remote-process.js';
import { table } from './live/table.js';
import type { ViewersCalls } from './live/viewers-process.js';

const STREAMS = [1, 10, 50, 100, 300, 1000];
const SHARDS = [1, 2];
const VIEWERS = 1000;
const STREAMS_AGAINST_VIEWERS = 10;
/** Above this p99 lag a stream is dropping audio, or soon will. */
const KEEPS_UP_MS = 1000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    most: { type: 'string', default: '1000' },
    chart: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const machine = thisMachine();
  const seconds = wholeNumber('seconds', values.seconds, 1, MAX_SECONDS);
  const most = wholeNumber('most', values.most, 1, MAX_STREAMS);
  const points: LoadFigures[] = [];
  for (const shards of SHARDS) {
    for (const streams of STREAMS.filter((count) => count <= most)) {
      process.stderr.write(`${counted(streams, 'stream')}, ${counted(shards, 'shard')} … `);
      const figures = await measureLoad({ streams, shards, seconds });
      points.push(figures);
      process.stderr.write(`${figures.cpuMsPerStreamSecond} ms per stream-second\n`);
    }
  }
  const viewers = await measureViewers(seconds);

  const result = JSON.stringify({ machine, points, viewers });
  if (values.json) console.log(result);
  else console.log(`${describeMachine(machine)}\n\n${growthTable(points)}\n\n${viewersTable(viewers)}`);
  if (values.chart === undefined && !values.keep) return;
  const chart = growthChart(SHARDS.map((shards) => ({
    name: counted(shards, 'shard'),
    points: points.filter((point) => point.shards === shards && keepsUp(point, KEEPS_UP_MS)).map(({ streams, cpuMsPerStreamSecond: cpuMs }) => ({ streams, cpuMs })),
  })));
  if (values.chart !== undefined) await writeFile(values.chart, `${chart}\n`);
  if (values.keep) await saveRun(machine, { 'growth.json': result, 'growth.svg': chart });
});

/** Server CPU, ms a second of the clock. */
interface ViewersFigures {
  readonly viewers: number;
  readonly messagesPerSecond: number;
  readonly oneStreamMs: number;
  readonly withViewersMs: number;
  readonly streams: number;
  readonly streamsMs: number;
}

/** Measures one stream alone, the same stream with many viewers, and several streams, one after the other on one server. */
async function measureViewers(seconds: number): Promise<ViewersFigures> {
  process.stderr.write(`${VIEWERS} viewers … `);
  const bench = await Bench.start({ shards: 1, flags: { maxViewers: String(VIEWERS) } });
  const { server, clients } = bench;
  const viewers = new RemoteProcess<ViewersCalls>('./viewers-process.js');
  const cpuMs = async (): Promise<number> => {
    await sleep(1000);
    const before = await server.call('use');
    await sleep(1000 * seconds);
    const after = await server.call('use');
    return round((1000 * (after.cpuMs - before.cpuMs)) / (after.atMs - before.atMs), 1);
  };
  try {
    await bench.warm(2);
    await clients.call('open', 'streams', STREAMS_AGAINST_VIEWERS);
    const streamsMs = await cpuMs();
    await clients.call('stop', 'streams');
    await clients.call('open', 'one', 1);
    const oneStreamMs = await cpuMs();
    await viewers.call('watch', bench.started.port, await clients.call('ids', 'one'), VIEWERS);
    const [heard, fromMs] = [await viewers.call('watched'), performance.now()];
    const withViewersMs = await cpuMs();
    const messagesPerSecond = round((1000 * (await viewers.call('watched') - heard)) / (performance.now() - fromMs), 0);
    process.stderr.write(`${withViewersMs} ms a second\n`);
    return { viewers: VIEWERS, messagesPerSecond, oneStreamMs, withViewersMs, streams: STREAMS_AGAINST_VIEWERS, streamsMs };
  } finally {
    await viewers.end();
    await bench.close();
  }
}

function growthTable(points: readonly LoadFigures[]): string {
  return table(
    ['streams', 'shards', 'CPU ms per stream-second', 'p99 lag, ms', 'main thread', 'RSS, MB', 'KB per stream', ''],
    points.map((point) => [
      withCommas(point.streams), point.shards, point.cpuMsPerStreamSecond.toFixed(2), point.lagMs.p99 ?? '', point.mainThreadShare === null ? '' : `${Math.round(100 * point.mainThreadShare)} %`,
      Math.round(point.rssMb), Math.round(point.rssPerStreamKb), remark(point),
    ]),
  );
}

function remark(point: LoadFigures): string {
  if (!keepsUp(point, KEEPS_UP_MS)) return 'did not keep up';
  return point.clientDelayMs > CLIENT_DELAY_MS ? 'clients late as well' : '';
}

function viewersTable({ viewers, messagesPerSecond, oneStreamMs, withViewersMs, streams, streamsMs }: ViewersFigures): string {
  return table(['on one shard', 'CPU ms a second'], [
    ['1 stream', oneStreamMs],
    [`1 stream with ${withCommas(viewers)} viewers, who get ${withCommas(messagesPerSecond)} messages a second`, withViewersMs],
    [`${streams} streams`, streamsMs],
  ]);
}
