/** `livegenre inspect FILE|DIR`: a page about each file, with pictures of its sound, the scores over time and where the network looked. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CAC } from 'cac';
import { decimal } from '../../models/command-line.js';
import { loadBundle, type Bundle } from '../../models/model-folder.js';
import { writeAtomically } from '../../models/write-atomically.js';
import { isFolder, recordingsIn } from '../data-packs/collection.js';
import type { SkippedFile } from '../data-packs/pack-recordings.js';
import { FILE_SHARD_SETTINGS } from '../files/classify-sound.js';
import { DELETED_SHARE } from '../inspect/deletion.js';
import { hearFile, TooLong, type HeardFile } from '../inspect/heard-file.js';
import { look, MAX_LOOK_MS, type Look } from '../inspect/look.js';
import { page } from '../inspect/page.js';
import type { Classifier } from '../pipe/engine.js';
import { envOf, readSettings, SettingError } from '../settings.js';
import { startClassifier } from '../shards/classifier.js';
import { Shards } from '../shards/shards.js';
import { FileError } from '../sources/file.js';
import { pathOf, readableName } from '../sources/file-names.js';
import { overFiles, skippedLines } from './many-files.js';
import { noGenre } from './report.js';
import { clock, percent, printable } from './terminal.js';

interface Flags {
  readonly out?: string;
  readonly at?: number;
  readonly genre?: string;
  readonly model?: string;
  readonly '--'?: readonly string[];
}

/** A file and where its page goes. */
interface Task {
  readonly path: string;
  readonly name: string;
  readonly out: string;
}

interface Tools {
  readonly bundle: Bundle;
  readonly shards: Shards;
  readonly classifier: Classifier;
}

export function register(cli: CAC): void {
  cli.command('inspect [music]', 'Show a file on a page: waveform, spectrograms, scores over time and where the network looked')
    .option('-o, --out <path>', 'The page (default the file\'s name with .html, here), or a folder for it; for a folder of music the folder of its pages')
    .option('--at <seconds>', `Explain the ${MAX_LOOK_MS / 1000} s from here on; of a longer file those where its genre is clearest unless given`, decimal({ wanted: 'a number of seconds from 0 on, such as 90', holds: (seconds) => seconds >= 0 }))
    .option('--genre <name>', 'Explain this genre instead of the one that was heard')
    .option('--model <folder>', `Folder of the model (${envOf('model')}; default the one that came with this)`)
    .example('  $ livegenre inspect song.mp3 -o song.html')
    .example('  $ livegenre inspect song.mp3 --genre jazz --at 60')
    .example('  $ livegenre inspect Music -o pages')
    .action(inspect);
}

async function inspect(music: string | undefined, flags: Flags): Promise<void> {
  const words = [music, ...flags['--'] ?? []].filter((each) => each !== undefined);
  if (words.length !== 1) throw new SettingError('Name one file or one folder of music.');
  const tasks = await tasksOf(words[0]!, flags);
  const { model, backend } = readSettings({ model: flags.model }, process.env);
  const bundle = await loadBundle(model);
  const { labels } = bundle.manifest;
  if (flags.genre !== undefined && !labels.includes(flags.genre)) throw new SettingError(`--genre must be one of ${labels.join(', ')}; it is ${JSON.stringify(flags.genre)}.`);
  const wanted = backend === 'auto' ? undefined : backend;
  const shards = await Shards.start({ bundle, shards: 1, settings: { ...FILE_SHARD_SETTINGS, logLevel: 'error' }, backend: wanted });
  const skipped: SkippedFile[] = [];
  const lines: string[] = [];
  try {
    const { classifier } = await startClassifier(bundle, wanted);
    await overFiles(tasks.length, async (signal, onFile) => {
      for (const task of tasks) {
        try {
          lines.push(...await inspectFile(task, flags, { bundle, shards, classifier }, signal));
        } catch (error) {
          if (signal.aborted) return false;
          if (!(error instanceof FileError || error instanceof TooLong)) throw error;
          skipped.push({ file: task.name, reason: error.message });
        }
        onFile();
      }
      return true;
    }, () => `Stopped; ${lines.length === 0 ? 'nothing was written' : 'the pages so far are complete'}.\n`);
  } finally {
    await shards.close();
  }
  if (tasks.length === 1 && skipped[0]) throw new Error(`${printable(skipped[0].file)} ${printable(skipped[0].reason)}.`.replace('..', '.'));
  if (lines.length > 0 || skipped.length > 0) process.stdout.write(`${[...lines, ...skippedLines(skipped)].join('\n')}\n`);
  if (lines.length === 0 && skipped.length > 0) throw new Error(`No file of ${printable(words[0]!)} could be used.`);
}

