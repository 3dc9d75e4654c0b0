/**
 * Three nodes on this machine as one service, and what can happen to them. Sources are simulated and
 * the network is one that costs little; nodes, NATS and databases are real.
 *   npm run cluster-test -- [--stations 9] [--engines nats|nats+postgres|postgres] [--write]
 *
 * In the end the journals and databases of the nodes are looked at: no station unheard for more than
 * 10 s beside the time that the engine of its lease was away, none recorded under two numbers at the same time, no event of an
 * alert sent twice. With --write the table goes into test/README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SettingError } from '../../server/settings.js';
import { command, wholeNumber } from '../bench/live/options.js';
import { table } from '../bench/live/table.js';
import { POSTGRES_PROGRAMS } from '../interop/postgres.js';
import { has } from '../interop/programs.js';
import { FAULTS, NATS_FAULTS, POSTGRES_FAULTS, type Fault } from './faults.js';
import { heardIn, longestGap, recordedIn, recordedInPostgres, recordedTwice } from './journal.js';
import { RunningCluster } from './running-cluster.js';

const LONGEST_GAP_MS = 10_000;
/** Times are noted at each prediction, which is one every 348 ms. */
const AFTERWARDS_MS = 1500;
const PAGE = 'test/README.md';
const ENGINES: Readonly<Record<string, { readonly nats: boolean; readonly postgres: boolean }>> = {
  'nats': { nats: true, postgres: false },
  'nats+postgres': { nats: true, postgres: true },
  'postgres': { nats: false, postgres: true },
};
const { values } = parseArgs({ options: { stations: { type: 'string', default: '9' }, engines: { type: 'string' }, write: { type: 'boolean', default: false } } });

await command(async () => {
  const stations = wholeNumber('stations', values.stations, 3, 300);
  if (values.engines !== undefined && !(values.engines in ENGINES)) throw new SettingError(`--engines must be one of ${Object.keys(ENGINES).join(', ')}; it is ${JSON.stringify(values.engines)}.`);
  const wanted = Object.entries(ENGINES).filter(([name]) => values.engines === undefined || name === values.engines);
  const columns: Map<string, string>[] = [];
  const wrong: string[] = [];
  for (const [name, engines] of wanted) {
    const missing = [...(engines.nats ? ['nats-server'] : []), ...(engines.postgres ? POSTGRES_PROGRAMS : [])].filter((program) => !has(program));
    if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}; on Debian: apt-get install nats-server postgresql`);
    process.stderr.write(`${name}\n`);
    const run = await runWith(stations, engines);
    columns.push(run.gaps);
    wrong.push(...run.wrong.map((each) => `${name}: ${each}`));
  }
  const rows = [...new Set(columns.flatMap((column) => [...column.keys()]))].map((fault) => [fault, ...columns.map((column) => column.get(fault) ?? '')]);
  const text = table(['longest time that a station was not heard, s', ...wanted.map(([name]) => name)], rows);
  process.stdout.write(`${text}\n`);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (values.write) writeInto(text);
});

async function runWith(stations: number, engines: { readonly nats: boolean; readonly postgres: boolean }): Promise<{ readonly gaps: Map<string, string>; readonly wrong: string[] }> {
  const cluster = new RunningCluster();
  const gaps = new Map<string, string>();
  const wrong: string[] = [];
  const faults: [string, Fault][] = [FAULTS, ...(engines.nats ? [NATS_FAULTS] : []), ...(engines.postgres ? [POSTGRES_FAULTS] : [])].flatMap((each) => Object.entries(each));
  try {
    await cluster.start(['a', 'b', 'c'], stations, engines);
    for (const [name, fault] of faults) {
      const fromMs = Date.now();
      cluster.sent.length = 0;
      const awayMs = await fault(cluster) ?? 0;
      await sleep(AFTERWARDS_MS);
      const heard = [...cluster.names].flatMap((node) => heardIn(cluster.journal(node)));
      const gapMs = longestGap(heard, cluster.stations, fromMs, Date.now());
      const isQuiet = name.includes('sources are away');
      if (!isQuiet && gapMs - awayMs > LONGEST_GAP_MS) wrong.push(`${name}: a station was not heard for ${gapMs} ms`);
      if (!isQuiet) gaps.set(name, (gapMs / 1000).toFixed(1));
      process.stderr.write(`  ${name}: ${gapMs} ms${awayMs > 0 ? `, of which the engine was away ${Math.round(awayMs)} ms` : ''}\n`);
      // A node that dies between a request and its record has it sent again, under the same id.
      if (isQuiet) wrong.push(...sentOnce(cluster, name, true));
    }
    cluster.sent.length = 0;
    cluster.areSourcesAway = true;
    await sleep(5000);
    cluster.areSourcesAway = false;
    await sleep(15_000);
    wrong.push(...sentOnce(cluster, 'all sources are away'));
    for (const { process: node } of cluster.nodes.values()) await node.call('close');
    const recorded = cluster.postgres ? await recordedInPostgres(cluster.postgres) : [...cluster.names].flatMap((node) => recordedIn(cluster.database(node)));
    process.stderr.write(`  ${recorded.length} segments under ${new Set(recorded.map(({ number }) => number)).size} numbers, ${new Set(cluster.sent).size} webhooks\n`);
    if (recorded.length < stations) wrong.push(`only ${recorded.length} segments were recorded`);
    wrong.push(...recordedTwice(recorded));
  } finally {
    await cluster.close();
  }
  return { gaps, wrong };
}

/** Each station raised one alert, which ended. */
function sentOnce({ sent, stations }: RunningCluster, when: string, mayRepeat = false): string[] {
  const wanted = 2 * stations.length;
  const different = new Set(sent).size;
  return different === wanted && (mayRepeat || sent.length === wanted) ? [] : [`${when}: ${sent.length} webhooks, ${different} different ones, instead of ${wanted}`];
}

/** Between the marks of the page. */
function writeInto(text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const marked = page.replace(/(<!-- cluster-test -->\n)[\s\S]*?(<!-- \/cluster-test -->)/, (_, before: string, after: string) => `${before}\n${text}\n\n${after}`);
  if (!marked.includes(text)) throw new Error(`${PAGE} has no place for the table`);
  writeFileSync(PAGE, marked);
}
