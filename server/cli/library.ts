/** `livegenre library DIR`: sorts a folder of music by genre. Other actions list what is wrong with its files, and tag them. */
import { availableParallelism, setPriority } from 'node:os';
import { join, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import type { CAC } from 'cac';
import { decimal, whole, type OptionType } from '../../models/command-line.js';
import { loadBundle } from '../../models/model-folder.js';
import { Catalogue, DATABASE_IN_FOLDER, type TrackRow } from '../library/catalogue.js';
import { readHours, type Hours } from '../library/hours.js';
import { writeCsv, writeJson, writeLinks, writePlaylists } from '../library/outputs.js';
import { updateMap } from '../library/map/layout.js';
import { runLibrary, type RunResult } from '../library/run.js';
import { Workers } from '../library/workers.js';
import { envOf, readSettings, SettingError } from '../settings.js';
import { DEFAULT_TAG_MIN_P, tag, undo } from './library-tags.js';
import { LibraryProgress } from './library-progress.js';
import { clock, colours, paint, printable } from './terminal.js';

const MAX_JOBS = 256;
const DEFAULT_MIN_P = 0.5;
const HOURS: OptionType = { read: readHours };
/** Conventional exit code after SIGINT (128 + 2). */
const INTERRUPTED_EXIT_CODE = 130;
/** What each action of the command uses. */
const FLAGS_OF = {
  run: ['model', 'database', 'jobs', 'nice', 'between', 'quick', 'csv', 'json', 'playlists', 'links', 'minP'],
  errors: ['database', 'json'],
  tag: ['database', 'minP', 'write', 'dryRun', 'replace', 'add'],
  undo: ['database'],
} as const;
type Action = keyof typeof FLAGS_OF;

interface Flags {
  readonly database?: string;
  readonly model?: string;
  readonly jobs?: number;
  readonly nice?: number;
  readonly between?: Hours;
  readonly quick?: boolean;
  readonly csv?: string;
  readonly json?: string;
  readonly playlists?: string;
  readonly links?: string;
  readonly minP?: number;
  readonly write?: boolean;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly add?: boolean;
}

export function register(cli: CAC): void {
  cli.command('library [...words]', 'Sort a folder of music: library DIR, library errors DIR, library tag DIR, library undo DIR')
    .option('--database <file>', `SQLite file of the library (default DIR/${DATABASE_IN_FOLDER})`)
    .option('--model <folder>', `Folder of the model (${envOf('model')}; default the one that came with this)`)
    .option('--jobs <threads>', `Threads, 1 to ${MAX_JOBS} (default all cores)`, whole({ min: 1, max: MAX_JOBS }))
    .option('--nice <number>', 'Give way to other programs: 0 to 19', whole({ min: 0, max: 19 }))
    .option('--between <hours>', 'Work in these hours only, such as 01:00-06:00 (local time)', HOURS)
    .option('--quick', 'Hear three stretches of 10 s of each file instead of all')
    .option('--csv <file>', 'Write all tracks as CSV')
    .option('--json <file>', 'Write all tracks, or all errors, as JSON')
    .option('--playlists <folder>', 'Write a playlist for each genre, GENRE.m3u8')
    .option('--links <folder>', 'Make a folder for each genre, with links to its tracks')
    .option('--min-p <confidence>', `Least confidence, 0 to 1 (default ${DEFAULT_MIN_P}; for tags ${DEFAULT_TAG_MIN_P})`, decimal({ wanted: 'a number from 0 to 1', holds: (p) => p >= 0 && p <= 1 }))
    .option('--write', 'tag: change the files; without it, only show what would change')
    .option('--dry-run', 'tag: only show what would change')
    .option('--replace', 'tag: put our genre in the place of another')
    .option('--add', 'tag: add our genre to others')
    .example('  $ livegenre library Music --nice 10')
    .example('  $ livegenre library Music --csv genres.csv --playlists Music/Playlists')
    .example('  $ livegenre library errors Music')
    .example('  $ livegenre library tag Music --write')
    .example('  $ livegenre library undo Music')
    .action(library);
}

async function library(words: readonly string[], { '--': rest = [], ...flags }: Flags & { readonly '--'?: readonly string[] }): Promise<void> {
  const all = [...words, ...rest];
  const action: Action = all.length > 1 && isAction(all[0]!) ? all[0]! : 'run';
  const folders = action === 'run' ? all : all.slice(1);
  if (folders.length !== 1) throw new SettingError(folders.length === 0 ? 'Name the folder of music.' : `Name one folder of music, not ${folders.length}.`);
  const given = Object.keys(flags).find((flag) => !(FLAGS_OF[action] as readonly string[]).includes(flag));
  if (given !== undefined) throw new SettingError(`library ${action === 'run' ? 'DIR' : action} has no use for --${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.`);
  const root = resolve(folders[0]!);
  if (!await stat(root).then((found) => found.isDirectory(), () => false)) throw new SettingError(`There is no folder ${root}.`);
  const catalogue = Catalogue.open(resolve(flags.database ?? join(root, DATABASE_IN_FOLDER)), root);
  try {
    if (action === 'errors') await errors(catalogue, flags);
    else if (action === 'tag') await tag(catalogue, root, flags);
    else if (action === 'undo') await undo(catalogue, root);
    else await run(catalogue, root, flags);
  } finally {
    catalogue.close();
  }
}

function isAction(word: string): word is Action {
  return word in FLAGS_OF && word !== 'run';
}

async function run(catalogue: Catalogue, root: string, flags: Flags): Promise<void> {
  // Before any thread is started: threads and processes take it over.
  if (flags.nice !== undefined) setPriority(flags.nice);
  const { model, backend } = readSettings({ model: flags.model }, process.env);
  const bundle = await loadBundle(model);
  const quick = flags.quick === true;
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const progress = new LibraryProgress();
  const startedMs = performance.now();
  try {
    const result = await runLibrary({
      root, catalogue, bundle, quick, hours: flags.between, signal: stop.signal,
      workers: () => Workers.start({ bundle, threads: flags.jobs ?? availableParallelism(), quick, backend: backend === 'auto' ? undefined : backend }),
      onProgress: (now) => progress.show(now),
    });
    progress.clear();
    process.stdout.write(`${resultText(result, performance.now() - startedMs)}\n`);
    if (result.isWhole) await layOutMap(catalogue, stop.signal);
  } finally {
    progress.clear();
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
  await writeOutputs(catalogue, root, flags);
  if (stop.signal.aborted) {
    process.stderr.write('Stopped; the next run goes on from here.\n');
    process.exitCode = INTERRUPTED_EXIT_CODE;
  }
}

/** Brings the map for the dashboard up to date. When it is stopped, the next run lays it out. */
async function layOutMap(catalogue: Catalogue, signal: AbortSignal): Promise<void> {
  let shown = '';
  const show = (text: string): void => {
    if (process.stderr.isTTY && text !== shown) process.stderr.write(`\r${(shown = text).padEnd(32)}${text === '' ? '\r' : ''}`);
  };
  try {
    await updateMap(catalogue, { signal, onProgress: (share) => show(`Laying out the map: ${Math.floor(100 * share)} %`) });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    show('');
  }
}

async function writeOutputs(catalogue: Catalogue, root: string, { csv, json, playlists, links, minP = DEFAULT_MIN_P }: Flags): Promise<void> {
  const shown = catalogue.shown();
  if (!shown) return;
  if (csv !== undefined) await writeCsv(csv, catalogue.rows(), shown);
  if (json !== undefined) await writeJson(json, catalogue.rows(), shown);
  if (playlists !== undefined) await writePlaylists(playlists, catalogue.rows(), shown.labels, { root, minP });
  if (links !== undefined) await writeLinks(links, catalogue.rows(), shown.labels, { root, minP });
}

/** `5,000 files: 4,990 heard now in 1:10:00 (412 × real time), 10 as before. 3 errors: livegenre library errors DIR` */
export function resultText({ files, heard, errors: failed, soundMs, unreadable, isWhole }: RunResult, elapsedMs: number): string {
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [heard === 0 && isWhole
    ? `${count(files)} ${files === 1 ? 'file' : 'files'}, none new or changed.`
    : `${count(files)} ${files === 1 ? 'file' : 'files'}: ${count(heard)} heard in ${clock(elapsedMs)} (${Math.round(soundMs / Math.max(1, elapsedMs))} × real time)${isWhole && heard < files ? `, ${count(files - heard)} as before` : ''}.`];
  if (failed > 0) lines.push(`${count(failed)} ${failed === 1 ? 'file has' : 'files have'} something wrong: livegenre library errors DIR lists them.`);
  lines.push(...unreadable.map((folder) => `No permission to read the folder ${printable(folder)}; its tracks are kept as they were.`));
  return lines.join('\n');
}

/** Headings of the ledger. */
const PROBLEMS: Readonly<Record<NonNullable<TrackRow['problem']>, string>> = {
  'not-found': 'Links to nothing, or gone',
  'is-folder': 'Folders',
  'not-readable': 'Can\'t be read',
  empty: 'Empty',
  'not-audio': 'Not audio',
  damaged: 'Damaged or cut off',
  'no-ffmpeg': 'Not decoded',
  'nothing-to-judge': 'Silent or too short',
  'not-scored': 'Not scored',
};

async function errors(catalogue: Catalogue, { json }: Flags): Promise<void> {
  const shown = catalogue.shown();
  const broken = [...catalogue.rows('errors')];
  if (json !== undefined && shown) await writeJson(json, broken, shown);
  const { strong } = paint(colours(process.stdout));
  if (!shown) process.stdout.write('Nothing was heard yet: livegenre library DIR\n');
  else if (broken.length === 0) process.stdout.write('No file has an error.\n');
  else process.stdout.write(`${errorLines(broken, strong).join('\n')}\n`);
  if (broken.length > 0) process.exitCode = 1;
}

/** By kind, the most frequent first, and a line for each file. */
export function errorLines(rows: readonly TrackRow[], strong: (text: string) => string = (text) => text): string[] {
  const kinds = Object.entries(PROBLEMS).map(([problem, heading]) => ({ heading, own: rows.filter((row) => (row.problem ?? 'not-scored') === problem) }));
  return kinds.filter(({ own }) => own.length > 0).sort((a, b) => b.own.length - a.own.length)
    .flatMap(({ heading, own }) => [strong(`${heading} (${own.length})`), ...own.map(({ path, error }) => `  ${printable(path)}: ${printable(error ?? '')}`)]);
}
