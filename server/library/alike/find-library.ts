/** Which library a command means: the one that is named, else the one whose folder of music the file or the current folder is in. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DATABASE_IN_FOLDER } from '../catalogue.js';

/**
 * @param named a database, or the folder of music with one in it; '' or undefined if none is named
 * @param places files or folders from which parents are searched, in order
 * @returns the database's file, which may not exist if it was named; undefined if there is none
 */
export function findLibrary(named: string | undefined, places: readonly string[]): string | undefined {
  if (named) return isFolder(named) ? join(resolve(named), DATABASE_IN_FOLDER) : resolve(named);
  for (const place of places) {
    for (let folder = resolve(place); ; folder = dirname(folder)) {
      const file = join(folder, DATABASE_IN_FOLDER);
      if (existsSync(file)) return file;
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
