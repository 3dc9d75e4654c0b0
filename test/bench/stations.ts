/**
 * Long-running test of stations: fetched from a radio server in another process, each decoded by its
 * own FFmpeg and scored; shows whether CPU and memory stay flat.
 *   npm run bench:stations [-- --stations N --minutes M --keep --json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { round } from '../../server/pipe/segments.js';
import { RemoteProcess } from './live/remote-process.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import type { RadioCalls } from './live/radio-process.js';
import type { ServerCalls, StationsStatus, ServerUsage } from './live/server-process.js';
import { table } from './live/table.js';

const { values } = parseArgs({
  options: {
    stations: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '10' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

interface Minute {
  readonly minute: number;
  readonly states: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly droppedMs: number;
  /** Of one processor. */
  readonly serverPercent: number;
  readonly decodersPercent: number;
  /** CPU of server and decoders for a second of one station, ms. */
  readonly cpuMsPerStationSecond: number;
  readonly serverRssMb: number;
  readonly decodersRssMb: number;
}

await command(async () => {
  const machine = thisMachine();
  const stations = wholeNumber('stations', values.stations, 1, 500);
  const minutes = wholeNumber('minutes', values.minutes, 1, 60);
  const radio = new RemoteProcess<RadioCalls>('./radio-process.js');
  const server = new RemoteProcess<ServerCalls>('./server-process.js');
  try {
    const port = await radio.call('start');
    await server.call('start', { logLevel: 'warn', allowHosts: '127.0.0.1' });
    await server.call('listen', `http://127.0.0.1:${port}/`, stations);
    const rows: Minute[] = [];
    let before = await look(server);
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(60_000);
      const now = await look(server);
      rows.push(between(minute, stations, before, now));
      before = now;
      process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    }
    const result = JSON.stringify({ machine, stations, minutes: rows });
    console.log(values.json ? result : `${describeMachine(machine)}\n\n${minutesTable(rows)}`);
    if (values.keep) await saveRun(machine, { [`stations-${stations}.json`]: result });
  } finally {
    // A failure to close has already been reported.
    await server.call('close').catch(() => {});
    await server.end();
    await radio.end();
  }
});

type Look = ServerUsage & StationsStatus;

async function look(server: RemoteProcess<ServerCalls>): Promise<Look> {
  return { ...await server.call('use'), ...await server.call('stations') };
}

function between(minute: number, stations: number, before: Look, { atMs, cpuMs, rssMb, states, failures, droppedMs, decoders }: Look): Minute {
  const elapsedMs = atMs - before.atMs;
  return {
    minute,
    states,
    failures,
    droppedMs: round(droppedMs, 0),
    serverPercent: round((100 * (cpuMs - before.cpuMs)) / elapsedMs, 1),
    decodersPercent: round((100 * (decoders.cpuMs - before.decoders.cpuMs)) / elapsedMs, 1),
    cpuMsPerStationSecond: round((1000 * (cpuMs - before.cpuMs + decoders.cpuMs - before.decoders.cpuMs)) / elapsedMs / stations, 2),
    serverRssMb: round(rssMb, 0),
    decodersRssMb: round(decoders.rssMb, 0),
  };
}

function minutesTable(rows: readonly Minute[]): string {
  return table(
    ['minute', 'states', 'failures', 'dropped, ms', 'server CPU, %', 'decoders CPU, %', 'CPU, ms a station-second', 'server RSS, MB', 'decoders RSS, MB'],
    rows.map(({ minute, states, failures, droppedMs, serverPercent, decodersPercent, cpuMsPerStationSecond, serverRssMb, decodersRssMb }) => [
      String(minute), Object.entries(states).map(([state, count]) => `${count} ${state}`).join(', '), String(failures), String(droppedMs), String(serverPercent), String(decodersPercent), String(cpuMsPerStationSecond), String(serverRssMb), String(decodersRssMb),
    ]),
  );
}
