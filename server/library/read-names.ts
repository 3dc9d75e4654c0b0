/** Title, artist and album of a file's tags, read by music-metadata. */
import { parseFile } from 'music-metadata';
import { isText } from '../sources/file-names.js';
import type { Names } from './names.js';

const MAX_NAME = 300;

/** @returns undefined where there are none */
export async function readNames(path: string): Promise<Names | undefined> {
  if (!isText(path)) return undefined;
  try {
    const { common: { title, artist, album } } = await parseFile(path, { duration: false, skipCovers: true, skipPostHeaders: true });
    const own = (text: string | undefined): string | null => text?.trim().slice(0, MAX_NAME) || null;
    const names: Names = { title: own(title), artist: own(artist), album: own(album) };
    return names.title ?? names.artist ?? names.album ? names : undefined;
  } catch {
    // Broken or unknown tags: the file's name is all there is.
    return undefined;
  }
}
