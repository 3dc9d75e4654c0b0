/**
 * Loads and saves the stations file: read at startup, rewritten at each change. Manual edits take
 * effect at the next start, and are lost if the server changes a station before that.
 */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { validationMessage } from '../protocol/validation-message.js';
import { ProtocolError } from '../protocol/errors.js';
import { stationsFileSchema, type StationConfig } from './config.js';

/** Readable by the owner only: addresses of stations and webhooks may contain passwords. */
const NEW_FILE_MODE = 0o600;

export class StationsFile {
  readonly #path: string;
  /** The last save in the queue; saves run one after the other. */
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The saved stations; none if the file does not exist.
   * @throws Error with the path, the position and the cause; the file is left as it is
   */
  async load(): Promise<StationConfig[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Error(`The stations file ${this.#path} can not be read: ${(error as Error).message}.`);
    }
    // Some editors write a byte order mark at the start.
    return parse(text.replace(/^\uFEFF/, ''), this.#path);
  }

  /**
   * Replaces the file atomically: a reader finds either the old content or the new, also after a
   * power failure.
   * @throws ProtocolError `not-kept` with the reason; the old file stays
   */
  save(stations: readonly StationConfig[]): Promise<void> {
    const text = `${JSON.stringify({ version: 1, stations }, null, 2)}\n`;
    const save = this.#lastSave.then(() => this.#replace(text));
    // The caller gets a failure; the next save only waits for the end.
    this.#lastSave = save.catch(() => {});
    return save;
  }

  async #replace(text: string): Promise<void> {
    // Replace the target of a symbolic link, not the link.
    const path = await realpath(this.#path).catch(() => this.#path);
    const next = join(dirname(path), `.${basename(path)}.new`);
    try {
      const mode = await stat(path).then((found) => found.mode & 0o777, () => NEW_FILE_MODE);
      // Remove the file of a save that was interrupted; opening it would keep its mode.
      await rm(next, { force: true });
      const file = await open(next, 'wx', mode);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(next, path);
    } catch (error) {
      // Ignored: the file may not exist, and the first error is thrown below.
      await rm(next, { force: true }).catch(() => {});
      throw new ProtocolError('not-kept', `The stations could not be saved, so nothing was changed: ${(error as Error).message}.`);
    }
    await syncFolder(dirname(path));
  }
}

/** Makes the rename durable where the system supports it; without it the file is still intact. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Windows can't open folders. The system writes the rename to the disk later.
  }
}

function parse(text: string, path: string): StationConfig[] {
  const refused = (what: string): Error => new Error(`The stations file ${path} can not be used: ${what}. Fix it, or move it away to start without stations.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`it is not valid JSON: ${syntaxError(text, error as Error)}`);
  }
  const parsed = stationsFileSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues.map((issue) => stationIssue(issue, value)).join('; '));
  const ids = parsed.data.stations.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw refused(`two stations have the id ${JSON.stringify(twice)}`);
  return parsed.data.stations;
}

/** V8's message for an unexpected token: it quotes the surrounding text but gives no position. */
const UNEXPECTED_TOKEN = /^(Unexpected token '?(.)'?), (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/su;
/** Characters that V8 quotes before the token in a shortened excerpt. */
const EXCERPT_BEFORE = 10;

/** The parser's message with line and column, if it gives a position: a file that ends too early has none. */
function syntaxError(text: string, { message }: Error): string {
  const [, what, token = '', isCut, excerpt = ''] = UNEXPECTED_TOKEN.exec(message) ?? [];
  const position = what === undefined
    ? /at position (\d+)/.exec(message)?.[1]
    : text.indexOf(excerpt) + (isCut ? EXCERPT_BEFORE : excerpt.indexOf(token));
  if (position === undefined) return message;
  const before = text.slice(0, Number(position)).split('\n');
  return `${what ?? message.replace(/ (in JSON )?at position.*$/s, '')} in line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** The validation message, with the station's id if it has one. */
function stationIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const [list, index] = issue.path;
  const id = list === 'stations' && typeof index === 'number' ? (value as { stations: { id?: unknown }[] }).stations[index]?.id : undefined;
  return `${typeof id === 'string' ? `station ${JSON.stringify(id)}: ` : ''}${validationMessage(issue)}`;
}
