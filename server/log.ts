/** The log: one JSON object per line. The field `stream` is the id of a stream or station. */
import type { Settings } from './settings.js';

/** Most severe first. */
const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
type Level = Settings['logLevel'];
/** Warnings and errors that are kept to be shown. */
const KEPT = 50;

/** A warning or an error. */
export interface KeptLine {
  readonly time: string;
  readonly level: 'error' | 'warn';
  readonly what: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class Log {
  readonly #threshold: number;
  readonly #write: (line: string) => void;
  #kept: KeptLine[] = [];

  constructor(level: Level, write: (line: string) => void = (line) => process.stderr.write(line)) {
    this.#threshold = LEVELS.indexOf(level);
    this.#write = write;
  }

  /** The newest warnings and errors, oldest first, whatever the level of the log is. */
  get kept(): readonly KeptLine[] {
    return this.#kept;
  }

  error(what: string, fields: Record<string, unknown> = {}): void {
    this.#writeLine('error', what, fields);
  }

  warn(what: string, fields: Record<string, unknown> = {}): void {
    this.#writeLine('warn', what, fields);
  }

  info(what: string, fields: Record<string, unknown> = {}): void {
    this.#writeLine('info', what, fields);
  }

  debug(what: string, fields: Record<string, unknown> = {}): void {
    this.#writeLine('debug', what, fields);
  }

  #writeLine(level: Level, what: string, fields: Record<string, unknown>): void {
    const time = new Date().toISOString();
    if (level === 'error' || level === 'warn') this.#kept = [...this.#kept.slice(1 - KEPT), { time, level, what, fields }];
    if (LEVELS.indexOf(level) > this.#threshold) return;
    this.#write(`${JSON.stringify({ time, level, what, ...fields })}\n`);
  }
}
