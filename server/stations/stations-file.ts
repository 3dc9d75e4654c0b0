/**
 * The file that keeps the stations: read at the start, written whole at each change. A change of it
 * by hand is read at the next start, and lost if the server changes a station before.
 */
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { validationMessage } from '../protocol/validation-message.js';
import { ProtocolError } from '../protocol/errors.js';
import { stationsFileSchema, type StationConfig } from './config.js';

/** Addresses of stations and webhooks may hold passwords. */
const NEW_FILE_MODE = 0o600;

export class StationsFile {
  readonly #path: string;
  /** The save that runs; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The stations that are kept; none where there is no file yet.
   * @throws Error with the path, the place and what is wrong; the file is left as it is
   */
  async load(): Promise<StationConfig[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Error(`The stations file ${this.#path} can not be read: ${(error as Error).message}.`);
    }
    // Some editors begin a file with a byte order mark.
    return parse(text.replace(/^\uFEFF/, ''), this.#path);
  }

  /**
   * Replaces the file: whoever reads it finds the old stations or the new ones, whole, even after a
   * loss of power.
   * @throws ProtocolError `not-kept` with the reason; the old file stays
   */
  save(stations: readonly StationConfig[]): Promise<void> {
    const text = `${JSON.stringify({ version: 1, stations }, null, 2)}\n`;
    const turn = this.#turn.then(() => this.#replace(text));
    // Whoever asked is told of a failure; the next save only waits.
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #replace(text: string): Promise<void> {
    // A link to the file stays one.
    const path = await realpath(this.#path).catch(() => this.#path);
    const next = join(dirname(path), `.${basename(path)}.new`);
    try {
      const mode = await stat(path).then((found) => found.mode & 0o777, () => NEW_FILE_MODE);
      // What a process left that ended while saving, with the mode it had.
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
      // It may not be there; what matters is told below.
      await rm(next, { force: true }).catch(() => {});
      throw new ProtocolError('not-kept', `The stations could not be saved, so nothing was changed: ${(error as Error).message}.`);
    }
    await syncFolder(dirname(path));
  }
}

/** Makes a rename last; not all systems can, and the file is whole without it. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Windows can't open folders; the rename is on its way to the disk all the same.
  }
}

function parse(text: string, path: string): StationConfig[] {
  const refused = (what: string): Error => new Error(`The stations file ${path} can not be used: ${what}. Mend it, or move it away to start without stations.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`it is no JSON: ${misfit(text, error as Error)}`);
  }
  const parsed = stationsFileSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues.map((issue) => ofStation(issue, value)).join('; '));
  const ids = parsed.data.stations.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw refused(`two stations have the id ${JSON.stringify(twice)}`);
  return parsed.data.stations;
}

/** What V8 says of a token that fits nowhere: with what stands around it, and not where that is. */
const MISFIT = /^(Unexpected token '?(.)'?), (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/su;
/** Characters before the token in a cut excerpt. */
const EXCERPT_BEFORE = 10;

/** The parser's complaint, with the line where it has one: a file that ends too early has none. */
function misfit(text: string, { message }: Error): string {
  const [, what, token = '', isCut, excerpt = ''] = MISFIT.exec(message) ?? [];
  const position = what === undefined
    ? /at position (\d+)/.exec(message)?.[1]
    : text.indexOf(excerpt) + (isCut ? EXCERPT_BEFORE : excerpt.indexOf(token));
  if (position === undefined) return message;
  const before = text.slice(0, Number(position)).split('\n');
  return `${what ?? message.replace(/ (in JSON )?at position.*$/s, '')} in line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** Of a station that can be named by its id, with that. */
function ofStation(issue: z.core.$ZodIssue, value: unknown): string {
  const [list, index] = issue.path;
  const id = list === 'stations' && typeof index === 'number' ? (value as { stations: { id?: unknown }[] }).stations[index]?.id : undefined;
  return `${typeof id === 'string' ? `station ${JSON.stringify(id)}: ` : ''}${validationMessage(issue)}`;
}
