/** The history store in the embedded SQLite database. */
import type { Tag } from '../../protocol/messages.js';
import { MINUTE_MS, mergedShares } from '../minutes.js';
import type { AlertRecord, ClosedRow, HistoryBatch, HistoryHour, HistoryMinute, HistorySegment, HistoryState, HistoryStore, HistoryTitle, OpenRows, Range, RefusedRow } from '../store.js';
import type { Connection } from './connection.js';
import { addDelivery } from './deliveries.js';

const MINUTES_PER_HOUR = 60;
/** https://sqlite.org/rescode.html; the extended codes have it in their lowest byte. */
const SQLITE_CONSTRAINT = 19;

/** Tables of history with the column for pruning; their primary key is the station and this column. */
const TABLES = [
  { name: 'segments', key: 'fromMs', isOver: 'fromMs < :before AND toMs < :before' },
  { name: 'states', key: 'fromMs', isOver: 'fromMs < :before AND toMs < :before' },
  { name: 'titles', key: 'atMs', isOver: 'atMs < :before' },
  { name: 'minutes', key: 'minute', isOver: `minute < CAST(:before AS INTEGER) / ${MINUTE_MS}` },
] as const;
const OPEN_TABLES = ['open_segments', 'open_states', 'open_minutes'] as const;

/**
 * Rows of a station that overlap a range, closed and open. Closed rows do not overlap each other, so
 * of those that begin before the range only the last is read.
 */
const overlapping = (table: string, columns: string): string => `
  SELECT ${columns} FROM ${table} WHERE station = :station AND fromMs < :toMs AND toMs > :fromMs
    AND fromMs >= coalesce((SELECT max(fromMs) FROM ${table} WHERE station = :station AND fromMs <= :fromMs), 0)
  UNION ALL SELECT ${columns} FROM open_${table} WHERE station = :station AND fromMs < :toMs AND toMs > :fromMs
  ORDER BY fromMs LIMIT :most`;

const ALERT_COLUMNS = 'id, station, stationName, type, fromMs, toMs, sentence';

interface AlertRow extends Omit<AlertRecord, 'station'> {
  readonly station: string;
  readonly stationName: string;
}

interface SegmentRow extends Omit<HistorySegment, 'tags' | 'mood'> {
  readonly tags: string | null;
  readonly lively: number | null;
  readonly happy: number | null;
}

interface MinuteRow {
  readonly minute: number;
  readonly shares: string;
}

