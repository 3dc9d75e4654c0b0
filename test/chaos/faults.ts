/** The faults: what is broken, and what must be so afterwards. Each looks at what it touched; that all others notice nothing is looked at once, at the end. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RemoteProcess } from '../bench/live/remote-process.js';
import type { ReloadedModel, ServerMessage } from '../../server/protocol/messages.js';
import type { ModelOnDisk } from '../server/model-on-disk.js';
import { START } from '../server/rig.js';
import { frame, UPGRADE } from '../server/sockets/frames.js';
import { eventually } from '../support/until.js';
import type { ChaosClient } from './clients.js';
import type { DeadNetwork } from './dead-network.js';
import type { ChaosCalls } from './server-process.js';

export interface Chaos {
  readonly server: RemoteProcess<ChaosCalls>;
  readonly pid: number;
  readonly port: number;
  readonly clients: readonly ChaosClient[];
  readonly stations: number;
  /** The database's own small disk; undefined where none may be mounted. */
  readonly disk: string | undefined;
  /** Folder of the database. */
  readonly folder: string;
  /** The model folder of the server. */
  readonly model: ModelOnDisk;
  /** The network between some of the clients and the server. */
  readonly network: { readonly line: DeadNetwork; readonly clients: readonly ChaosClient[] };
  /** How long a fault lasts, ms. */
  readonly lastsMs: number;
  /** Streams that a fault touched on purpose. */
  readonly touched: Set<ChaosClient>;
}

/** @returns what became of it, in words. @throws Error when something is wrong afterwards */
export type Fault = (chaos: Chaos) => Promise<string>;

export class Skipped extends Error {}

const history = async ({ port }: Chaos): Promise<{ isFailing: boolean; droppedRows: number }> => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json() as { history: { isFailing: boolean; droppedRows: number } }).history;
const allLive = (chaos: Chaos): Promise<unknown> => eventually('all stations are live', () => chaos.server.call('stations'), { fits: (states) => states.every((state) => state === 'live'), withinMs: 90_000, everyMs: 200 });

