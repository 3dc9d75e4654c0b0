/** The answer of `GET /v1/health`: findings about a running server, the last minutes as figures, and the newest warnings and errors of its log. */

/** `note`: works, but not fully or not optimally. `problem`: something fails, or will soon. */
export type Mark = 'ok' | 'note' | 'problem';

/** Machine-readable values; null if unknown. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

export interface ReportedCheck {
  readonly name: string;
  readonly mark: Mark;
  /** What was found, one line. */
  readonly found: string;
  /** What to do, one line; null where all is well. */
  readonly advice: string | null;
  readonly facts: Facts;
}

/** One reading; `droppedMs` counts since the one before. */
export interface HealthReading {
  /** ISO 8601. */
  readonly at: string;
  /** From the arrival of a block's last audio to its prediction, mean since the reading before; null without predictions. */
  readonly lagMs: number | null;
  /** 95 % of them were at most this late, as far as the buckets of the histogram tell. */
  readonly lagP95Ms: number | null;
  /** Share of the time in which the main thread was busy, 0 to 1. */
  readonly mainLoad: number;
  /** Share of the time that live streams took of the busiest shard, 0 to 1. */
  readonly shardLoad: number;
  /** Sound left unscored because the server was late. */
  readonly droppedMs: number;
  readonly streams: number;
  readonly viewers: number;
  /** Resident memory of the process. */
  readonly memoryBytes: number;
}

/** A warning or an error of the log. */
export interface LoggedLine {
  /** ISO 8601. */
  readonly at: string;
  readonly level: 'error' | 'warn';
  readonly what: string;
  /** Further fields, as text. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface HealthReport {
  /** The server's version. */
  readonly livegenre: string;
  /** ISO 8601. */
  readonly at: string;
  readonly startedAt: string;
  readonly model: string;
  /** Whether there is no problem. */
  readonly ok: boolean;
  readonly problems: number;
  readonly notes: number;
  readonly checks: readonly ReportedCheck[];
  /** Oldest first. */
  readonly readings: readonly HealthReading[];
  /** Newest first. */
  readonly log: readonly LoggedLine[];
}
