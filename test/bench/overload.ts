/**
 * Overload test: half of N streams run, the other half is added for S seconds. Reports the lag of the
 * old streams, refusals, dropped audio, memory, and the recovery time.
 *   npm run bench:overload -- --streams N [--old M] [--seconds S] [--shards K] [--keep] [--json]
 *
 * N should be twice the maximum (bench:live --find-max). Refused clients retry after Retry-After.
 * Server settings come from the environment: LIVEGENRE_MAX_STREAMS=300 npm run bench:overload --
 * --streams 600.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { quantile } from '../../models/metrics.js';
import { round } from '../../server/pipe/segments.js';
import { Bench } from './live/bench.js';
import { distribution, type Distribution } from './live/distribution.js';
import { describeMachine, saveRun, thisMachine, type Machine } from './live/machine.js';
import { command, MAX_SECONDS, MAX_STREAMS, shardsOf, wholeNumber } from './live/options.js';
import { table } from './live/table.js';

const WARM_S = 2;
const SETTLE_S = 3;
const LOOK_EVERY_MS = 1000;
/** Recovered when p99 lag stays below this. */
const CALM_MS = 500;
const BACK_EVERY_MS = 250;
/** For this long. */
const CALM_FOR_MS = 2000;
const BACK_TIMEOUT_MS = 60_000;
const OPEN_TIMEOUT_MS = 60_000;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '200' },
    old: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    shards: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** One sample of server and clients. */
interface Row {
  readonly phase: 'before' | 'over' | 'after';
  readonly atS: number;
  readonly oldP99Ms: number | null;
  readonly newP99Ms: number | null;
  readonly newStreams: number;
  readonly refused: number;
  readonly droppedMs: number;
  readonly rssMb: number;
}

interface OverloadFigures {
  readonly machine: Machine;
  readonly old: number;
  readonly added: number;
  readonly seconds: number;
  readonly shards: number;
  /** Lag of the old streams: before, during, and from 2 s after the overload. */
  readonly oldLagMs: { readonly before: Distribution; readonly over: Distribution; readonly after: Distribution };
  /** Of the new ones. */
  readonly newLagMs: Distribution;
  /** Streams running at the end. */
  readonly ran: { readonly old: number; readonly new: number };
  /** Refusals of new streams, by answer. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly losses: Readonly<Record<string, number>>;
  readonly droppedMs: { readonly old: number; readonly new: number };
  /** Largest amount of audio of one stream neither scored nor reported as dropped. */
  readonly uncountedMs: number;
  readonly rssMb: { readonly before: number; readonly highest: number; readonly after: number };
  /** From the end of the overload until p99 of the old streams stays low; null if it did not. */
  readonly backAfterS: number | null;
  readonly clientDelayMs: number;
  readonly rows: readonly Row[];
}

await command(async () => {
  const streams = wholeNumber('streams', values.streams, 2, MAX_STREAMS);
  const old = values.old === undefined ? Math.ceil(streams / 2) : wholeNumber('old', values.old, 1, streams - 1);
  const seconds = wholeNumber('seconds', values.seconds, 1, MAX_SECONDS);
  const shards = shardsOf(values.shards);
  const bench = await Bench.start({ shards });
  let figures: OverloadFigures;
  try {
    figures = await overload(bench, old, streams - old, seconds);
  } finally {
    await bench.close();
  }
  console.log(values.json ? JSON.stringify(figures) : report(figures));
  if (values.keep) await saveRun(figures.machine, { [`overload-${streams}.json`]: JSON.stringify(figures) });
});

