/** What is concluded from the journals of the nodes and from what they recorded. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Libsql from 'libsql';
import type { PostgresServer } from '../interop/postgres.js';

export interface Heard {
  readonly atMs: number;
  readonly station: string;
}

/** Lines of a node's journal that say that it heard a station; the last may be cut off. */
export function heardIn(journal: string): Heard[] {
  if (!existsSync(journal)) return [];
  return readFileSync(journal, 'utf8').split('\n').flatMap((line) => {
    const [, atMs, station] = /^\{"atMs":(\d+),"heard":"([^"]+)"\}$/.exec(line) ?? [];
    return station === undefined ? [] : [{ atMs: Number(atMs), station }];
  });
}

/** The longest time, ms, that a station was not heard within the range, over all stations. */
export function longestGap(heard: readonly Heard[], stations: readonly string[], fromMs: number, toMs: number): number {
  return Math.max(...stations.map((station) => {
    const times = heard.filter((each) => each.station === station && each.atMs >= fromMs && each.atMs <= toMs).map(({ atMs }) => atMs).sort((one, other) => one - other);
    return Math.max(...[...times, toMs].map((atMs, index) => atMs - (times[index - 1] ?? fromMs)));
  }));
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
  const sorted = [...rows].sort((one, other) => one.number - other.number || one.fromMs - other.fromMs);
  return sorted.flatMap((row, index) => {
    const next = sorted.slice(index + 1).find(({ station, number, fromMs }) => station === row.station && number > row.number && fromMs < row.toMs);
    return next ? [`${row.station} until ${row.toMs} under ${row.number}, and from ${next.fromMs} under ${next.number}`] : [];
  });
}
