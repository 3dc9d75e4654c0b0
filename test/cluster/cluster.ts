/**
 * Several nodes on this machine as one service, and what can happen to them. Sources are simulated and
 * the network is one that costs little; nodes, NATS and databases are real.
 *   npm run cluster-test -- [--stations 9] [--engines nats|nats+postgres|postgres] [--fault WORD] [--drawn 12] [--seed 1] [--write]
 *   npm run cluster-test -- --minutes 10 [--stations 300] [--kill-every 60] [--write]
 *   npm run cluster-test -- --balancer [--senders 30] [--write]
 *
 * The run fails if a station is not heard for more than 10 s beside the time that the engine of its lease
 * was away, if one is recorded under two numbers at the same time, or if an alert is sent twice.
 * With --write the table goes into test/README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SettingError } from '../../server/settings.js';
import { command, wholeNumber } from '../bench/live/options.js';
import { table } from '../bench/live/table.js';
import { POSTGRES_PROGRAMS } from '../interop/postgres.js';
import { has } from '../interop/programs.js';
import { runBalanced } from './balanced.js';
import { draw, runDrawn } from './drawn.js';
import { FAULTS, linkFaults, NATS_FAULTS, POSTGRES_FAULTS, type Fault } from './faults.js';
import { heardBy, LONGEST_GAP_MS, raiseAll, recordedBy, sentOnce } from './invariants.js';
import { gapsAfter, longestGap } from './journal.js';
import { runKilling } from './killing.js';
import { RunningCluster, type Engines } from './running-cluster.js';

/** Times are noted at each prediction, which is one every 348 ms. */
const AFTERWARDS_MS = 1500;
const PAGE = 'test/README.md';
const ENGINES: Readonly<Record<string, Engines>> = {
  'nats': { nats: true, postgres: false },
  'nats+postgres': { nats: true, postgres: true },
  'postgres': { nats: false, postgres: true },
};
const { values } = parseArgs({ options: {
  'stations': { type: 'string' }, 'engines': { type: 'string' }, 'fault': { type: 'string', default: '' },
  'drawn': { type: 'string', default: '12' }, 'seed': { type: 'string', default: '1' },
  'minutes': { type: 'string', default: '0' }, 'kill-every': { type: 'string', default: '60' },
  'balancer': { type: 'boolean', default: false }, 'senders': { type: 'string', default: '30' },
  'write': { type: 'boolean', default: false },
} });
const say = (line: string): void => void process.stderr.write(`${line}\n`);

await command(async () => {
  if (values.engines !== undefined && !(values.engines in ENGINES)) throw new SettingError(`--engines must be one of ${Object.keys(ENGINES).join(', ')}; it is ${JSON.stringify(values.engines)}.`);
  if (values.balancer) return balanced(3 * Math.ceil(wholeNumber('senders', values.senders, 3, 300) / 3));
  const minutes = wholeNumber('minutes', values.minutes, 0, 1440);
  const stations = wholeNumber('stations', values.stations ?? (minutes > 0 ? '300' : '9'), 3, 1000);
  await (minutes > 0 ? killing(stations, minutes) : eachFault(stations));
});

async function killing(stations: number, minutes: number): Promise<void> {
  const engines = enginesOf(values.engines ?? 'nats+postgres');
  const { text, wrong } = await runKilling({ engines, stations, minutes, everyMs: 1000 * wholeNumber('kill-every', values['kill-every'], 20, 3600), say });
  finish('cluster-test-killing', text, wrong);
}

async function balanced(senders: number): Promise<void> {
  if (!has('nginx')) throw new Error('not installed: nginx; on Debian: apt-get install nginx-light');
  const { text, wrong } = await runBalanced({ engines: enginesOf(values.engines ?? 'nats'), senders, say });
  finish('cluster-test-balancer', text, wrong);
}

