/** Whether a file could be written: tried in its folder, or in the nearest one above that is there. */
import { randomUUID } from 'node:crypto';
import { access, constants, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The folder that is there, for a file that may be made with its folders. */
export async function nearestFolder(file: string): Promise<string> {
  let folder = dirname(resolve(file));
  while (!await stat(folder).then(() => true, () => false) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/**
 * @param makesFolders whether who writes it makes missing folders
 * @throws Error with the reason when it could not be written
 */
export async function tryToWrite(file: string, makesFolders: boolean): Promise<void> {
  if (await stat(file).then(() => true, () => false)) await access(file, constants.W_OK);
  // A folder says little of itself: file systems are mounted read-only, and root may everything.
  const trial = join(makesFolders ? await nearestFolder(file) : dirname(resolve(file)), `.livegenre-doctor-${randomUUID()}`);
  await (await open(trial, 'wx')).close();
  await rm(trial);
}
