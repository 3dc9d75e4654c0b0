/** Which kind of tag a file has, by its type. */
import { extname } from 'node:path';

export type TagKind = 'id3' | 'vorbis' | 'mp4';

const KINDS: Readonly<Record<string, TagKind>> = {
  '.mp3': 'id3', '.wav': 'id3', '.aif': 'id3', '.aiff': 'id3',
  '.flac': 'vorbis', '.ogg': 'vorbis', '.oga': 'vorbis', '.opus': 'vorbis',
  '.m4a': 'mp4', '.m4b': 'mp4',
};

/** Undefined for a type whose tags are not written. */
export function tagKindOf(path: string): TagKind | undefined {
  return KINDS[extname(path).toLowerCase()];
}
