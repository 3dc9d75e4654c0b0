/**
 * Breaks a server under load in all ways that a machine has, and looks what streams and stations notice.
 *   npm run chaos -- [--streams 100] [--stations 20] [--seconds 4] [--fault WORDS] [--keep]
 *
 * Streams send seeded sound in real time; what each hears must equal what it would have heard undisturbed. Stations
 * are MP3 over HTTP, decoded by FFmpeg. The network is one that costs little, so that the load is that of sockets,
 * threads and processes. Needs Linux; the disk is a small tmpfs, mounted where root may. With --keep the table
 * is written into test/README.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SettingError } from '../../server/settings.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import type { RadioCalls } from '../bench/live/radio-process.js';
import { command, wholeNumber } from '../bench/live/options.js';
import { RemoteProcess } from '../bench/live/remote-process.js';
import { table } from '../bench/live/table.js';
import { eventually } from '../support/until.js';
import { modelOnDisk } from '../server/model-on-disk.js';
import { ChaosClient, keepSending, undisturbed } from './clients.js';
import { DeadNetwork } from './dead-network.js';
import { FAULTS, Skipped, type Chaos } from './faults.js';
import type { ChaosCalls } from './server-process.js';

const DISK_MB = 8;
/** One client in so many reaches the server through a network that goes dead. */
const BEHIND_THE_LINE = 10;
/** Between the states of a station. */
const MAX_GAP_MS = 3000;
const JUMP_MS = 3_600_000;
/** All begin at once, which takes long where other work is running. */
const START_WITHIN_MS = 300_000;
const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100' },
    stations: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '4' },
    fault: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const streams = wholeNumber('streams', values.streams, 4, 1000);
  const stations = wholeNumber('stations', values.stations, 0, 200);
  const lastsMs = 1000 * wholeNumber('seconds', values.seconds, 1, 60);
  const faults = Object.entries(FAULTS).filter(([name]) => values.fault === undefined || name.includes(values.fault));
  if (faults.length === 0) throw new SettingError(`--fault must be part of one of: ${Object.keys(FAULTS).join('; ')}.`);
  if (values.keep && values.fault !== undefined) throw new SettingError('--keep needs all faults, so it can not be given with --fault.');
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-chaos-'));
  const disk = mountDisk(join(folder, 'disk'));
  const database = join(disk ?? folder, 'stations.db');
  const model = modelOnDisk();
  let line: DeadNetwork | undefined;
  let clients: readonly ChaosClient[] = [];
  let stop = (): void => {};
  const server = new RemoteProcess<ChaosCalls>('../../chaos/server-process.js');
  const radio = new RemoteProcess<RadioCalls>('./radio-process.js');
  try {
    const { port, pid } = await server.call('start', { shards: 2, model: model.folder, database, stations: join(folder, 'stations.json'), allowHosts: ['127.0.0.1'], maxLagMs: 600_000, maxLoad: 1000, pingIntervalMs: 3000, helloTimeoutMs: 60_000, reconnectMinMs: 500, resumeWindowMs: 600_000, idleTimeoutMs: 60_000, drainTimeoutMs: 30_000 } as never);
    if (stations > 0) await server.call('listen', `http://127.0.0.1:${await radio.call('start')}/`, stations);
    line = await DeadNetwork.open(port);
    const behind = (index: number): boolean => index % BEHIND_THE_LINE === BEHIND_THE_LINE - 1;
    clients = Array.from({ length: streams }, (_, index) => new ChaosClient(behind(index) ? line!.port : port, index));
    stop = keepSending(clients);
    await eventually('all streams run', () => clients.every(({ predictions }) => predictions.length > 2), { withinMs: START_WITHIN_MS });
    await eventually('all stations are live', () => server.call('stations'), { fits: (states) => states.every((state) => state === 'live'), withinMs: START_WITHIN_MS });
    const chaos: Chaos = { server, pid, port, clients, stations, disk, folder: disk ?? folder, lastsMs, touched: new Set(), model, network: { line, clients: clients.filter((_, index) => behind(index)) } };
    const rows: string[][] = [];
    let failures = 0;
    for (const [name, fault] of faults) {
      let outcome: string;
      try {
        outcome = await fault(chaos);
      } catch (error) {
        if (error instanceof Skipped) outcome = `left out: ${error.message}`;
        else {
          failures += 1;
          outcome = `FAILED: ${(error as Error).message}`;
        }
      }
      process.stderr.write(`${name}: ${outcome}\n`);
      rows.push([name, outcome]);
      await sleep(1000);
    }
    stop();
    for (const client of clients) client.end();
    const wrong = noticed(chaos);
    rows.push(['streams not touched', wrong.length === 0 ? `${streams - chaos.touched.size} of ${streams} heard all predictions of an undisturbed run, and no others` : `FAILED: ${wrong.slice(0, 3).join('; ')}`]);
    await server.end();
    const lost = stations === 0 ? undefined : lostRows(database, stations);
    if (stations > 0) rows.push(['what was stored', lost ?? `the database is intact and has all ${stations} stations without a gap`]);
    process.stdout.write(`${table(['fault', 'outcome'], rows)}\n`);
    const isGood = failures === 0 && wrong.length === 0 && lost === undefined;
    if (!isGood) process.exitCode = 1;
    if (values.keep) keep(rows);
  } finally {
    stop();
    for (const client of clients) client.end();
    await server.end();
    await radio.end();
    line?.close();
    model.remove();
    if (disk !== undefined) execFileSync('umount', ['-l', disk]);
    rmSync(folder, { recursive: true });
  }
});

