/** What is concluded from the journals of the nodes and from what they recorded. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Libsql from 'libsql';
import type { PostgresServer } from '../interop/postgres.js';
import type { Sent } from './running-cluster.js';

/** Times, ms since 1970, at which each station was heard. */
export type Heard = ReadonlyMap<string, readonly number[]>;

/** From lines of the nodes' journals that say that they heard a station; the last line of each may be cut off. */
export function heardIn(journals: readonly string[]): Heard {
  const heard = new Map<string, number[]>();
  for (const line of journals.filter(existsSync).flatMap((journal) => readFileSync(journal, 'utf8').split('\n'))) {
    const [, atMs, station] = /^\{"atMs":(\d+),"heard":"([^"]+)"\}$/.exec(line) ?? [];
    if (station === undefined) continue;
    const times = heard.get(station);
    if (times) times.push(Number(atMs));
    else heard.set(station, [Number(atMs)]);
  }
  for (const times of heard.values()) times.sort((one, other) => one - other);
  return heard;
}

export interface Gap {
  readonly station: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The times within the range between which each station was not heard. */
function gapsIn(heard: Heard, stations: readonly string[], fromMs: number, toMs: number): Gap[] {
  return stations.flatMap((station) => {
    const times = [fromMs, ...(heard.get(station) ?? []).filter((atMs) => atMs > fromMs && atMs < toMs), toMs];
    return times.slice(1).map((atMs, index) => ({ station, fromMs: times[index]!, toMs: atMs }));
  });
}

/** The longest time, ms, that a station was not heard within the range, over all stations. */
export function longestGap(heard: Heard, stations: readonly string[], fromMs: number, toMs: number): number {
  return gapsIn(heard, stations, fromMs, toMs).reduce((longest, gap) => Math.max(longest, gap.toMs - gap.fromMs), 0);
}

/** Gaps that lasted longer than the limit after the last thing that happened in them. @param happenedMs when something began or ended, ms since 1970 */
export function gapsAfter(heard: Heard, stations: readonly string[], fromMs: number, toMs: number, happenedMs: readonly number[], limitMs: number): Gap[] {
  return gapsIn(heard, stations, fromMs, toMs).filter((gap) => {
    if (gap.toMs - gap.fromMs <= limitMs) return false;
    return gap.toMs - Math.max(gap.fromMs, ...happenedMs.filter((atMs) => atMs <= gap.toMs)) > limitMs;
  });
}

/** Each event once, by the time of it. */
function inOrder(sent: readonly Sent[]): Sent[] {
  return [...new Map(sent.map((each) => [each.id, each])).values()].sort((one, other) => (one.at < other.at ? -1 : 1));
}

/** Stations of which the last event that was sent raised an alert. */
export function openIn(sent: readonly Sent[]): string[] {
  const last = new Map(inOrder(sent).map((each) => [each.station, each]));
  return [...last.values()].filter(({ type }) => type.endsWith('.raised')).map(({ station }) => station);
}

/** Alerts that were raised again before they ended, or ended twice, as sentences. */
export function alertsTwice(sent: readonly Sent[]): string[] {
  const events = inOrder(sent);
  const last = new Map<string, Sent>();
  return events.flatMap((event) => {
    const before = last.get(event.station);
    last.set(event.station, event);
    return before?.type === event.type ? [`${event.station}: ${event.type} at ${before.at} and again at ${event.at}`] : [];
  });
}

export interface Recorded {
  readonly station: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly number: number;
}

/** What a node's database has of what was heard, closed and open. */
export function recordedIn(path: string): Recorded[] {
  const database = new (createRequire(import.meta.url)('libsql') as typeof Libsql)(path, { readonly: true });
  try {
    return ['segments', 'open_segments'].flatMap((table) => database.prepare(`SELECT station, fromMs, toMs, number FROM ${table}`).all() as Recorded[]);
  } finally {
    database.close();
  }
}

/** The same of a database that all nodes share. */
export async function recordedInPostgres(postgres: PostgresServer): Promise<Recorded[]> {
  const rows = await postgres.query('SELECT station, "fromMs", "toMs", number FROM segments UNION ALL SELECT station, "fromMs", "toMs", number FROM open_segments');
  return rows.map(({ station, fromMs, toMs, number }) => ({ station: String(station), fromMs: Number(fromMs), toMs: Number(toMs), number: Number(number) }));
}

/** Rows of a station that reach into the time of a higher number, as sentences. */
export function recordedTwice(rows: readonly Recorded[]): string[] {
  const stations = new Map<string, Recorded[]>();
  for (const row of rows) stations.set(row.station, [...(stations.get(row.station) ?? []), row]);
  return [...stations.values()].flatMap((all) => {
    const sorted = all.sort((one, other) => one.number - other.number || one.fromMs - other.fromMs);
    return sorted.flatMap((row, index) => {
      const next = sorted.slice(index + 1).find(({ number, fromMs }) => number > row.number && fromMs < row.toMs);
      return next ? [`${row.station} until ${row.toMs} under ${row.number}, and from ${next.fromMs} under ${next.number}`] : [];
    });
  });
}
