/** The log: one JSON object per line. The field `stream` is the id of a stream or station. */
import type { Settings } from './settings.js';

/** Most severe first. */
const LEVELS = ['error', 'warn', 'info', 'debug'] as const;
type Level = Settings['logLevel'];

export class Log {
  readonly #threshold: number;
  readonly #write: (line: string) => void;

  constructor(level: Level, write: (line: string) => void = (line) => process.stderr.write(line)) {
    this.#threshold = LEVELS.indexOf(level);
    this.#write = write;
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
    if (LEVELS.indexOf(level) > this.#threshold) return;
    this.#write(`${JSON.stringify({ time: new Date().toISOString(), level, what, ...fields })}\n`);
  }
}
