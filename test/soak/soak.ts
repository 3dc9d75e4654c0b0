/**
 * Constant churn of streams, viewers, stations, alerts, webhooks, tokens, files and requests against a server in a process of
 * its own, and whether its memory, descriptors, threads and database stay flat. Needs Linux and FFmpeg.
 *   npm run soak -- --hours 0.5 [--load 33] [--stations 10] [--classifier fake] [--seed 1] [--snapshots] [--keep]
 *
 * --load is the share of one core that server and clients may take together, %. Samples and a chart go to `.runs/soak`;
 * --keep adds them to `test/bench/runs`. --snapshots writes heap snapshots after a third and at the end; that raises the resident memory. Exit code 1 when
 * something has grown, or the server did not do as it should. Ctrl+C ends a run early, with its verdict.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../../models/random.js';
import { short } from '../../models/training/report/numbers.js';
import { SettingError, type Settings } from '../../server/settings.js';
import { wavFile } from '../../server/sources/wav.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import { describeMachine, saveRun, thisMachine } from '../bench/live/machine.js';
import { command, wholeNumber } from '../bench/live/options.js';
import { RemoteProcess } from '../bench/live/remote-process.js';
import { table } from '../bench/live/table.js';
import type { ChaosCalls } from '../chaos/server-process.js';
import { noise } from '../server/sound.js';
import type { Workplace } from './activities.js';
import { soakChart } from './chart.js';
import { startChurn } from './churn.js';
import { judge } from './flatness.js';
import { startHooks } from './hooks.js';
import { MEASURES, OutsideView, type Sample } from './measures.js';
import { monthsOf, ORDINARY_DAY, type EventName } from './ordinary-server.js';
import { startRadio } from './radio.js';

const OUT = '.runs/soak';
/** The shard of live streams and that of files. */
const SHARDS = 2;
const SAMPLE_EVERY_MS = { least: 1000, most: 15_000 } as const;
const SAMPLES_PER_RUN = 60;
const TELL_EVERY_MS = 60_000;
/** History is kept for this share of a run, so that its deletion is part of what is judged. */
const KEPT_SHARE = 1 / 12;
const HOURS_PER_DAY = 24;
/** Of the activities. */
const MAX_FAULTS_SHARE = 0.01;
/** A machine that let time run out twice for more of them says nothing about the server. */
const MAX_STARVED_SHARE = 0.1;

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '1' },
    load: { type: 'string', default: '33' },
    stations: { type: 'string', default: '10' },
    classifier: { type: 'string', default: 'real' },
    seed: { type: 'string', default: '1' },
    snapshots: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const machine = thisMachine();
  const hours = hoursOf(values.hours);
  const load = wholeNumber('load', values.load, 5, 400) / 100;
  const mostStations = wholeNumber('stations', values.stations, 2, 100);
  const random = new Random(wholeNumber('seed', values.seed, 0, 2 ** 32 - 1));
  if (values.classifier !== 'fake' && values.classifier !== 'real') throw new SettingError(`--classifier must be fake or real; it is ${JSON.stringify(values.classifier)}.`);
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-soak-'));
  const path = join(folder, 'stations.db');
  const counts = Object.fromEntries(Object.keys(ORDINARY_DAY).map((name) => [name, 0])) as Record<EventName, number>;
  const hooks = await startHooks(random, () => counts.alerts++);
  const radio = await startRadio(random);
  const server = new RemoteProcess<ChaosCalls>('../../chaos/server-process.js');
  try {
    const settings: Partial<Settings> = {
      shards: 1, maxFiles: 2, database: path, stations: join(folder, 'stations.json'), allowHosts: ['127.0.0.1'], maxLagMs: 600_000, maxLoad: 1000,
      keepDays: (hours * KEPT_SHARE) / HOURS_PER_DAY, webhooks: [hooks.address()], webhookSecret: 'soak',
      // Short, so that they end within a run what clients leave open.
      resumeWindowMs: 8000, idleTimeoutMs: 10_000, helloTimeoutMs: 10_000, fileTimeoutMs: 10_000, pingIntervalMs: 10_000, closeTimeoutMs: 3000, stallAfterMs: 5000, reconnectMinMs: 500, reconnectMaxMs: 8000,
    };
    const { port, pid } = await server.call('start', settings as never, values.classifier);
    const database = openDatabase(path);
    const outside = new OutsideView(pid, path, database);
    const place: Workplace = {
      port, random, mostStations, stations: [],
      genre: await anyGenre(port),
      stationAddress: () => radio.address(),
      hookAddress: () => hooks.address(),
      files: [wavOf(1), wavOf(3), Buffer.from('This is no sound.'), new Uint8Array(0)],
      count: (event) => counts[event]++,
    };
    const startedMs = performance.now();
    const driverMs = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
    const churn = startChurn({ place, random, load, cpuMs: () => driverMs() + outside.cpuMs() });
    const samples: Sample[] = [];
    const endMs = startedMs + hours * 3_600_000;
    const everyMs = Math.max(SAMPLE_EVERY_MS.least, Math.min(SAMPLE_EVERY_MS.most, (endMs - startedMs) / SAMPLES_PER_RUN));
    let isStopped = false;
    process.once('SIGINT', () => (isStopped = true));
    let toldMs = startedMs;
    let hasEarlySnapshot = false;
    while (performance.now() < endMs && !isStopped) {
      await sleep(Math.min(everyMs, Math.max(0, endMs - performance.now())));
      const isThird = values.snapshots && !hasEarlySnapshot && performance.now() - startedMs > (endMs - startedMs) / 3;
      if (isThird) hasEarlySnapshot = true;
      if (isThird) mkdirSync(OUT, { recursive: true });
      const inside = await server.call('look', SHARDS, isThird ? join(OUT, 'third') : undefined);
      counts.connections = radio.connections;
      samples.push(outside.sample((performance.now() - startedMs) / 1000, inside));
      if (performance.now() - toldMs < TELL_EVERY_MS) continue;
      toldMs = performance.now();
      const { seconds, rssMb, heapMb, shardHeapMb, databaseMb, rows } = samples.at(-1)!;
      process.stderr.write(`${Math.round(seconds / 60)} min: ${churn.done} activities, ${monthsOf(counts).toFixed(2)} months, RSS ${rssMb.toFixed(0)} MB, heap ${heapMb.toFixed(1)} and ${shardHeapMb.toFixed(1)} MB, SQLite ${databaseMb.toFixed(2)} MB and ${rows} rows, ${churn.slow} slow, ${churn.starved} starved, ${[...churn.faults.values()].reduce((sum, count) => sum + count, 0)} faults\n`);
    }
    await churn.stop();
    const cpuSeconds = Math.round((driverMs() + outside.cpuMs()) / 1000);
    if (values.snapshots) await server.call('look', SHARDS, join(OUT, 'end'));
    database.close();
    process.kill(pid, 'SIGTERM');
    await server.end();

    const { done, slow, starved } = churn;
    const seconds = samples.at(-1)!.seconds;
    const months = monthsOf(counts);
    const judged = MEASURES.map(({ name, label, limit }) => ({ label, ...judge(samples.map((sample) => ({ x: sample.seconds, y: sample[name] })), limit) }));
    const faults = [...churn.faults].sort(([, one], [, other]) => other - one);
    const faulty = faults.reduce((sum, [, count]) => sum + count, 0);
    const result = JSON.stringify({ machine, hours, load, classifier: values.classifier, keptSeconds: hours * KEPT_SHARE * 3600, cpuSeconds, activities: done, slow, starved, events: counts, months, faults: Object.fromEntries(faults), judged, samples });
    const chart = soakChart(samples);
    mkdirSync(OUT, { recursive: true });
    writeFileSync(join(OUT, 'soak.json'), `${result}\n`);
    writeFileSync(join(OUT, 'soak.svg'), `${chart}\n`);
    process.stdout.write(`${describeMachine(machine)}, ${short(seconds / 60)} minutes, ${values.classifier} classifier\n\n`);
    process.stdout.write(`${table(['event', 'count', 'a minute', 'months of an ordinary server'], (Object.keys(counts) as EventName[]).map((name) => [name, counts[name], short((60 * counts[name]) / seconds), (counts[name] / ORDINARY_DAY[name] / 30).toFixed(2)]))}\n\n`);
    process.stdout.write(`${table(['measure', 'median', 'growth over two thirds', 'limit', 'verdict'], judged.map(({ label, median, growth, limit, isFlat }) => [label, short(median), growth.toFixed(2), limit === Infinity ? 'none' : short(limit), limit === Infinity ? 'not judged' : isFlat ? 'flat' : 'GROWS']))}\n\n`);
    process.stdout.write(`${done} activities in ${cpuSeconds} s of CPU, ${months.toFixed(2)} months, ${slow} slow, ${starved} starved, ${faulty} faults\n`);
    for (const [fault, count] of faults.slice(0, 20)) process.stdout.write(`${count} × ${fault}\n`);
    if (values.keep) await saveRun(machine, { 'soak.json': result, 'soak.svg': chart });
    if (judged.some(({ isFlat }) => !isFlat) || faulty > MAX_FAULTS_SHARE * done || starved > MAX_STARVED_SHARE * done) process.exitCode = 1;
  } finally {
    await server.end();
    await radio.close();
    await hooks.close();
    rmSync(folder, { recursive: true });
  }
});

async function anyGenre(port: number): Promise<string> {
  const { labels } = await (await fetch(`http://127.0.0.1:${port}/v1/model`)).json() as { labels: readonly string[] };
  return labels[0]!;
}

function hoursOf(text: string): number {
  const hours = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (!(hours >= 0.01 && hours <= 10_000)) throw new SettingError(`--hours must be a number from 0.01 to 10000; it is ${JSON.stringify(text)}.`);
  return hours;
}

function wavOf(seconds: number): Uint8Array {
  const { buffer } = noise(22_050 * seconds);
  return wavFile(new Int16Array(buffer), 22_050);
}
