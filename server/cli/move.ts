/** `livegenre move`: takes all data of a server from one database to another, such as from SQLite to PostgreSQL. */
import { existsSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { CAC } from 'cac';
import { text, UsageError } from '../../models/command-line.js';
import { SettingError, SETTINGS } from '../settings.js';
import type { StationConfig } from '../stations/config.js';
import { StationsFile } from '../stations/stations-file.js';
import { StationsTable } from '../stations/stations-table.js';
import { moveRows, NotEmptyError, type Movable } from '../store/move.js';
import { dataPlaceOf, shownPlace, type Place } from '../store/place.js';
import { openDatabase } from '../store/sqlite/database.js';
import { sqliteMovable } from '../store/sqlite/moved-rows.js';

interface Flags {
  readonly from?: string;
  readonly to?: string;
  readonly stations?: string;
}

export function register(cli: CAC): void {
  cli.command('move', 'Take all data of a server, which is stopped, from one database to another that is empty')
    .option('--from <place>', 'sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE', text())
    .option('--to <place>', 'The same; it must be empty', text())
    .option('--stations <file>', 'The stations file that goes with SQLite: read, or written; LIVEGENRE_STATIONS unless set', text())
    .example('  $ livegenre move --from sqlite:radio/stations.db --stations radio/stations.json --to postgres://livegenre:PASSWORD@db/livegenre')
    .action(move);
}

async function move({ from, to, stations = process.env.LIVEGENRE_STATIONS ?? '' }: Flags): Promise<void> {
  if (from === undefined || to === undefined) throw new UsageError('Name both, as in livegenre move --from sqlite:radio/stations.db --to postgres://livegenre:PASSWORD@db/livegenre.');
  const [source, target] = [placeOf('--from', from), placeOf('--to', to)];
  if (source.engine === 'sqlite' && !existsSync(source.path)) throw new SettingError(`There is no database ${source.path}.`);
  const closing: (() => unknown)[] = [];
  try {
    const before = await open(source, stations, closing);
    const after = await open(target, stations, closing);
    const list = await before.stations?.load() ?? [];
    if (list.length > 0 && after.stations && (await after.stations.load()).length > 0) throw new NotEmptyError('it has stations');
    const counts = await withProgress((show) => moveRows(before.data, after.data, show));
    if (list.length > 0) await after.stations?.save(list);
    const moved = Object.entries({ ...(after.stations && { stations: list.length }), ...counts }).filter(([, count]) => count > 0).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
    console.log(`Moved ${moved.length === 0 ? 'nothing, because nothing is there,' : moved.join(', ')} to ${shownPlace(target)}. Nothing was deleted from ${shownPlace(source)}.`);
    if (before.stations === undefined || after.stations === undefined) console.log('Stations were not moved, because no stations file is named: --stations FILE.');
  } catch (error) {
    if (error instanceof NotEmptyError) throw new SettingError(`${shownPlace(target)} is not empty: ${error.message}. Nothing was moved.`);
    throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function placeOf(flag: string, given: string): Place {
  const file = /^sqlite:(?:\/\/)?(.+)$/i.exec(given)?.[1];
  if (file !== undefined) return { engine: 'sqlite', path: file };
  try {
    return dataPlaceOf({ database: SETTINGS.database.parse(given), stations: '' })!;
  } catch (error) {
    throw new SettingError(`${flag} must be sqlite:FILE or ${(error as Error).message}.`);
  }
}

interface Opened {
  readonly data: Movable;
  /** Undefined for an SQLite database without a stations file. */
  readonly stations: { load(): Promise<StationConfig[]>; save(stations: readonly StationConfig[]): Promise<void> } | undefined;
}

async function open(place: Place, stations: string, closing: (() => unknown)[]): Promise<Opened> {
  if (place.engine === 'sqlite') {
    const database = openDatabase(place.path);
    closing.push(() => database.close());
    return { data: sqliteMovable(database), stations: stations === '' ? undefined : new StationsFile(stations) };
  }
  const { openPostgres } = await import('../store/postgres/store.js');
  const { postgresMovable } = await import('../store/postgres/moved-rows.js');
  const store = await openPostgres(place);
  closing.push(() => store.close());
  return { data: postgresMovable(store.connection), stations: new StationsTable(store.stations) };
}

/** A bar on a terminal. */
async function withProgress<T>(work: (show: (moved: number, all: number) => void) => Promise<T>, stream: NodeJS.WriteStream = process.stderr): Promise<T> {
  if (!stream.isTTY) return work(() => {});
  const bar = new SingleBar({ stream, format: '{bar} {value} of {total} rows · {eta} s left', barsize: 20, barCompleteChar: '█', barIncompleteChar: '░', clearOnComplete: true, hideCursor: true, fps: 4 });
  bar.start(1, 0);
  try {
    return await work((moved, all) => {
      bar.setTotal(Math.max(1, all));
      bar.update(moved);
    });
  } finally {
    bar.stop();
  }
}
