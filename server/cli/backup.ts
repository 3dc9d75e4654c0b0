/** `livegenre backup`: writes the database and the stations of a server, which may be running, into one file. */
import { readFileSync } from 'node:fs';
import type { CAC } from 'cac';
import { text, UsageError } from '../../models/command-line.js';
import { readSettings, SettingError, type Settings } from '../settings.js';
import { writeBackup } from '../store/sqlite/backup.js';
import { dataPlaceOf } from '../store/place.js';

/** Which data is meant: the settings of `serve`. */
export interface DataFlags {
  readonly database?: string;
  readonly stations?: string;
}

export function register(cli: CAC): void {
  cli.command('backup [file]', 'Write the history, alerts, tokens and stations of a server into one file, while it runs')
    .option('--database <file>', 'The server\'s database; LIVEGENRE_DATABASE, or beside the stations file, unless set', text())
    .option('--stations <file>', 'The server\'s stations file; LIVEGENRE_STATIONS unless set', text())
    .example('  $ livegenre backup 2026-12-01.backup --stations radio/stations.json')
    .action(backup);
}

function backup(file: string | undefined, flags: DataFlags): void {
  if (file === undefined) throw new UsageError('Name the file to write, as in livegenre backup 2026-12-01.backup.');
  const { path, stations } = dataOf(flags);
  writeBackup(path, file, { madeAtMs: Date.now(), stations: stations === '' ? null : textOf(stations) });
  console.log(`Wrote ${file}: the database ${path}${stations === '' ? '' : ` and the stations of ${stations}`}. It holds the addresses of stations and webhooks, and hashes of tokens.`);
}

/** @throws SettingError when neither flags nor the environment name a database */
export function dataOf({ database, stations }: DataFlags): { readonly path: string; readonly stations: Settings['stations'] } {
  const settings = readSettings({ database, stations }, process.env);
  const place = dataPlaceOf(settings);
  if (place === undefined) throw new SettingError('Name the server\'s database with --database FILE, or its stations file with --stations FILE.');
  if (place.engine === 'postgres') throw new SettingError('This is for SQLite. PostgreSQL has its own programs: pg_dump makes a backup, pg_restore brings it back.');
  return { path: place.path, stations: settings.stations };
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`The stations file ${path} can't be read: ${(error as Error).message}.`);
  }
}
