/**
 * The two tables that are known from GTZAN, as CSV: a row for each recording, and a row for each of its
 * pieces of 3 s. Until all rows are there they are in files ending in `.part`, and existing tables stay.
 */
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { CLIP_STATISTICS } from '../../dsp/descriptors/clip-statistics.js';
import { csvLine } from '../csv.js';
import type { ClipRows } from './clips.js';

export const TABLES = ['features_30_sec.csv', 'features_3_sec.csv'] as const;

export interface ClipTables {
  /** Rows of each table so far. */
  readonly rows: readonly [number, number];
  /** @param name of the file; @param label its genre */
  add(name: string, label: string, clips: ClipRows): Promise<void>;
  /** Completes the tables and replaces existing ones. */
  finish(): Promise<void>;
  /** Removes what was written; does nothing after `finish`. */
  abandon(): Promise<void>;
}

/** Starts the tables in `folder`, which is created if needed. */
export async function openTables(folder: string): Promise<ClipTables> {
  await mkdir(folder, { recursive: true });
  const parts = TABLES.map((table) => join(folder, `${table}.part`));
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => {
    for (const handle of handles.splice(0)) await handle.close();
  };
  const abandon = async (): Promise<void> => {
    await close();
    for (const part of parts) await rm(part, { force: true });
  };
  const rows: [number, number] = [0, 0];
  try {
    for (const part of parts) handles.push(await open(part, 'w'));
    for (const handle of handles) await handle.writeFile(csvLine(['filename', ...CLIP_STATISTICS, 'label']));
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    rows,
    async add(name, label, { whole, pieces }) {
      await handles[0]!.writeFile(csvLine([name, ...whole, label]));
      await handles[1]!.writeFile(pieces.map((piece, n) => csvLine([pieceName(name, n), ...piece, label])).join(''));
      rows[0] += 1;
      rows[1] += pieces.length;
    },
    async finish() {
      for (const handle of handles) await handle.sync();
      await close();
      for (const table of TABLES) await rename(join(folder, `${table}.part`), join(folder, table));
    },
    abandon,
  };
}

/** As GTZAN's: piece 0 of `blues.00000.wav` is `blues.00000.0.wav`. */
function pieceName(name: string, piece: number): string {
  const type = extname(name);
  const own = `${basename(name, type)}.${piece}${type}`;
  return name.includes('/') ? `${dirname(name)}/${own}` : own;
}
