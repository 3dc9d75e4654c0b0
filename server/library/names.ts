/**
 * What a track is called: title, artist and album from its tags, else from its name where that follows a pattern
 * in wide use, `Artist - Title` or `Artist/Album/03 Title`. A folder alone says nothing: it may be a genre or a year.
 */
import { basename, extname } from 'node:path';

export interface Names {
  readonly title: string | null;
  readonly artist: string | null;
  readonly album: string | null;
}

/** @param path relative, with slashes */
export function namesOf(path: string, { title, artist, album }: Names): Names & { readonly title: string } {
  const file = basename(path, extname(path)).replaceAll('_', ' ').trim();
  const folders = path.split('/').slice(0, -1);
  const isDeep = folders.length >= 2;
  // `7 Seconds` is a title; in an album's folder, `07 Seconds` and `7 Seconds` are the seventh track.
  const [, number, rest = file] = (isDeep ? /^(\d{1,3})\s*[-. ]\s*(?=\S)(.+)$/ : /^(\d{1,3})\s*[-.]\s+(.+)$/).exec(file) ?? [];
  const [, before, after] = /^(.+?) - (.+)$/.exec(rest) ?? [];
  const isInAlbum = isDeep && number !== undefined;
  return {
    title: title ?? after ?? rest,
    artist: artist ?? before ?? (isInAlbum ? folders.at(-2)! : null),
    album: album ?? (isInAlbum ? folders.at(-1)! : null),
  };
}
