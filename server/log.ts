/**
 * The log: one JSON object a line, quiet unless something happens that an operator wants to know.
 * `stream` is the id of the stream that a line is about, a station's too.
 */
import type { Settings } from './settings.js';

const SERIOUSNESS = ['error', 'warn', 'info', 'debug'] as const;
type Level = Settings['logLevel'];

export class Log {
  readonly #least: number;
  readonly #write: (line: string) => void;

  constructor(level: Level, write: (line: string) => void = (line) => process.stderr.write(line)) {
    this.#least = SERIOUSNESS.indexOf(level);
    this.#write = write;
  }

  error(what: string, fields: Record<string, unknown> = {}): void {
    this.#line('error', what, fields);
  }

  warn(what: string, fields: Record<string, unknown> = {}): void {
    this.#line('warn', what, fields);
  }

  info(what: string, fields: Record<string, unknown> = {}): void {
    this.#line('info', what, fields);
  }

  debug(what: string, fields: Record<string, unknown> = {}): void {
    this.#line('debug', what, fields);
  }

  #line(level: Level, what: string, fields: Record<string, unknown>): void {
    if (SERIOUSNESS.indexOf(level) > this.#least) return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, what, ...fields })}\n`);
  }
}
