/** The history in PostgreSQL. A batch takes about ten statements, whatever its number of rows. */
import { randomUUID } from 'node:crypto';
import { MINUTE_MS, mergedShares } from '../minutes.js';
import type { AlertRecord, ClosedRow, HistoryBatch, HistoryHour, HistoryMinute, HistorySegment, HistoryState, HistoryStore, HistoryTitle, Range, RefusedRow } from '../store.js';
import type { Client, Connection } from './connection.js';
import { addDeliveries } from './deliveries.js';
import { isRefusal, quoted, upsert, type OnRefused, type Row, type Table } from './rows.js';

const SEGMENT_COLUMNS = ['fromMs', 'toMs', 'state', 'genre', 'p', 'nowPlaying', 'tags', 'lively', 'happy'];
const STATE_COLUMNS = ['fromMs', 'toMs', 'state', 'reason'];
const MINUTE_COLUMNS = ['minute', 'shares'];
const ALERT_COLUMNS = ['id', 'station', 'stationName', 'type', 'fromMs', 'toMs', 'sentence'];

const SEGMENTS: Table = { name: 'segments', columns: ['station', ...SEGMENT_COLUMNS, 'number'], key: ['station', 'fromMs'] };
const STATES: Table = { name: 'states', columns: ['station', ...STATE_COLUMNS, 'number'], key: ['station', 'fromMs'] };
const TITLES: Table = { name: 'titles', columns: ['station', 'atMs', 'title', 'number'], key: ['station', 'atMs'] };
const MINUTES: Table = { name: 'minutes', columns: ['station', ...MINUTE_COLUMNS], key: ['station', 'minute'] };
/** The first sentence stays: it describes the problem, not its end. */
const ALERTS: Table = { name: 'alerts', columns: [...ALERT_COLUMNS, 'number'], key: ['id'], replaced: ['toMs', 'number'] };
const OPEN_SEGMENTS: Table = { name: 'open_segments', columns: [...SEGMENTS.columns, 'writer'], key: ['station'] };
const OPEN_STATES: Table = { name: 'open_states', columns: [...STATES.columns, 'writer'], key: ['station'] };
const OPEN_MINUTES: Table = { name: 'open_minutes', columns: [...MINUTES.columns, 'writer'], key: ['station'] };

/** Tables in the order of pruning, with what says that a row is over. */
const PRUNED = [
  ...['segments', 'states', 'open_segments', 'open_states'].map((name) => ({ name, isOver: '"fromMs" < $1 AND "toMs" < $1' })),
  { name: 'titles', isOver: '"atMs" < $1' },
  ...['minutes', 'open_minutes'].map((name) => ({ name, isOver: `minute < $1::bigint / ${MINUTE_MS}` })),
  { name: 'alerts', isOver: '"fromMs" < $1 AND "toMs" < $1' },
];
const OF_STATIONS = [SEGMENTS, STATES, TITLES, MINUTES, ALERTS, OPEN_SEGMENTS, OPEN_STATES, OPEN_MINUTES];

/** As in SQLite: closed rows do not overlap each other, so of those that begin before the range only the last is read. */
const overlapping = (table: string, columns: readonly string[]): string => `
  SELECT ${quoted(columns)} FROM ${table} WHERE station = $1 AND "fromMs" < $3 AND "toMs" > $2
    AND "fromMs" >= coalesce((SELECT max("fromMs") FROM ${table} WHERE station = $1 AND "fromMs" <= $2), 0)
  UNION ALL SELECT ${quoted(columns)} FROM open_${table} WHERE station = $1 AND "fromMs" < $3 AND "toMs" > $2
  ORDER BY "fromMs" LIMIT $4`;

interface SegmentRow extends Omit<HistorySegment, 'tags' | 'mood'> {
  readonly tags: HistorySegment['tags'] | null;
  readonly lively: number | null;
  readonly happy: number | null;
}

interface AlertRow extends Omit<AlertRecord, 'station'> {
  readonly station: string;
  readonly stationName: string;
}

/** Rows of a batch by table, one for each key. */
interface Sorted {
  readonly segments: Row[];
  readonly states: Row[];
  readonly titles: Row[];
  readonly alerts: Row[];
  readonly minutes: MinuteOf[];
}

interface MinuteOf extends HistoryMinute {
  readonly station: string;
}

