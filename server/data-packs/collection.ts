/** Lists the recordings of a collection, `genre/…/file`, in a stable order. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Random } from '../../models/random.js';
import { nameFromBytes, pathOf, readableName } from '../sources/file-names.js';

/** A sound file of a collection. */
export interface Recording {
  /** As `file-names.ts` writes names that are not UTF-8. */
  readonly path: string;
  /** Path relative to the collection, with slashes; bytes that are not text as `\xe9`. */
  readonly id: string;
  /** The first folder of that path. */
  readonly genre: string;
}

/** File types commonly stored with music: skipped silently instead of being reported as broken. */
const NOT_SOUND = new Set([
  '.txt', '.nfo', '.log', '.md', '.pdf', '.html', '.htm', '.csv', '.tsv', '.json', '.jsonl', '.xml', '.yaml', '.yml', '.ini', '.db', '.url',
  '.jpg', '.jpeg', '.png', '.gif', '.bmp', '.webp', '.svg', '.ico', '.cue', '.m3u', '.m3u8', '.pls', '.xspf', '.sfv', '.md5', '.lrc',
  '.npy', '.npz', '.part', '.py', '.ipynb', '.zip', '.gz', '.tar', '.rar', '.7z',
]);

/**
 * Lists all files below `folder` that may be sound, sorted by name. Follows links; skips hidden files
 * and known non-sound types.
 * @param except folder to skip
 * @returns the recordings, and files that are in no genre's folder, whose `genre` is the name of `folder` itself
 */
export async function recordingsIn(folder: string, except?: string): Promise<{ readonly recordings: readonly Recording[]; readonly stray: readonly Recording[] }> {
  const recordings: Recording[] = [];
  const stray: Recording[] = [];
  const seen = new Set<string>(); // against link cycles
  const visit = async (path: string, names: readonly string[]): Promise<void> => {
    const real = (await realpath(pathOf(path), { encoding: 'buffer' })).toString('latin1');
    if (seen.has(real) || path === except) return;
    seen.add(real);
    for (const name of (await readdir(pathOf(path), { encoding: 'buffer' })).map(nameFromBytes).sort()) {
      if (name.startsWith('.')) continue;
      const child = join(path, name);
      const below = [...names, name];
      if (await isFolder(child)) await visit(child, below);
      else if (NOT_SOUND.has(extname(name).toLowerCase())) continue;
      else if (below.length === 1) stray.push({ path: child, id: readableName(name), genre: readableName(basename(folder)) });
      else recordings.push({ path: child, id: readableName(below.join('/')), genre: readableName(below[0]!) });
    }
  };
  await visit(folder, []);
  return { recordings, stray };
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(pathOf(path))).isDirectory();
  } catch {
    // Broken link or no permission: reported when the file is opened.
    return false;
  }
}

/**
 * Randomly holds out a share of each genre's recordings.
 * @param share of each genre, 0 to 1, rounded; a genre with two or more recordings keeps at least one
 *   on each side
 * @param seed the same seed and files give the same split
 */
export function splitOff(recordings: readonly Recording[], share: number, seed: number): { readonly kept: readonly Recording[]; readonly heldOut: readonly Recording[] } {
  const random = new Random(seed);
  const chosen = new Set<Recording>();
  for (const genre of new Set(recordings.map((each) => each.genre))) {
    const own = random.shuffle(recordings.filter((each) => each.genre === genre));
    const count = own.length < 2 ? 0 : Math.min(own.length - 1, Math.max(1, Math.round(share * own.length)));
    for (const recording of own.slice(0, count)) chosen.add(recording);
  }
  return { kept: recordings.filter((each) => !chosen.has(each)), heldOut: recordings.filter((each) => chosen.has(each)) };
}