export const FAULTS: Readonly<Record<string, Fault>> = {
  'a shard is killed': async (chaos) => {
    const before = chaos.clients.map((client) => client.told.length);
    await chaos.server.call('killShard');
    const hit = (): ChaosClient[] => chaos.clients.filter((client, index) => client.told.slice(before[index]).includes('restarted'));
    await eventually('streams are told', () => hit().length > 0);
    await sleep(1000);
    const told = hit();
    for (const client of told) chaos.touched.add(client);
    const seen = told.map(({ predictions }) => predictions.length);
    await eventually('they go on', () => told.every(({ predictions }, index) => predictions.length > seen[index]!));
    if (told.length === chaos.clients.length) throw new Error('Streams of the other shard were touched.');
    return `its ${told.length} streams are told by \`restarted\` and go on`;
  },

  'all FFmpegs are killed': async (chaos) => {
    if (chaos.stations === 0) throw new Skipped('no stations');
    const killed = childrenOf(chaos.pid);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    if (killed.length < chaos.stations) throw new Error(`${killed.length} FFmpegs for ${chaos.stations} stations.`);
    await sleep(500);
    await allLive(chaos);
    return `${killed.length} stations connect again and are live`;
  },

  'connections are cut within a frame': async (chaos) => {
    const cut = chaos.clients.slice(0, Math.max(1, Math.floor(chaos.clients.length / 10)));
    const before = cut.map(({ told }) => told.length);
    for (const client of cut) {
      chaos.touched.add(client);
      client.cut();
    }
    await eventually('they resume', () => cut.every(({ told, isReady }, index) => isReady && told.slice(before[index]).includes('ready')), { log: () => toldTo(cut) });
    return `${cut.length} streams resume where the server left off`;
  },

  'a reader freezes': async (chaos) => {
    const id = (await (await fetch(`http://127.0.0.1:${chaos.port}/v1/streams`)).json() as { streams: { id: string }[] }).streams[0]!.id;
    const ws = new WebSocket(`ws://127.0.0.1:${chaos.port}/v1/streams/${id}/watch?spectrogram=1`);
    await once(ws, 'open');
    ws.pause();
    await sleep(chaos.lastsMs);
    ws.terminate();
    return 'it holds up nobody';
  },

  'a peer is gone without a word': async (chaos) => {
    const socket = connect(chaos.port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.on('error', () => {});
    // Reads, so that it sees the end; but answers no ping and sends nothing.
    socket.resume();
    socket.write(Buffer.concat([Buffer.from(UPGRADE), frame(1, Buffer.from(JSON.stringify(START)))]));
    await closed;
    await eventually('its place is free', async () => (await chaos.server.call('openSenders')) <= chaos.clients.length);
    return 'it is disconnected for not answering pings';
  },

  'the network between is dead': async (chaos) => {
    const { line, clients } = chaos.network;
    const isLost = async (): Promise<boolean> => {
      const { streams } = await (await fetch(`http://127.0.0.1:${chaos.port}/v1/streams`)).json() as { streams: { id: string; connected: boolean }[] };
      return clients.every(({ id }) => streams.some((stream) => stream.id === id && !stream.connected));
    };
    for (const client of clients) chaos.touched.add(client);
    line.die();
    // Also where the machine is so busy that sockets are read late, and pings wait for that.
    await eventually('the server notices', isLost, { everyMs: 200, withinMs: 150_000, log: () => toldTo(clients) });
    // A sender notices by itself that nothing is answered any more; these are told here.
    const before = clients.map(({ told }) => told.length);
    for (const { socket } of clients) socket.destroy();
    await eventually('they resume', () => clients.every(({ told, isReady }, index) => isReady && told.slice(before[index]).includes('ready')), { log: () => toldTo(clients) });
    return `no end of ${clients.length} connections is told; the server closes them for not answering pings, and the streams resume where it left off`;
  },

  'a broken model is loaded': async (chaos) => {
    const inUse = await (await fetch(`http://127.0.0.1:${chaos.port}/v1/model`)).text();
    await chaos.model.write({ version: 'broken' });
    for (const [file, content] of [['weights.bin', 'half'], ['model.json', '{"format": 1, "name": "ha']] as const) {
      writeFileSync(join(chaos.model.folder, file), content);
      const { status, answer } = await loadModel(chaos);
      if (status !== 409 || (answer as unknown as { code: string }).code !== 'bad-model') throw new Error(`${file}: ${status}, ${JSON.stringify(answer)}`);
    }
    if (await (await fetch(`http://127.0.0.1:${chaos.port}/v1/model`)).text() !== inUse) throw new Error('Another model is in use.');
    return 'it is refused with the reason, and the one in use goes on';
  },

  'a new model is loaded': async (chaos) => {
    const told: ServerMessage[] = [];
    const viewer = chaos.stations === 0 ? undefined : new WebSocket(`ws://127.0.0.1:${chaos.port}/v1/streams/station-1/watch`);
    viewer?.on('error', () => {}); // what is missing is looked at below
    viewer?.on('message', (data) => told.push(JSON.parse(String(data)) as ServerMessage));
    if (viewer) await eventually('a station is watched', () => told.some(({ type }) => type === 'prediction'));
    await chaos.model.write({ version: 'next' });
    const { status, answer } = await loadModel(chaos);
    if (status !== 200 || !answer.isNew || answer.streamsBefore < chaos.clients.length) throw new Error(`${status}, ${JSON.stringify(answer)}`);
    const isNext = (message: ServerMessage): boolean => message.type === 'ready' && message.model.version === 'next';
    if (viewer) await eventually('the station moves', () => told.slice(told.findIndex(isNext)).some(({ type }) => type === 'prediction') && told.some(isNext));
    viewer?.terminate();
    await allLive(chaos);
    const late = new WebSocket(`ws://127.0.0.1:${chaos.port}/v1/stream`);
    late.on('open', () => late.send(JSON.stringify(START)));
    const [first] = await once(late, 'message') as [Buffer];
    late.terminate();
    if (!isNext(JSON.parse(String(first)) as ServerMessage)) throw new Error(`A new stream gets ${String(first)}`);
    return `all ${chaos.clients.length} streams go on with the one before, ${chaos.stations} stations move and stay live, new streams get it`;
  },

  'the disk is full': async (chaos) => {
    if (chaos.disk === undefined) throw new Skipped('no disk may be mounted');
    if (chaos.stations === 0) throw new Skipped('no stations');
    const filler = join(chaos.disk, 'filler');
    for (let size = 64 * 1024 * 1024; size >= 4096; size /= 2) {
      try {
        for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Smaller pieces, until not one page is free.
      }
    }
    await eventually('the history is said to fail', async () => (await history(chaos)).isFailing);
    await sleep(chaos.lastsMs);
    rmSync(filler);
    return written(chaos, 'the history is reported as failing, its rows wait and are written');
  },

  'the database is locked by another program': async (chaos) => {
    if (chaos.stations === 0) throw new Skipped('no stations');
    const holder = spawn(process.execPath, ['-e', `const d = new (require(${JSON.stringify(LIBSQL)}))(${JSON.stringify(join(chaos.folder, 'stations.db'))}); d.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE'); setTimeout(() => {}, 1e6)`], { stdio: 'inherit' });
    try {
      await eventually('the history is said to fail', async () => (await history(chaos)).isFailing);
      await sleep(chaos.lastsMs);
    } finally {
      holder.kill('SIGKILL');
    }
    return written(chaos, 'the history is reported as failing, its rows wait and are written');
  },

  'no file can be written': async (chaos) => {
    if (spawnSync('prlimit', ['--version']).status !== 0) throw new Skipped('no prlimit');
    if (chaos.stations === 0) throw new Skipped('no stations');
    // As on a disk that has turned read-only: writing fails, also to files that are open; root may remount no disk in use.
    execFileSync('prlimit', ['--pid', String(chaos.pid), '--fsize=1:']);
    try {
      await eventually('the history is said to fail', async () => (await history(chaos)).isFailing);
      await sleep(chaos.lastsMs);
    } finally {
      execFileSync('prlimit', ['--pid', String(chaos.pid), '--fsize=unlimited:']);
    }
    return written(chaos, 'the history is reported as failing, its rows wait and are written');
  },

  'the clock jumps an hour on and two back': async (chaos) => {
    for (const byMs of [3_600_000, -3_600_000, 0]) {
      await chaos.server.call('setClock', byMs);
      await sleep(chaos.lastsMs);
    }
    if ((await chaos.server.call('stations')).some((state) => state !== 'live')) throw new Error('Stations are not live.');
    return 'stations and streams go on';
  },

  'descriptors are exhausted': async (chaos) => {
    if (spawnSync('prlimit', ['--version']).status !== 0) throw new Skipped('no prlimit');
    const used = readdirSync(`/proc/${chaos.pid}/fd`).length;
    const before = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${chaos.pid}/limits`, 'utf8'))![1]!;
    execFileSync('prlimit', ['--pid', String(chaos.pid), `--nofile=${used + 2}:`]);
    const sockets = Array.from({ length: 20 }, () => connect(chaos.port, '127.0.0.1').on('error', () => {}));
    await sleep(chaos.lastsMs);
    const answers = await fetch(`http://127.0.0.1:${chaos.port}/healthz`, { signal: AbortSignal.timeout(2000), headers: { connection: 'close' } }).then(() => true, () => false);
    for (const socket of sockets) socket.destroy();
    execFileSync('prlimit', ['--pid', String(chaos.pid), `--nofile=${before}:`]);
    if (answers) throw new Error('A connection was accepted.');
    await eventually('it accepts again', async () => fetch(`http://127.0.0.1:${chaos.port}/healthz`).then(({ ok }) => ok, () => false));
    return 'no new connection is accepted until there are some again';
  },

  'the CPU is starved': async (chaos) => {
    const burners = Array.from({ length: 8 }, () => spawn(process.execPath, ['-e', 'for (;;);']));
    await sleep(chaos.lastsMs);
    for (const burner of burners) burner.kill('SIGKILL');
    return 'predictions come later, nothing is dropped';
  },

  'SIGTERM under load': async (chaos) => {
    process.kill(chaos.pid, 'SIGTERM');
    await eventually('every stream is over', () => chaos.clients.every(({ isOver }) => isOver), { log: () => toldTo(chaos.clients.filter(({ isOver }) => !isOver)) });
    const without = chaos.clients.filter(({ told }) => !told.includes('summary')).length;
    if (without > 0) throw new Error(`${without} streams got no summary.`);
    return 'every stream gets its summary and close code 1001';
  },
};

const LIBSQL = new URL(import.meta.resolve('libsql')).pathname;

function toldTo(clients: readonly ChaosClient[]): string {
  return clients.map(({ told }) => told.slice(-4).join(', ')).join('; ');
}

async function loadModel({ port }: Chaos): Promise<{ readonly status: number; readonly answer: ReloadedModel }> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/model`, { method: 'POST' });
  return { status: response.status, answer: await response.json() as ReloadedModel };
}

async function written(chaos: Chaos, outcome: string): Promise<string> {
  await eventually('the history is written again', async () => !(await history(chaos)).isFailing);
  const { droppedRows } = await history(chaos);
  if (droppedRows > 0) throw new Error(`${droppedRows} rows were dropped.`);
  return outcome;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
}