export class SqliteHistory implements HistoryStore {
  readonly #connection: Connection;
  /** Whether the open rows of an earlier process have been closed, which the first batch does. */
  #hasClosedOldRows = false;
  /** Stations whose open rows are of this process: a lease that is made anew only changes their number. */
  readonly #own = new Set<string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async write(batch: HistoryBatch): Promise<readonly RefusedRow[]> {
    return this.writeNow(batch);
  }

  /** `write` for those who can't wait. */
  writeNow(batch: HistoryBatch): readonly RefusedRow[] {
    const refused: RefusedRow[] = [];
    const unlessRefused = <Row extends { readonly station: string }>(rows: readonly Row[], work: (row: Row) => void): void => {
      for (const row of rows) {
        try {
          work(row);
        } catch (error) {
          if (!isRefusal(error)) throw error;
          refused.push({ station: row.station, reason: (error as Error).message });
        }
      }
    };
    const { numbers } = batch;
    const numberOf = (station: string): number => numbers?.get(station) ?? 0;
    this.#connection.transaction(() => {
      // Of several nodes each closes those of a station when it claims it.
      if (!this.#hasClosedOldRows && !numbers) this.#closeOldRows();
      for (const station of batch.forgotten) this.#forget(station);
      const fenced = new Set([...numbers ?? []].filter(([station, number]) => !this.#raise(station, number)).map(([station]) => station));
      refused.push(...[...fenced].map((station) => ({ station, reason: 'another node writes of the station', isFenced: true })));
      unlessRefused(batch.closed.filter(({ station }) => !fenced.has(station)), (row) => this.#close(row, numberOf(row.station)));
      unlessRefused(batch.open.filter(({ station }) => !fenced.has(station)), (rows) => this.#writeOpen(rows, numberOf(rows.station)));
    });
    this.#hasClosedOldRows = true;
    for (const station of numbers?.keys() ?? []) this.#own.add(station);
    return refused;
  }

  async claim(station: string, number: number): Promise<number | null> {
    this.#own.delete(station);
    this.#connection.transaction(() => this.#raise(station, number));
    const [last] = this.#connection.all<{ toMs: number }>('SELECT toMs FROM states WHERE station = :station ORDER BY fromMs DESC LIMIT 1', { station });
    return last?.toMs ?? null;
  }

  async segments(station: string, range: Range, most: number): Promise<HistorySegment[]> {
    return this.#connection.all<SegmentRow>(overlapping('segments', 'fromMs, toMs, state, genre, p, nowPlaying, tags, lively, happy'), { station, ...range, most }).map(historySegment);
  }

  async states(station: string, range: Range, most: number): Promise<HistoryState[]> {
    return this.#connection.all<HistoryState>(overlapping('states', 'fromMs, toMs, state, reason'), { station, ...range, most });
  }

  async titles(station: string, range: Range, most: number): Promise<HistoryTitle[]> {
    return this.#connection.all<HistoryTitle>('SELECT atMs, title FROM titles WHERE station = :station AND atMs >= :fromMs AND atMs < :toMs ORDER BY atMs LIMIT :most', { station, ...range, most });
  }

  async hours(station: string, { fromMs, toMs }: Range): Promise<HistoryHour[]> {
    const rows = this.#connection.all<{ hour: number; key: string; ms: number }>(`
      SELECT minute / ${MINUTES_PER_HOUR} AS hour, key, sum(value) AS ms FROM minutes, json_each(minutes.shares)
      WHERE station = :station AND minute >= :from AND minute < :to GROUP BY hour, key ORDER BY hour`,
    { station, from: Math.ceil(fromMs / MINUTE_MS), to: Math.ceil(toMs / MINUTE_MS) });
    const hours = new Map<number, Record<string, number>>();
    for (const { hour, key, ms } of rows) {
      const shares = hours.get(hour) ?? {};
      shares[key] = ms;
      hours.set(hour, shares);
    }
    return [...hours].map(([hour, shares]) => ({ hour, shares }));
  }

  async minutes(station: string, { fromMs, toMs }: Range, most: number): Promise<HistoryMinute[]> {
    const values = { station, from: Math.ceil(fromMs / MINUTE_MS), to: Math.ceil(toMs / MINUTE_MS) };
    const minutes = this.#connection.all<MinuteRow>('SELECT minute, shares FROM minutes WHERE station = :station AND minute >= :from AND minute < :to ORDER BY minute LIMIT :most', { ...values, most })
      .map(historyMinute);
    const [open] = this.#connection.all<MinuteRow>('SELECT minute, shares FROM open_minutes WHERE station = :station AND minute >= :from AND minute < :to', values).map(historyMinute);
    if (!open) return minutes;
    const last = minutes.at(-1);
    // After a restart within a minute, its first part is closed and its second part open.
    if (last?.minute === open.minute) minutes[minutes.length - 1] = { minute: open.minute, shares: mergedShares(last.shares, open.shares) };
    else if (minutes.length < most) minutes.push(open);
    return minutes;
  }

  async alerts({ fromMs, toMs }: Range, most: number, station?: string): Promise<AlertRecord[]> {
    const ofStation = station === undefined ? '' : 'station = :station AND';
    return this.#connection.all<AlertRow>(
      `SELECT ${ALERT_COLUMNS} FROM alerts WHERE ${ofStation} fromMs < :toMs AND (toMs IS NULL OR toMs >= :fromMs) ORDER BY fromMs DESC, id LIMIT :most`,
      { fromMs, toMs, most, ...(station !== undefined && { station }) },
    ).map(alertRecord);
  }

  async openAlerts(station?: string): Promise<AlertRecord[]> {
    const ofStation = station === undefined ? '' : 'station = :station AND';
    return this.#connection.all<AlertRow>(`SELECT ${ALERT_COLUMNS} FROM alerts WHERE ${ofStation} toMs IS NULL ORDER BY fromMs, id`, station === undefined ? {} : { station }).map(alertRecord);
  }

  async prune(beforeMs: number, most: number): Promise<number> {
    let left = most;
    for (const { name, key, isOver } of TABLES) {
      let station = this.#firstStation(name, '');
      while (station !== undefined && left > 0) {
        left -= this.#connection.run(
          `DELETE FROM ${name} WHERE station = :station AND ${key} IN (SELECT ${key} FROM ${name} WHERE station = :station AND ${isOver} ORDER BY ${key} LIMIT :left)`,
          { station, before: beforeMs, left },
        );
        station = this.#firstStation(name, station);
      }
    }
    if (left > 0) left -= this.#connection.run('DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE fromMs < :before AND toMs < :before ORDER BY fromMs LIMIT :left)', { before: beforeMs, left });
    return most - left;
  }

  /** @returns false when a higher number was there before */
  #raise(station: string, number: number): boolean {
    const [fence] = this.#connection.all<{ number: number }>('SELECT number FROM fences WHERE station = :station', { station });
    if (fence && fence.number >= number) return fence.number === number;
    this.#connection.run('INSERT OR REPLACE INTO fences VALUES (:station, :number)', { station, number });
    if (!this.#own.has(station)) this.#closeOldRows(station);
    return true;
  }

  /** Of one station, or of all. */
  #closeOldRows(one?: string): void {
    const [where, values] = one === undefined ? ['', {}] : ['WHERE station = :one', { one }];
    this.#connection.run(`INSERT OR REPLACE INTO segments SELECT * FROM open_segments ${where}`, values);
    this.#connection.run(`INSERT OR REPLACE INTO states SELECT * FROM open_states ${where}`, values);
    for (const { station, minute, shares } of this.#connection.all<MinuteRow & { station: string }>(`SELECT station, minute, shares FROM open_minutes ${where}`, values)) {
      this.#addMinute(station, historyMinute({ minute, shares }));
    }
    for (const table of OPEN_TABLES) this.#connection.run(`DELETE FROM ${table} ${where}`, values);
  }

  #forget(station: string): void {
    for (const table of [...TABLES.map(({ name }) => name), ...OPEN_TABLES, 'alerts']) this.#connection.run(`DELETE FROM ${table} WHERE station = :station`, { station });
  }

  #close(row: ClosedRow, number: number): void {
    const { station } = row;
    switch (row.kind) {
      case 'segment': return void this.#connection.run('INSERT OR REPLACE INTO segments VALUES (:station, :fromMs, :toMs, :state, :genre, :p, :nowPlaying, :tags, :lively, :happy, :number)', { station, number, ...segmentRow(row.segment) });
      case 'state': return void this.#connection.run('INSERT OR REPLACE INTO states VALUES (:station, :fromMs, :toMs, :state, :reason, :number)', { station, number, ...row.state });
      case 'title': return void this.#connection.run('INSERT OR REPLACE INTO titles VALUES (:station, :atMs, :title, :number)', { station, number, ...row.title });
      case 'minute': return this.#addMinute(station, row.minute);
      case 'alert': {
        const { station: { id, name }, ...rest } = row.alert;
        // Keep the first sentence, which describes the problem, not its end.
        this.#connection.run('INSERT INTO alerts VALUES (:id, :station, :stationName, :type, :fromMs, :toMs, :sentence, :number) ON CONFLICT (id) DO UPDATE SET toMs = excluded.toMs, number = excluded.number', { ...rest, station: id, stationName: name, number });
        for (const delivery of row.deliveries ?? []) addDelivery(this.#connection, delivery);
      }
    }
  }

  #writeOpen({ station, segment, state, minute }: OpenRows, number: number): void {
    if (segment) this.#connection.run('INSERT OR REPLACE INTO open_segments VALUES (:station, :fromMs, :toMs, :state, :genre, :p, :nowPlaying, :tags, :lively, :happy, :number)', { station, number, ...segmentRow(segment) });
    else this.#connection.run('DELETE FROM open_segments WHERE station = :station', { station });
    if (state) this.#connection.run('INSERT OR REPLACE INTO open_states VALUES (:station, :fromMs, :toMs, :state, :reason, :number)', { station, number, ...state });
    else this.#connection.run('DELETE FROM open_states WHERE station = :station', { station });
    if (minute) this.#connection.run('INSERT OR REPLACE INTO open_minutes VALUES (:station, :minute, :shares)', { station, minute: minute.minute, shares: JSON.stringify(minute.shares) });
    else this.#connection.run('DELETE FROM open_minutes WHERE station = :station', { station });
  }

  /** Adds a minute; after a restart it may come in two parts, which are merged. */
  #addMinute(station: string, { minute, shares }: HistoryMinute): void {
    const [before] = this.#connection.all<MinuteRow>('SELECT minute, shares FROM minutes WHERE station = :station AND minute = :minute', { station, minute }).map(historyMinute);
    const all = before ? mergedShares(before.shares, shares) : shares;
    this.#connection.run('INSERT OR REPLACE INTO minutes VALUES (:station, :minute, :shares)', { station, minute, shares: JSON.stringify(all) });
  }

  /** The next station in a table, by one index lookup. */
  #firstStation(table: string, after: string): string | undefined {
    const [row] = this.#connection.all<{ station: string | null }>(`SELECT min(station) AS station FROM ${table} WHERE station > :after`, { after });
    return row?.station ?? undefined;
  }
}

/** Whether the error concerns only this row (SQLITE_CONSTRAINT with all its extended codes), not the whole database. */
function isRefusal(error: unknown): boolean {
  const cause = (error as Error).cause as Error & { readonly rawCode?: number };
  // The binding throws a TypeError for values that SQLite cannot store.
  return cause instanceof TypeError || (cause.rawCode !== undefined && (cause.rawCode & 0xff) === SQLITE_CONSTRAINT);
}

function segmentRow({ tags, mood, ...rest }: HistorySegment): SegmentRow {
  return { ...rest, tags: tags === undefined ? null : JSON.stringify(tags), lively: mood?.lively ?? null, happy: mood?.happy ?? null };
}

function historySegment({ tags, lively, happy, ...rest }: SegmentRow): HistorySegment {
  const mood = { ...(lively !== null && { lively }), ...(happy !== null && { happy }) };
  return { ...rest, ...(tags !== null && { tags: JSON.parse(tags) as Tag[] }), ...(Object.keys(mood).length > 0 && { mood }) };
}

function historyMinute({ minute, shares }: MinuteRow): HistoryMinute {
  return { minute, shares: JSON.parse(shares) as Record<string, number> };
}

function alertRecord({ station, stationName, ...rest }: AlertRow): AlertRecord {
  return { ...rest, station: { id: station, name: stationName } };
}
