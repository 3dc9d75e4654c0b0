/** `livegenre restore`: adds what a backup has and a server lacks, which may be running. */
import { existsSync, writeFileSync } from 'node:fs';
import type { CAC } from 'cac';
import { text, UsageError } from '../../models/command-line.js';
import { restoreBackup } from '../store/sqlite/backup.js';
import { dataOf, type DataFlags } from './backup.js';

/** As the server's own stations file: addresses may contain passwords. */
const STATIONS_FILE_MODE = 0o600;

export function register(cli: CAC): void {
  cli.command('restore [file]', 'Add what a backup has and a server\'s data lacks, while it runs; nothing that is there is changed')
    .option('--database <file>', 'The server\'s database; LIVEGENRE_DATABASE, or beside the stations file, unless set', text())
    .option('--stations <file>', 'The server\'s stations file, written if there is none; LIVEGENRE_STATIONS unless set', text())
    .example('  $ livegenre restore 2026-12-01.backup --stations radio/stations.json')
    .action(restore);
}

function restore(file: string | undefined, flags: DataFlags): void {
  if (file === undefined) throw new UsageError('Name the backup, as in livegenre restore 2026-12-01.backup.');
  if (!existsSync(file)) throw new Error(`There is no backup ${file}.`);
  const { path, stations } = dataOf(flags);
  const { notes, added } = restoreBackup(file, path);
  const rows = Object.entries(added).filter(([, count]) => count > 0).map(([table, count]) => `${count} ${table}`);
  console.log(`Restored ${file}, made ${new Date(notes.madeAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC, into ${path}: ${rows.length === 0 ? 'nothing was missing' : `added ${rows.join(', ')}`}.`);
  if (stations === '' || notes.stations === null) return;
  if (existsSync(stations)) return console.log(`The stations file ${stations} is there and stays as it is.`);
  writeFileSync(stations, notes.stations, { flag: 'wx', mode: STATIONS_FILE_MODE });
  console.log(`Wrote the stations to ${stations}; a server reads them when it starts.`);
}
