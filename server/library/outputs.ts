/** What a library is written to: CSV, JSON, a playlist for each genre, and folders of links. Files are replaced as a whole. */
import { lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { writeAtomically } from '../../models/write-atomically.js';
import { csvLine, type Cell } from '../csv.js';
import { isText, pathOf, readableName } from '../sources/file-names.js';
import type { ModelRow, TrackRow } from './catalogue.js';

/** A name that no genre has. */
const FOLDER_OF_LINKS = /[\\/\0]/g;
const COLUMNS = ['file', 'genre', 'p', 'state', 'durationMs', 'second', 'secondP', 'tags', 'lively', 'happy', 'quick', 'problem', 'error', 'note', 'model', 'version'] as const;

/** A row for each track, with a heading. A cell that a spreadsheet would take for a formula gets an apostrophe. */
export async function writeCsv(file: string, rows: Iterable<TrackRow>, { name, version }: ModelRow): Promise<void> {
  const lines = [csvLine(COLUMNS)];
  for (const { path, genre, p, state, durationMs, top, tags, mood, isQuick, problem, error, note } of rows) {
    const second = top.find((each) => each.genre !== genre);
    const cells: Record<(typeof COLUMNS)[number], Cell | undefined> = {
      file: readableName(path), genre, p, state, durationMs, second: second?.genre, secondP: second?.p, tags: tags?.map(([name]) => name).join(', '), lively: mood?.lively, happy: mood?.happy, quick: isQuick ? 1 : 0, problem, error, note, model: name, version,
    };
    lines.push(csvLine(COLUMNS.map((column) => cells[column] ?? null)));
  }
  await writeAtomically(file, lines.join(''));
}

/** `{model, tracks}`; the tracks as lines of `classify --json`, with `state`, `problem` and `quick`. */
export async function writeJson(file: string, rows: Iterable<TrackRow>, { name, version, weights }: ModelRow): Promise<void> {
  const tracks: string[] = [];
  for (const { path, genre, p, state, durationMs, top, segments, tags, mood, isQuick, problem, error, note } of rows) {
    tracks.push(JSON.stringify({ file: readableName(path), durationMs, genre, p, top, segments, ...(tags && { tags }), ...(mood && { mood }), state, quick: isQuick, ...(problem && { problem }), ...(error && { error }), ...(note && { note }) }));
  }
  await writeAtomically(file, `{"model":${JSON.stringify({ name, version, weights })},"tracks":[\n${tracks.join(',\n')}\n]}\n`);
}

export interface GenreFolderOptions {
  /** The folder of music. */
  readonly root: string;
  /** Tracks with less confidence are left out, 0 to 1. */
  readonly minP: number;
}

/**
 * GENRE.m3u8 for each genre in `folder`, surest tracks first, with paths relative to it. Playlists of genres
 * without a track are written empty, so that none goes stale. Names that are not UTF-8 are left out: the format has no way to write them.
 */
export async function writePlaylists(folder: string, rows: Iterable<TrackRow>, labels: readonly string[], { root, minP }: GenreFolderOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tracks = new Map(labels.map((label): [string, TrackRow[]] => [label, []]));
  for (const row of rows) if (row.genre !== null && row.p >= minP && isText(row.path) && !/[\r\n]/.test(row.path)) tracks.get(row.genre)?.push(row);
  for (const [genre, own] of tracks) {
    const lines = own.sort((a, b) => b.p - a.p).flatMap(({ path, durationMs }) => [`#EXTINF:${Math.round(durationMs / 1000)},${basename(path, extname(path))}`, asEntry(relative(resolve(folder), join(resolve(root), path)))]);
    await writeAtomically(join(folder, `${genre.replace(FOLDER_OF_LINKS, '-')}.m3u8`), `${['#EXTM3U', `#PLAYLIST:${genre}`, ...lines].join('\n')}\n`);
  }
}

/** A relative path as an entry; one that begins like a comment or an address does not, with `./`. */
function asEntry(path: string): string {
  const slashes = path.split(sep).join('/');
  return slashes.startsWith('.') ? slashes : `./${slashes}`;
}

/**
 * A folder for each genre with links to its tracks. Links into `root` that are there and stand for no track of the
 * genre any more are removed; what is no such link is never touched.
 * @returns how many links there are
 */
export async function writeLinks(folder: string, rows: Iterable<TrackRow>, labels: readonly string[], { root, minP }: GenreFolderOptions): Promise<number> {
  const wanted = new Map(labels.map((label): [string, Map<string, string>] => [label.replace(FOLDER_OF_LINKS, '-'), new Map()]));
  for (const { genre, p, path } of rows) {
    const links = genre !== null && p >= minP ? wanted.get(genre.replace(FOLDER_OF_LINKS, '-')) : undefined;
    if (links) links.set(freeName(basename(path), links), join(resolve(root), path));
  }
  let count = 0;
  for (const [genre, links] of wanted) {
    const own = join(folder, genre);
    await mkdir(own, { recursive: true });
    for (const name of await readdir(own)) {
      const target = await targetOf(join(own, name));
      if (target?.startsWith(join(resolve(root), sep)) && links.get(name) !== target) await rm(join(own, name));
    }
    for (const [name, target] of links) {
      const link = join(own, name);
      const there = await targetOf(link);
      if (there === undefined && await exists(link)) continue;
      if (there !== target) await symlink(pathOf(relative(resolve(own), target)), pathOf(link));
      count += 1;
    }
  }
  return count;
}

/** `song.mp3`, then `song (2).mp3` for another file of that name. */
function freeName(name: string, taken: ReadonlyMap<string, string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${basename(name, extname(name))} (${number})${extname(name)}`;
  return free;
}

/** Where a link leads; undefined for what is no link. */
async function targetOf(path: string): Promise<string | undefined> {
  try {
    return resolve(dirname(path), await readlink(pathOf(path)));
  } catch {
    // Not there, or a file: both are no link.
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(pathOf(path)).then(() => true, () => false);
}
