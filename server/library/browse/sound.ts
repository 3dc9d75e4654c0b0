/** The file of a track as it lies on the disk, in whole or a range of it, for players in browsers. */
import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathOf } from '../../sources/file-names.js';
import type { Problem } from '../judge.js';
import type { TrackRow } from '../catalogue.js';

/** What browsers play; other types are sent as bytes, and the browser decides. */
const TYPES: Readonly<Record<string, string>> = {
  '.mp3': 'audio/mpeg', '.mp2': 'audio/mpeg', '.flac': 'audio/flac', '.ogg': 'audio/ogg', '.oga': 'audio/ogg', '.opus': 'audio/ogg', '.spx': 'audio/ogg',
  '.m4a': 'audio/mp4', '.m4b': 'audio/mp4', '.mp4': 'audio/mp4', '.aac': 'audio/aac', '.wav': 'audio/wav', '.wave': 'audio/wav',
  '.aif': 'audio/aiff', '.aiff': 'audio/aiff', '.mka': 'audio/x-matroska', '.webm': 'audio/webm',
};
/** A row with one of these is no sound: its bytes stay where they are. */
const NO_SOUND: readonly (Problem | null)[] = ['not-found', 'is-folder', 'not-readable', 'empty', 'not-audio'];

export interface TrackSound {
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** Bytes `from` to `to`, both included; closes the file at its end. */
  read(from: number, to: number): Readable;
  close(): Promise<void>;
}

/**
 * @param root the folder of music
 * @param row of the library; the path is never that of a request
 * @returns undefined if there is no sound: it was none, is gone, or is no file any more
 */
export async function openSound(root: string, { path, problem }: Pick<TrackRow, 'path' | 'problem'>): Promise<TrackSound | undefined> {
  if (NO_SOUND.includes(problem)) return undefined;
  // A named pipe in place of the file must not make this wait.
  const file = await open(pathOf(join(root, path)), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (!file) return undefined;
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    return undefined;
  }
  return {
    type: TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream',
    size: stats.size,
    etag: `"${stats.size.toString(36)}-${Math.round(stats.mtimeMs).toString(36)}"`,
    read: (from, to) => file.createReadStream({ start: from, end: to }),
    close: () => file.close(),
  };
}