async function overload(bench: Bench, old: number, added: number, seconds: number): Promise<OverloadFigures> {
  const machine = thisMachine();
  const { clients, started: { shards } } = bench;
  const rows: Row[] = [];
  const lags: Record<Row['phase'] | 'new', number[]> = { before: [], over: [], after: [], new: [] };
  let clientDelayMs = 0;
  const beganMs = performance.now();
  const look = async (phase: Row['phase']) => {
    const [{ used, seen, clientDelayMs: delayMs }, others] = await Promise.all([bench.look('old'), phase === 'over' ? clients.call('look', 'new') : undefined]);
    for (const lagMs of seen.lagsMs) lags[phase].push(lagMs);
    for (const lagMs of others?.lagsMs ?? []) lags.new.push(lagMs);
    clientDelayMs = Math.max(clientDelayMs, delayMs);
    const refused = Object.values(others?.refusals ?? {}).reduce((sum, count) => sum + count, 0);
    rows.push({
      phase,
      atS: round((performance.now() - beganMs) / 1000, 1),
      oldP99Ms: p99(seen.lagsMs),
      newP99Ms: p99(others?.lagsMs ?? []),
      newStreams: others?.ready ?? 0,
      refused,
      droppedMs: round(seen.droppedMs + (others?.droppedMs ?? 0), 0),
      rssMb: round(used.rssMb, 1),
    });
    return { seen, others };
  };

  await bench.warm(WARM_S);
  await clients.call('open', 'old', old);
  await sleep(1000 * SETTLE_S);
  await clients.call('look', 'old'); // what came while the group gathered does not count
  for (let second = 0; second < SETTLE_S; second++) {
    await sleep(LOOK_EVERY_MS);
    await look('before');
  }

  let isOpen = false;
  const opening = clients.call('open', 'new', added, true).then(() => (isOpen = true));
  const deadlineMs = performance.now() + OPEN_TIMEOUT_MS;
  let last;
  let held = 0;
  do {
    await sleep(LOOK_EVERY_MS);
    last = await look('over');
    if (isOpen || performance.now() > deadlineMs) held++;
  } while (held < seconds);
  await opening;

  const stopping = clients.call('stop', 'new');
  const backAfterS = await calm(bench);
  await stopping;
  for (let second = 0; second < SETTLE_S; second++) {
    await sleep(LOOK_EVERY_MS);
    await look('after');
  }
  const { seen, others } = last;
  await clients.call('stop', 'old');
  const rss = (phase: Row['phase']): number[] => rows.filter((row) => row.phase === phase).map(({ rssMb }) => rssMb);
  return {
    machine, old, added, seconds, shards,
    oldLagMs: { before: distribution(lags.before), over: distribution(lags.over), after: distribution(lags.after) },
    newLagMs: distribution(lags.new),
    ran: { old: seen.ready, new: others!.ready },
    refusals: others!.refusals,
    losses: { ...others!.losses, ...seen.losses },
    droppedMs: { old: round(seen.droppedMs, 0), new: round(others!.droppedMs, 0) },
    uncountedMs: round(Math.max(seen.uncountedMs, others!.uncountedMs), 1),
    rssMb: { before: rss('before').at(-1)!, highest: Math.max(...rss('over')), after: rss('after').at(-1)! },
    backAfterS,
    clientDelayMs: round(clientDelayMs, 1),
    rows,
  };
}

/** Seconds until p99 of the old streams stays low; null on timeout. */
async function calm({ clients }: Bench): Promise<number | null> {
  const fromMs = performance.now();
  let calmAtMs = fromMs;
  while (performance.now() - fromMs < BACK_TIMEOUT_MS) {
    await sleep(BACK_EVERY_MS);
    const highest = p99((await clients.call('look', 'old')).lagsMs);
    if (highest === null || highest >= CALM_MS) calmAtMs = performance.now();
    else if (performance.now() - calmAtMs >= CALM_FOR_MS) return round((calmAtMs - fromMs) / 1000, 1);
  }
  return null;
}

function p99(lagsMs: readonly number[]): number | null {
  const lagMs = quantile(lagsMs, 0.99);
  return lagMs === undefined ? null : round(lagMs, 0);
}

function report({ machine, old, added, seconds, oldLagMs, newLagMs, rows, ...figures }: OverloadFigures): string {
  const { ran, droppedMs, rssMb, backAfterS } = figures;
  const summary = table([`${old} streams, ${added} more for ${seconds} s`, ''], [
    ['old streams\' p99 lag before, with the others, after, ms', `${oldLagMs.before.p99}, ${oldLagMs.over.p99}, ${oldLagMs.after.p99}`],
    ['new streams\' p99 lag, ms', newLagMs.p99 ?? 'none'],
    ['old and new streams that ran', `${ran.old}, ${ran.new}`],
    ['refusals', JSON.stringify(figures.refusals)],
    ['closed unasked', JSON.stringify(figures.losses)],
    ['dropped, ms over all old, new streams', `${droppedMs.old}, ${droppedMs.new}`],
    ['neither scored nor counted as dropped, most of a stream, ms', figures.uncountedMs],
    ['RSS before, highest, after, MB', `${rssMb.before}, ${rssMb.highest}, ${rssMb.after}`],
    [`old streams' p99 lag under ${CALM_MS} ms again after, s`, backAfterS ?? `not within ${BACK_TIMEOUT_MS / 1000}`],
  ]);
  const timeline = table(
    ['s', 'phase', 'old p99, ms', 'new p99, ms', 'new streams', 'refusals', 'dropped, ms', 'RSS, MB'],
    rows.map(({ atS, phase, oldP99Ms, newP99Ms, newStreams, refused, droppedMs: dropped, rssMb: rss }) => [atS, phase, oldP99Ms ?? '', newP99Ms ?? '', newStreams, refused, dropped, rss]),
  );
  return `${describeMachine(machine)}; clients late by ${figures.clientDelayMs} ms (p99)\n\n${summary}\n\n${timeline}`;
}
