/** `livegenre stations import`: adds stations out of lists to a running server, which listens to each first. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { CAC } from 'cac';
import { SingleBar } from 'cli-progress';
import { text, UsageError } from '../../models/command-line.js';
import type { StationTrial } from '../protocol/messages.js';
import { listedStations, type ListedStation } from '../stations/listed-stations.js';
import { serverAt, SERVER_URL, type Server } from './server-url.js';
import { printable } from './terminal.js';

/** Stations listened to at once, as many as a server allows. */
const AT_ONCE = 20;
const LISTEN_S = 10;
const LISTS: readonly string[] = ['.pls', '.m3u', '.m3u8', '.opml', '.json', '.xml'];

interface Flags {
  readonly add?: boolean;
  readonly url: string;
  readonly token?: string;
  readonly json?: boolean;
}

interface Found extends ListedStation {
  /** Undefined if the server has refused it, with the reason. */
  readonly trial: StationTrial | undefined;
  readonly refusal: string | undefined;
  readonly id: string | undefined;
}

export function register(cli: CAC): void {
  cli.command('stations [action] [...files]', 'Import stations from OPML, M3U, PLS, radio-browser JSON or a folder of them: stations import FILE…')
    .option('--add', 'Add those that have sound; without it only listen and report')
    .option('--url <url>', 'The server', SERVER_URL)
    .option('--token <token>', 'Token with the role manage, where the server asks for one', text())
    .option('--json', 'One JSON line for each station')
    .example('  $ livegenre stations import radio.opml')
    .example('  $ livegenre stations import favourites.m3u Radios/ --add')
    .action(stations);
}

async function stations(action: string | undefined, files: readonly string[], { add, url, token, json }: Flags): Promise<void> {
  if (action !== 'import') throw new UsageError(`${action === undefined ? 'Name an action' : `There is no action ${JSON.stringify(action)}`}; the action is import.`);
  if (files.length === 0) throw new UsageError('Name the lists to import, as in stations import radio.opml.');
  const byUrl = new Map<string, ListedStation>();
  for (const file of (await Promise.all(files.map(listsIn))).flat()) for (const station of await read(file)) if (!byUrl.has(station.url)) byUrl.set(station.url, station);
  const listed = [...byUrl.values()];
  const server = serverAt(url, token);
  const known = new Set((await server('GET', 'v1/stations') as { stations: { url?: string }[] }).stations.map((each) => each.url));
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{bar} {value} of {total} stations', clearOnComplete: true, hideCursor: true }) : undefined;
  bar?.start(listed.length, 0);
  const found: Found[] = [];
  const waiting = [...listed];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const one = known.has(next.url) ? { ...next, trial: undefined, refusal: 'it is on the server already', id: undefined } : await tryAndAdd(server, next, add === true);
      found.push(one);
      // The bar is drawn again below each line.
      bar?.stop();
      console.log(json === true ? JSON.stringify(one) : line(one));
      bar?.start(listed.length, found.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    bar?.stop();
  }
  const alive = found.filter(({ trial }) => trial?.alive).length;
  const added = found.filter(({ id }) => id !== undefined).length;
  console.error(`${listed.length} stations, ${alive} with sound${add === true ? `, ${added} added` : '; nothing was added, --add adds those with sound'}.`);
}

async function tryAndAdd(server: Server, station: ListedStation, isAdding: boolean): Promise<Found> {
  try {
    const { name, url } = station;
    const trial = await server('POST', `v1/stations?test=1&seconds=${LISTEN_S}`, { name, url }) as StationTrial;
    const added = isAdding && trial.alive ? await server('POST', 'v1/stations', { name, url }) as { id: string } : undefined;
    return { ...station, trial, refusal: undefined, id: added?.id };
  } catch (error) {
    return { ...station, trial: undefined, refusal: (error as Error).message, id: undefined };
  }
}

/** The file itself, or the lists of a folder in the order of their names. */
async function listsIn(path: string): Promise<string[]> {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => { throw new UsageError(`${printable(path)} can't be read (${error.code}).`); });
  if (!about.isDirectory()) return [path];
  return (await readdir(path)).filter((name) => LISTS.includes(extname(name).toLowerCase())).sort().map((name) => join(path, name));
}

async function read(path: string): Promise<ListedStation[]> {
  const bytes = await readFile(path);
  try {
    return listedStations(bytes);
  } catch (error) {
    throw new UsageError(`${printable(path)} can't be imported: ${(error as Error).message}.`);
  }
}

/** Such as `ok    Radio One  mp3 128 kbit/s  jazz 71 %  A – B`. */
function line({ name, trial, refusal, id }: Found): string {
  if (!trial) return printable(`no    ${name}: ${refusal}`);
  if (!trial.alive) return printable(`no    ${name}: ${trial.reason}`);
  const { format, genre, p, heard, title } = trial;
  const sound = format ? [format.codec, format.bitrateKbps === undefined ? '' : `${format.bitrateKbps} kbit/s`].filter(Boolean).join(' ') : '';
  return printable([`${id === undefined ? 'ok' : 'added'}`.padEnd(5), name, sound, genre === null ? heard ?? '' : `${genre} ${Math.round(100 * p)} %`, title ?? ''].filter(Boolean).join('  '));
}
