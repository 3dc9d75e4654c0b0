/** What was heard on the page that tunes in: its rows, as CSV and as a playlist. */
import type { HopReason } from '../../../server/tune/dial.js';

export interface HeardRow {
  /** ms since 1970. */
  readonly fromMs: number;
  /** Undefined while it is heard. */
  toMs?: number;
  readonly stationId: string;
  readonly stationName: string;
  /** Why it was hopped to it. */
  readonly reason: HopReason;
  /** The titles that came, in order. */
  readonly titles: string[];
  /** The station's address; undefined for visitors who may not see it. */
  url?: string;
}

/** Rows that are kept; older ones are dropped. */
const MOST_ROWS = 500;

export const REASONS: Readonly<Record<HopReason, string>> = {
  start: 'begins', other: 'other music before', speech: 'talk before', silence: 'silence before', down: 'no signal before', next: 'you chose next', never: 'never again before',
};

export class TuneHistory {
  readonly rows: HeardRow[] = [];

  begin(row: HeardRow): void {
    this.end(row.fromMs);
    this.rows.push(row);
    if (this.rows.length > MOST_ROWS) this.rows.shift();
  }

  /** The title of what is heard now. */
  title(title: string | null): void {
    const row = this.rows.at(-1);
    if (title !== null && row && row.toMs === undefined && row.titles.at(-1) !== title) row.titles.push(title);
  }

  end(atMs: number): void {
    const row = this.rows.at(-1);
    if (row) row.toMs ??= atMs;
  }
}

/** RFC 4180, a line for each title; a cell that a spreadsheet would take for a formula gets an apostrophe. */
export function historyCsv(rows: readonly HeardRow[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const time = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
  const lines = rows.flatMap(({ fromMs, toMs, stationName, reason, titles }) => (titles.length === 0 ? [''] : titles).map((title) => [time(fromMs), time(toMs), stationName, title, reason].map(cell).join(',')));
  return ['from,to,station,title,reason', ...lines, ''].join('\r\n');
}

/** The stations that were heard, each once. @param addressOf of stations whose own address is not known */
export function historyM3u(rows: readonly HeardRow[], addressOf: (stationId: string) => string): string {
  const stations = new Map(rows.map((row) => [row.stationId, row]));
  return ['#EXTM3U', ...[...stations.values()].flatMap(({ stationId, stationName, url }) => [`#EXTINF:-1,${stationName.replace(/\p{Cc}/gu, ' ')}`, url ?? addressOf(stationId)]), ''].join('\n');
}