async function eachFault(stations: number): Promise<void> {
  const drawn = wholeNumber('drawn', values.drawn, 0, 1000);
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1);
  const names = Object.keys(ENGINES).filter((name) => values.engines === undefined || name === values.engines);
  const columns: ReadonlyMap<string, string>[] = [];
  const wrong: string[] = [];
  for (const name of names) {
    say(name);
    const run = await runFaults(stations, enginesOf(name), drawn, seed);
    columns.push(run.gaps);
    wrong.push(...run.wrong.map((each) => `${name}: ${each}`));
  }
  const rows = [...new Set(columns.flatMap((column) => [...column.keys()]))].map((fault) => [fault, ...columns.map((column) => column.get(fault) ?? '')]);
  finish('cluster-test', table(['longest time that a station was not heard, s', ...names], rows), wrong);
}

/** @throws Error when a program that it needs is not installed */
function enginesOf(name: string): Engines {
  const engines = ENGINES[name]!;
  const missing = [...(engines.nats ? ['nats-server'] : []), ...(engines.postgres ? POSTGRES_PROGRAMS : [])].filter((program) => !has(program));
  if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}; on Debian: apt-get install nats-server postgresql`);
  return engines;
}

async function runFaults(stations: number, engines: Engines, drawnSteps: number, seed: number): Promise<{ readonly gaps: ReadonlyMap<string, string>; readonly wrong: readonly string[] }> {
  const cluster = new RunningCluster();
  const gaps = new Map<string, string>();
  const wrong: string[] = [];
  const faults: [string, Fault][] = [
    FAULTS,
    ...(engines.nats ? [NATS_FAULTS, linkFaults('NATS')] : []),
    ...(engines.postgres ? [POSTGRES_FAULTS, linkFaults('PostgreSQL')] : []),
  ].flatMap((each) => Object.entries(each)).filter(([name]) => name.includes(values.fault));
  try {
    await cluster.start(['a', 'b', 'c'], stations, engines);
    for (const [name, fault] of faults) {
      const fromMs = Date.now();
      cluster.sent.length = 0;
      const awayMs = await fault(cluster) ?? 0;
      await sleep(AFTERWARDS_MS);
      const gapMs = longestGap(heardBy(cluster), cluster.stations, fromMs, Date.now());
      const isQuiet = name.includes('sources are away');
      if (!isQuiet && gapMs - awayMs > LONGEST_GAP_MS) wrong.push(`${name}: a station was not heard for ${gapMs} ms`);
      if (!isQuiet) gaps.set(name, (gapMs / 1000).toFixed(1));
      say(`  ${name}: ${gapMs} ms${awayMs > 0 ? `, of which the engine was away ${Math.round(awayMs)} ms` : ''}`);
      if (isQuiet) wrong.push(...sentOnce(cluster, name, true));
    }
    if (drawnSteps > 0) {
      const fromMs = Date.now();
      const happenedMs = await runDrawn(cluster, engines, draw(engines, [...cluster.nodes.keys()], drawnSteps, seed), ({ name, node, forMs }) => say(`  drawn: ${name}, ${node}, ${forMs} ms`));
      await sleep(AFTERWARDS_MS);
      const heard = heardBy(cluster);
      wrong.push(...gapsAfter(heard, cluster.stations, fromMs, Date.now(), happenedMs, LONGEST_GAP_MS).map((gap) => `drawn with seed ${seed}: ${gap.station} was not heard for ${gap.toMs - gap.fromMs} ms`));
      const gapMs = longestGap(heard, cluster.stations, fromMs, Date.now());
      gaps.set(`${drawnSteps} of these drawn at random`, (gapMs / 1000).toFixed(1));
      say(`  drawn: ${gapMs} ms`);
    }
    wrong.push(...await raiseAll(cluster));
    const recorded = await recordedBy(cluster);
    say(`  ${recorded.rows.length} segments under ${new Set(recorded.rows.map(({ number }) => number)).size} numbers`);
    wrong.push(...recorded.wrong);
  } finally {
    await cluster.close();
  }
  return { gaps, wrong };
}

function finish(mark: string, text: string, wrong: readonly string[]): void {
  process.stdout.write(`${text}\n`);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (values.write) writeInto(mark, text);
}

/** Between the marks of the page. */
function writeInto(mark: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const marked = page.replace(new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- /${mark} -->)`), (_, before: string, after: string) => `${before}\n${text}\n\n${after}`);
  if (!marked.includes(text)) throw new Error(`${PAGE} has no place for the table`);
  writeFileSync(PAGE, marked);
}
