/** Finds the sound files below a folder, with what tells whether they have changed. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { nameFromBytes, pathOf } from '../sources/file-names.js';
import type { FileStamp } from './catalogue.js';

/** Types of sound files. Others are passed over: covers, texts and playlists are no failures. */
const SOUND_TYPES = new Set([
  '.mp3', '.mp2', '.flac', '.ogg', '.oga', '.opus', '.m4a', '.m4b', '.mp4', '.aac', '.wav', '.wave', '.w64', '.rf64', '.aif', '.aiff', '.aifc',
  '.wma', '.asf', '.ape', '.wv', '.tta', '.tak', '.mpc', '.mka', '.webm', '.ac3', '.eac3', '.dts', '.spx', '.au', '.snd', '.caf', '.3gp', '.amr', '.ra', '.rm', '.dsf', '.dff', '.shn',
]);

export interface FoundFile extends FileStamp {
  /** Relative to the folder, with slashes, as `file-names.ts` writes names. */
  readonly path: string;
}

export interface Found {
  /** By path. */
  readonly files: readonly FoundFile[];
  /** Folders that could not be read; what is in them is neither heard nor forgotten. */
  readonly unreadable: readonly string[];
}

/**
 * Hidden files and folders are passed over, and so are links to folders, which may lead in a circle, and to files
 * of the same library, which are found where they are. Links to files elsewhere count.
 */
export async function scan(root: string): Promise<Found> {
  const files: FoundFile[] = [];
  const unreadable: string[] = [];
  const within = join(await realpath(root), sep);
  const visit = async (below: string): Promise<void> => {
    let entries;
    try {
      entries = await readdir(pathOf(join(root, below)), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      if (below === '') throw error;
      unreadable.push(below);
      return;
    }
    const named = entries.map((entry) => ({ entry, name: nameFromBytes(entry.name as unknown as Uint8Array) })).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { entry, name } of named) {
      if (name.startsWith('.')) continue;
      const path = below === '' ? name : `${below}/${name}`;
      if (entry.isDirectory()) await visit(path);
      else if (SOUND_TYPES.has(extname(name).toLowerCase())) {
        try {
          if (entry.isSymbolicLink() && (await realpath(pathOf(join(root, path)), { encoding: 'buffer' })).toString('latin1').startsWith(Buffer.from(pathOf(within)).toString('latin1'))) continue;
          const { size, mtimeMs } = await stat(pathOf(join(root, path)));
          files.push({ path, size, mtimeMs });
        } catch {
          // A link to nothing, or gone since: the file can't be opened either, and the ledger says so.
          files.push({ path, size: 0, mtimeMs: 0 });
        }
      }
    }
  };
  await visit('');
  return { files, unreadable };
}
