/** The library of the commands `similar` and `playlist`, and how they name tracks. */
import { loadBundle } from '../../models/model-folder.js';
import { findLibrary } from '../library/alike/find-library.js';
import { seedOf } from '../library/alike/hear.js';
import { AlikeLibrary, type AlikeTrack, type Tracks } from '../library/alike/library.js';
import type { Seed } from '../library/alike/rules.js';
import { readableName } from '../sources/file-names.js';
import { envOf, readSettings, SettingError } from '../settings.js';

export interface LibraryFlags {
  readonly library?: string;
  readonly model?: string;
}

export interface OpenLibrary {
  readonly library: AlikeLibrary;
  readonly tracks: Tracks;
  seed(file: string): Promise<Seed & { readonly row?: number }>;
}

export const LIBRARY_OPTION = ['--library <path>', `Folder of music, or its database (${envOf('library')}; default the one that the file or the current folder is in)`] as const;
export const MODEL_OPTION = ['--model <folder>', `Folder of the model, for a file that is not of the library (${envOf('model')}; default the one that came with this)`] as const;

/** @param file from whose folder the library is looked for */
export async function withLibrary<T>(flags: LibraryFlags, file: string | undefined, work: (open: OpenLibrary) => Promise<T>): Promise<T> {
  const { library: named, model, backend } = readSettings({ library: flags.library, model: flags.model }, process.env);
  const found = findLibrary(named, [...(file === undefined ? [] : [file]), '.']);
  if (found === undefined) throw new SettingError('There is no library here. Name the folder of music with --library; livegenre library DIR makes one.');
  const library = AlikeLibrary.open(found);
  try {
    const tracks = await library.tracks();
    if (tracks.tracks.length === 0) throw new SettingError(`No track of ${library.root} can be compared yet: livegenre library ${library.root}`);
    return await work({ library, tracks, seed: (path) => seedOf(path, { library, tracks, bundle: () => loadBundle(model), backend: backend === 'auto' ? undefined : backend }) });
  } finally {
    library.close();
  }
}

/** `Artist – Title`, or the path where the title says nothing more. */
export function trackName({ artist, title }: Pick<AlikeTrack, 'artist' | 'title'>): string {
  return artist === null ? title : `${artist} – ${title}`;
}

/** A track in JSON. */
export function trackView({ id, path, title, artist, album, genre, p, durationMs }: AlikeTrack): Record<string, unknown> {
  return { id, file: readableName(path), title, artist, album, genre, p, durationMs };
}
