/** What must hold of every run: recorded under one number at a time, and each alert sent once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/until.js';
import { alertsTwice, heardIn, openIn, recordedIn, recordedInPostgres, recordedTwice, type Heard, type Recorded } from './journal.js';
import type { RunningCluster } from './running-cluster.js';

/** A station is elsewhere after this time. */
export const LONGEST_GAP_MS = 10_000;
/** All webhooks have come after this time. */
const LONGEST_SENDING_MS = 60_000;

export function heardBy(cluster: RunningCluster): Heard {
  return heardIn([...cluster.names].map((name) => cluster.journal(name)));
}

/** All sources are away for a moment: each station raises one alert, which ends. @returns what was wrong with what was sent */
export async function raiseAll(cluster: RunningCluster): Promise<string[]> {
  // A station that was away for a moment may have an alert open, and would not raise another.
  await eventually('no alert is open', () => openIn(cluster.sent).length === 0, { everyMs: 250, withinMs: LONGEST_SENDING_MS });
  cluster.sent.length = 0;
  cluster.areSourcesAway = true;
  await sleep(5000);
  cluster.areSourcesAway = false;
  // One request at a time goes to a target, and each is recorded before the next: hundreds take some seconds.
  const untilMs = Date.now() + LONGEST_SENDING_MS;
  while (Date.now() < untilMs && new Set(cluster.sent.map(({ id }) => id)).size < 2 * cluster.stations.length) await sleep(200);
  // What is sent twice comes later.
  await sleep(5000);
  return sentOnce(cluster, 'all sources are away');
}

/** Each station raised one alert, which ended. @param mayRepeat a node that dies between a request and its record has it sent again, under the same id */
export function sentOnce({ sent, stations }: RunningCluster, when: string, mayRepeat = false): string[] {
  const wanted = 2 * stations.length;
  const different = new Set(sent.map(({ id }) => id)).size;
  const isRight = different === wanted && (mayRepeat || sent.length === wanted);
  const missing = isRight ? [] : stations.flatMap((station) => ['down.raised', 'down.recovered'].filter((type) => !sent.some((each) => each.station === station && each.type === type)).map((type) => `${type} of ${station}`));
  return [...(isRight ? [] : [`${when}: ${sent.length} webhooks, ${different} different ones, instead of ${wanted}; not sent: ${missing.join(', ')}`]), ...alertsTwice(sent)];
}

/** Ends all nodes. @returns what they recorded, and what is wrong with it */
export async function recordedBy(cluster: RunningCluster): Promise<{ readonly rows: readonly Recorded[]; readonly wrong: readonly string[] }> {
  for (const { process: node } of cluster.nodes.values()) await node.call('close');
  const rows = cluster.postgres ? await recordedInPostgres(cluster.postgres) : [...cluster.names].flatMap((node) => recordedIn(cluster.database(node)));
  const missing = cluster.stations.filter((station) => !rows.some((row) => row.station === station));
  return { rows, wrong: [...missing.map((station) => `nothing of ${station} was recorded`), ...recordedTwice(rows)] };
}