export class PostgresHistory implements HistoryStore {
  readonly #connection: Connection;
  /** Marks the open rows of this process: those of another are closed before this one writes its own. */
  readonly #writer: string = randomUUID();
  /** The last batch, if the answer to its COMMIT was lost. */
  #unsure: { readonly transaction: string; readonly closed: ReadonlySet<ClosedRow> } | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async write(batch: HistoryBatch): Promise<readonly RefusedRow[]> {
    const all = await this.#withoutWritten(batch);
    const { forgotten } = all;
    const refused: RefusedRow[] = [];
    let fenced: readonly string[] = [];
    const numberOf = (station: string): number => batch.numbers?.get(station) ?? 0;
    const isAllowed = ({ station }: { readonly station: string }): boolean => !fenced.includes(station);
    const write = (onRefused?: OnRefused): Promise<void> => this.#connection.transaction(async (client) => {
      if (forgotten.length > 0) for (const { name } of OF_STATIONS) await client.query(`DELETE FROM ${name} WHERE station = ANY($1)`, [forgotten]);
      fenced = await raise(client, batch.numbers ?? new Map());
      const [closed, open] = [all.closed.filter(isAllowed), all.open.filter(isAllowed)];
      const left = await this.#takeOpenRows(client, open.map(({ station }) => station));
      const rows = sorted(closed, numberOf);
      const own = (station: string): Row => ({ writer: this.#writer, number: numberOf(station) });
      await upsert(client, SEGMENTS, unique([...left.segments, ...rows.segments], SEGMENTS), onRefused);
      await upsert(client, STATES, unique([...left.states, ...rows.states], STATES), onRefused);
      await upsert(client, TITLES, unique(rows.titles, TITLES), onRefused);
      await upsert(client, MINUTES, await merged(client, [...left.minutes, ...rows.minutes]), onRefused);
      await upsert(client, ALERTS, alertsOf(rows.alerts), onRefused);
      await addDeliveries(client, closed.flatMap((row) => (row.kind === 'alert' ? row.deliveries ?? [] : [])), onRefused);
      await replaceOpen(client, OPEN_SEGMENTS, open.map(({ station, segment }) => ({ station, row: segment && { station, ...segmentRow(segment), ...own(station) } })), onRefused);
      await replaceOpen(client, OPEN_STATES, open.map(({ station, state }) => ({ station, row: state && { station, ...state, ...own(station) } })), onRefused);
      await replaceOpen(client, OPEN_MINUTES, open.map(({ station, minute }) => ({ station, row: minute && { station, ...minute, writer: this.#writer } })), onRefused);
    }, (transaction) => {
      this.#unsure = { transaction, closed: new Set(batch.closed) };
    });
    try {
      await write();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // A row that can't be stored must not stop the others: find it.
      await write(({ station }, reason) => refused.push({ station: station as string, reason }));
    }
    this.#unsure = undefined;
    return [...refused, ...fenced.map((station) => ({ station, reason: 'another node writes of the station', isFenced: true }))];
  }

  async claim(station: string, number: number): Promise<number | null> {
    await this.#connection.transaction(async (client) => {
      if ((await raise(client, new Map([[station, number]]))).length > 0) return;
      const left = await this.#takeOpenRows(client, [station], NOBODY);
      await upsert(client, SEGMENTS, left.segments);
      await upsert(client, STATES, left.states);
      await upsert(client, MINUTES, await merged(client, left.minutes));
    });
    const [last] = await this.#connection.query<{ toMs: number }>('SELECT "toMs" FROM states WHERE station = $1 ORDER BY "fromMs" DESC LIMIT 1', [station]);
    return last?.toMs ?? null;
  }

  async segments(station: string, range: Range, most: number): Promise<HistorySegment[]> {
    return (await this.#overlapping<SegmentRow>('segments', SEGMENT_COLUMNS, station, range, most)).map(historySegment);
  }

  async states(station: string, range: Range, most: number): Promise<HistoryState[]> {
    return this.#overlapping<HistoryState>('states', STATE_COLUMNS, station, range, most);
  }

  async titles(station: string, { fromMs, toMs }: Range, most: number): Promise<HistoryTitle[]> {
    return this.#connection.query<HistoryTitle & Row>('SELECT "atMs", title FROM titles WHERE station = $1 AND "atMs" >= $2 AND "atMs" < $3 ORDER BY "atMs" LIMIT $4', [station, fromMs, toMs, most]);
  }

  async hours(station: string, { fromMs, toMs }: Range): Promise<HistoryHour[]> {
    return this.#connection.query<HistoryHour & Row>(`
      SELECT hour, jsonb_object_agg(key, ms) AS shares FROM (
        SELECT minute / 60 AS hour, key, sum(value::bigint) AS ms FROM minutes, jsonb_each_text(shares)
        WHERE station = $1 AND minute >= $2 AND minute < $3 GROUP BY hour, key) AS sums
      GROUP BY hour ORDER BY hour`, [station, Math.ceil(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS)]);
  }

  async minutes(station: string, { fromMs, toMs }: Range, most: number): Promise<HistoryMinute[]> {
    const rows = await this.#connection.query<HistoryMinute & Row>(`
      SELECT minute, shares FROM minutes WHERE station = $1 AND minute >= $2 AND minute < $3
      UNION ALL SELECT minute, shares FROM open_minutes WHERE station = $1 AND minute >= $2 AND minute < $3
      ORDER BY minute LIMIT $4`, [station, Math.ceil(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS), most + 1]);
    const minutes: HistoryMinute[] = [];
    for (const row of rows) {
      const last = minutes.at(-1);
      // After a restart within a minute, its first part is closed and its second part open.
      if (last?.minute === row.minute) minutes[minutes.length - 1] = { minute: row.minute, shares: mergedShares(last.shares, row.shares) };
      else minutes.push(row);
    }
    return minutes.slice(0, most);
  }

  async alerts({ fromMs, toMs }: Range, most: number, station?: string): Promise<AlertRecord[]> {
    const rows = await this.#connection.query<AlertRow & Row>(`
      SELECT ${quoted(ALERT_COLUMNS)} FROM alerts
      WHERE "fromMs" < $2 AND ("toMs" IS NULL OR "toMs" >= $1) ${station === undefined ? '' : 'AND station = $4'} ORDER BY "fromMs" DESC, id LIMIT $3`,
    [fromMs, toMs, most, ...(station === undefined ? [] : [station])]);
    return rows.map(alertRecord);
  }

  async openAlerts(station?: string): Promise<AlertRecord[]> {
    const ofStation = station === undefined ? '' : 'AND station = $1';
    return (await this.#connection.query<AlertRow & Row>(`SELECT ${quoted(ALERT_COLUMNS)} FROM alerts WHERE "toMs" IS NULL ${ofStation} ORDER BY "fromMs", id`, station === undefined ? [] : [station])).map(alertRecord);
  }

  async prune(beforeMs: number, most: number): Promise<number> {
    let left = most;
    for (const { name, isOver } of PRUNED) {
      if (left <= 0) break;
      // Another server may delete at the same time: its rows are left to it.
      const { rowCount } = await this.#connection.run(`DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${name} WHERE ${isOver} LIMIT $2 FOR UPDATE SKIP LOCKED))`, [Math.floor(beforeMs), left]);
      left -= rowCount ?? 0;
    }
    return most - left;
  }

  /** Rows of a batch whose answer was lost may be there already. Minutes would count twice. */
  async #withoutWritten(batch: HistoryBatch): Promise<HistoryBatch> {
    const unsure = this.#unsure;
    if (!unsure) return batch;
    const isWritten = await this.#connection.wasCommitted(unsure.transaction);
    this.#unsure = undefined;
    return isWritten ? { ...batch, closed: batch.closed.filter((row) => !unsure.closed.has(row)) } : batch;
  }

  async #overlapping<Found>(table: string, columns: readonly string[], station: string, { fromMs, toMs }: Range, most: number): Promise<Found[]> {
    return this.#connection.query<Found & Row>(overlapping(table, columns), [station, fromMs, toMs, most]);
  }

  /** Takes the open rows of these stations that another process than the writer has left. */
  async #takeOpenRows(client: Client, stations: readonly string[], writer = this.#writer): Promise<Omit<Sorted, 'titles' | 'alerts'>> {
    const taken = async <Found extends Row>(table: Table, columns: readonly string[]): Promise<Found[]> =>
      (stations.length === 0 ? [] : (await client.query<Found>(`DELETE FROM ${table.name} WHERE station = ANY($1) AND writer <> $2 RETURNING ${quoted(columns)}`, [stations, writer])).rows);
    return {
      segments: await taken(OPEN_SEGMENTS, SEGMENTS.columns),
      states: await taken(OPEN_STATES, STATES.columns),
      minutes: await taken<MinuteOf & Row>(OPEN_MINUTES, MINUTES.columns),
    };
  }
}

/** No process writes as this one. */
const NOBODY = '';

/**
 * Raises the fencing numbers of stations. Until the end of the transaction nobody else can raise those that it has read.
 * @returns stations for which a higher number was there before
 */
async function raise(client: Client, numbers: ReadonlyMap<string, number>): Promise<string[]> {
  if (numbers.size === 0) return [];
  const { rows } = await client.query<{ station: string; number: number }>('SELECT station, number FROM fences WHERE station = ANY($1) ORDER BY station FOR SHARE', [[...numbers.keys()]]);
  const before = new Map(rows.map(({ station, number }) => [station, number]));
  const higher = [...numbers].filter(([station, number]) => number > (before.get(station) ?? -1)).sort(([one], [other]) => (one < other ? -1 : 1));
  if (higher.length > 0) {
    const { rows: raised } = await client.query<{ station: string }>(`
      INSERT INTO fences AS fence (station, number) SELECT * FROM unnest($1::text[], $2::bigint[])
      ON CONFLICT (station) DO UPDATE SET number = excluded.number WHERE fence.number <= excluded.number RETURNING station`,
    [higher.map(([station]) => station), higher.map(([, number]) => number)]);
    const done = new Set(raised.map(({ station }) => station));
    // Another node was faster with a higher one.
    for (const [station] of higher) if (!done.has(station)) before.set(station, Infinity);
  }
  return [...numbers].filter(([station, number]) => (before.get(station) ?? -1) > number).map(([station]) => station);
}

function sorted(closed: readonly ClosedRow[], numberOf: (station: string) => number): Sorted {
  const all: Sorted = { segments: [], states: [], titles: [], alerts: [], minutes: [] };
  for (const row of closed) {
    const { station } = row;
    const number = numberOf(station);
    switch (row.kind) {
      case 'segment': all.segments.push({ station, number, ...segmentRow(row.segment) }); break;
      case 'state': all.states.push({ station, number, ...row.state }); break;
      case 'title': all.titles.push({ station, number, ...row.title }); break;
      case 'minute': all.minutes.push({ station, ...row.minute }); break;
      case 'alert': {
        const { station: { id, name }, ...rest } = row.alert;
        all.alerts.push({ ...rest, station: id, stationName: name, number });
      }
    }
  }
  return all;
}

/** The last row of each key: a statement may write a key once. */
function unique(rows: readonly Row[], { key }: Table): Row[] {
  return [...new Map(rows.map((row) => [key.map((column) => row[column]).join(' '), row])).values()];
}

/** The first row of each alert, with its last end. */
function alertsOf(rows: readonly Row[]): Row[] {
  const byId = new Map<unknown, Row>();
  for (const row of rows) byId.set(row.id, { ...row, ...byId.get(row.id), toMs: row.toMs });
  return [...byId.values()];
}

/** Minutes that come in two parts, here or in the table, are merged. */
async function merged(client: Client, minutes: readonly MinuteOf[]): Promise<Row[]> {
  if (minutes.length === 0) return [];
  const byKey = new Map<string, MinuteOf>();
  const wanted = minutes.filter(({ minute }) => Number.isSafeInteger(minute));
  const before = await client.query<MinuteOf & Row>('SELECT station, minute, shares FROM minutes JOIN unnest($1::text[], $2::bigint[]) AS wanted (station, minute) USING (station, minute)', [wanted.map(({ station }) => station), wanted.map(({ minute }) => minute)]);
  for (const { station, minute, shares } of [...before.rows, ...minutes]) {
    const key = `${station} ${minute}`;
    const first = byKey.get(key);
    byKey.set(key, { station, minute, shares: first ? mergedShares(first.shares, shares) : shares });
  }
  return [...byKey.values()] as unknown as Row[];
}

async function replaceOpen(client: Client, table: Table, rows: readonly { readonly station: string; readonly row: Row | null }[], onRefused?: OnRefused): Promise<void> {
  const closed = rows.filter(({ row }) => row === null).map(({ station }) => station);
  if (closed.length > 0) await client.query(`DELETE FROM ${table.name} WHERE station = ANY($1)`, [closed]);
  await upsert(client, table, unique(rows.map(({ row }) => row).filter((row) => row !== null), table), onRefused);
}

function segmentRow({ tags, mood, ...rest }: HistorySegment): SegmentRow & Row {
  return { ...rest, tags: tags ?? null, lively: mood?.lively ?? null, happy: mood?.happy ?? null };
}

function historySegment({ tags, lively, happy, ...rest }: SegmentRow): HistorySegment {
  const mood = { ...(lively !== null && { lively }), ...(happy !== null && { happy }) };
  return { ...rest, ...(tags && { tags }), ...(Object.keys(mood).length > 0 && { mood }) };
}

function alertRecord({ station, stationName, ...rest }: AlertRow): AlertRecord {
  return { ...rest, station: { id: station, name: stationName } };
}