/** Puts the table of this run into the page, in the place of the last one. */
function keep(rows: readonly (readonly string[])[]): void {
  const page = fileURLToPath(new URL('../../../test/README.md', import.meta.url));
  const written = `On ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? 'an unknown processor'} with ${cpus().length} processors:\n\n| fault | outcome |\n| --- | --- |\n${rows.map(([fault, outcome]) => `| ${fault} | ${outcome} |\n`).join('')}`;
  writeFileSync(page, readFileSync(page, 'utf8').replace(/^On .*:\n\n\| fault \| outcome \|\n(\|.*\n)+/m, () => written));
}

/** Streams whose predictions are not those of an undisturbed run. A touched one may miss some, but what it hears up to a restart is the same. */
function noticed({ clients, touched }: Chaos): string[] {
  const expected = new Map<number, readonly string[]>();
  const most = Math.max(...clients.map(({ predictions }) => predictions.at(-1)?.seq ?? 0));
  const wrong: string[] = [];
  clients.forEach((client, index) => {
    if (!expected.has(client.sound)) expected.set(client.sound, undisturbed(client.sound, most));
    const all = expected.get(client.sound)!;
    const isTouched = touched.has(client);
    if (isTouched && client.told.includes('restarted')) return;
    // The last block of a stream that was ended is shorter.
    const whole = client.told.includes('summary') ? client.predictions.slice(0, -1) : client.predictions;
    const other = whole.find(({ seq, heard }, at) => heard !== all[seq - 1] || (!isTouched && seq !== at + 1));
    if (other) wrong.push(`stream ${index}: ${other.heard} instead of ${all[other.seq - 1]}`);
    if (!isTouched && (client.droppedMs > 0 || client.told.some((each) => each === 'restarted' || each === 'close 1006'))) wrong.push(`stream ${index}: ${client.droppedMs} ms dropped, ${client.told.join(', ')}`);
  });
  return wrong;
}

/** @returns what is wrong with the database after the server has ended; undefined if nothing is */
function lostRows(path: string, stations: number): string | undefined {
  const database = openDatabase(path);
  try {
    const [check] = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    if (check?.integrity_check !== 'ok') return `FAILED: ${check?.integrity_check}`;
    const states = database.prepare('SELECT station, fromMs, toMs FROM states UNION ALL SELECT station, fromMs, toMs FROM open_states ORDER BY station, fromMs').all() as { station: string; fromMs: number; toMs: number }[];
    const known = new Set(states.map(({ station }) => station));
    if (known.size !== stations) return `FAILED: ${known.size} of ${stations} stations have rows`;
    // What was recorded while the clock was an hour ahead lies behind the rest.
    const gap = states.find((row, index) => states[index + 1]?.station === row.station && Math.abs(states[index + 1]!.fromMs - row.toMs) > MAX_GAP_MS && Math.abs(states[index + 1]!.fromMs - row.toMs) < JUMP_MS / 2);
    return gap && `FAILED: ${gap.station} has a gap after ${new Date(gap.toMs).toISOString()}`;
  } finally {
    database.close();
  }
}

/** A disk that can be filled; undefined where none may be mounted. */
function mountDisk(path: string): string | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}