/** @throws SettingError when there is no such file or folder, or no place for the pages */
async function tasksOf(music: string, { out, at }: Flags): Promise<Task[]> {
  const path = resolve(music);
  if (await isFolder(path)) {
    if (out === undefined) throw new SettingError('Name the folder for the pages with -o.');
    if (at !== undefined) throw new SettingError('--at is for one file.');
    const folder = resolve(out);
    if (existsSync(folder) && !await isFolder(folder)) throw new SettingError(`-o must name a folder; ${readableName(out)} is a file.`);
    const { recordings, stray } = await recordingsIn(path, folder);
    const all = [...stray, ...recordings];
    if (all.length === 0) throw new Error(`There is no sound in ${readableName(music)}.`);
    return all.map((each) => ({ path: each.path, name: each.id, out: join(folder, `${each.id}.html`) }));
  }
  if (!existsSync(pathOf(path))) throw new SettingError(`There is no file or folder ${readableName(music)}.`);
  const name = readableName(basename(path));
  const isInFolder = out !== undefined && (out.endsWith('/') || await isFolder(resolve(out)));
  const page = out === undefined ? resolve(`${name}.html`) : isInFolder ? join(resolve(out), `${name}.html`) : resolve(out);
  if (page === path) throw new SettingError('-o names the sound file itself; choose another name for the page.');
  return [{ path, name, out: page }];
}

/** @returns lines to print. @throws FileError or TooLong when there is nothing to show */
async function inspectFile({ path, name, out }: Task, { at, genre }: Flags, { bundle, shards, classifier }: Tools, signal: AbortSignal): Promise<string[]> {
  const heard = await hearFile(path, name, shards, bundle.manifest, { signal });
  const { answer } = heard;
  if (at !== undefined && 1000 * at >= answer.durationMs) throw new SettingError(`--at must be before the end of ${name}, at ${(answer.durationMs / 1000).toFixed(1)} s; it is ${at}.`);
  const seen = await look(heard, bundle, classifier, { signal, genre, fromMs: at === undefined ? undefined : 1000 * at });
  await mkdir(dirname(out), { recursive: true });
  await writeAtomically(out, page(heard, bundle.manifest, seen, new Date()));
  if (answer.error !== undefined) process.exitCode = 1;
  return linesOf(heard, seen, out);
}

function linesOf({ answer: { file, durationMs, genre, p, top, error } }: HeardFile, seen: Look | undefined, out: string): string[] {
  const said = genre === null ? noGenre(top.length > 0) : `${genre} ${percent(p)}`;
  return [
    `${printable(out)}: ${printable(file)}, ${clock(durationMs)}, ${said}`,
    ...(error === undefined ? [] : [`  the file ${printable(error)}`]),
    ...(seen ? [`  looked at ${clock(seen.fromMs)} to ${clock(seen.toMs)}: the log odds of ${seen.genre} fall by ${seen.deletion.topFall.toFixed(2)} without the ${Math.round(100 * DELETED_SHARE)} % of cells that mattered most, by ${seen.deletion.randomFall.toFixed(2)} without as many at random`] : []),
  ];
}
