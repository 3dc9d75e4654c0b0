/** `livegenre features FILE|DIR --csv`: writes the two tables of GTZAN for a file, or for a folder of music, `genre/file`. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { openTables, TABLES } from '../data-packs/clip-tables.js';
import { isFolder, recordingsIn, type Recording } from '../data-packs/collection.js';
import { measureClips } from '../data-packs/measure-clips.js';
import { measureInOrder } from '../data-packs/measure-in-order.js';
import type { SkippedFile } from '../data-packs/pack-recordings.js';
import { SettingError } from '../settings.js';
import { FileError } from '../sources/file.js';
import { pathOf, readableName } from '../sources/file-names.js';
import { overFiles, skippedLines } from './many-files.js';

export interface TableOptions {
  /** Folder of the tables. */
  readonly out: string;
  /** Files at a time. */
  readonly jobs: number;
}

/**
 * @param music a file or a folder
 * @throws SettingError when there is neither; Error when no file can be used
 */
export async function featureTables(music: string, { out, jobs }: TableOptions): Promise<void> {
  const recordings = await recordingsOf(resolve(music));
  if (recordings.length === 0) throw new Error(`There is no sound in ${music}.`);
  const folder = resolve(out);
  const skipped: SkippedFile[] = [];
  let rows: readonly [number, number] = [0, 0];
  const isFinished = await overFiles(recordings.length, async (signal, onFile) => {
    const tables = await openTables(folder);
    try {
      for await (const { recording, measured } of measureInOrder(recordings, (path) => measureClips(path, signal), { jobs, signal })) {
        if (measured instanceof FileError) skipped.push({ file: recording.id, reason: measured.message });
        else await tables.add(nameOf(recording), recording.genre, measured);
        onFile();
      }
      if (signal.aborted) return false;
      rows = tables.rows;
      if (rows[0] > 0) await tables.finish();
      return true;
    } finally {
      await tables.abandon();
    }
  });
  if (!isFinished) return;
  const written = rows[0] === 0 ? [] : TABLES.map((table, n) => `${join(folder, table)}: ${rows[n]} ${rows[n] === 1 ? 'row' : 'rows'}`);
  process.stdout.write(`${[...written, ...skippedLines(skipped)].join('\n')}\n`);
  if (rows[0] === 0) throw new Error(`No file of ${music} could be used.`);
}

async function recordingsOf(music: string): Promise<readonly Recording[]> {
  if (!await isFolder(music)) {
    if (!existsSync(pathOf(music))) throw new SettingError(`There is no file or folder ${readableName(music)}.`);
    return [{ path: music, id: readableName(basename(music)), genre: readableName(basename(dirname(music))) }];
  }
  if (await isFolder(join(music, 'train')) && await isFolder(join(music, 'valid'))) {
    throw new SettingError(`${readableName(music)} has train and valid folders, which are no genres; make the tables of each with a --out of its own.`);
  }
  const { recordings, stray } = await recordingsIn(music);
  return [...stray, ...recordings];
}

/** The path below the folder that is the label, which is the file's name alone in a collection such as GTZAN. */
function nameOf({ id, genre }: Recording): string {
  return id.startsWith(`${genre}/`) ? id.slice(genre.length + 1) : id;
}
