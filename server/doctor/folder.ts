/** Checks that a file can be written, by writing to its folder or the nearest existing parent. */
import { randomUUID } from 'node:crypto';
import { access, constants, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The nearest existing parent folder of a file. */
export async function nearestFolder(file: string): Promise<string> {
  let folder = dirname(resolve(file));
  while (!await stat(folder).then(() => true, () => false) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/**
 * @param makesFolders whether missing folders are created when the file is written
 * @throws Error with the reason if the file can't be written
 */
export async function tryToWrite(file: string, makesFolders: boolean): Promise<void> {
  if (await stat(file).then(() => true, () => false)) await access(file, constants.W_OK);
  // Permissions are not enough: file systems are mounted read-only, and root may do everything.
  const trial = join(makesFolders ? await nearestFolder(file) : dirname(resolve(file)), `.livegenre-doctor-${randomUUID()}`);
  await (await open(trial, 'wx')).close();
  await rm(trial);
}
