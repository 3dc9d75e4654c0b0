/**
 * Writes tags without fear: to a copy beside the file, which is read again by another library and must differ from
 * the file in the asked fields only; then it takes the file's place, on the disk before the next one.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, chmod, chown, constants, copyFile, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { differenceOf, genreValues, isSameSound, ownValues, tagsOf, type Tags } from './contents.js';
import { TagError, type TagEditor } from './editor.js';
import { sameFields, type Fields } from './fields.js';
import type { TagKind } from './kinds.js';

/** Copies are hidden, so that no scan takes them for tracks. */
const COPY_PREFIX = '.livegenre-';

export const GONE = 'is gone';
const CHANGED = 'has changed meanwhile';

export interface SafeWrite {
  readonly path: string;
  readonly kind: TagKind;
  readonly before: Fields;
  readonly after: Fields;
  /** Called when the copy is whole, before it takes the file's place: the journal. */
  readonly onReady: (copy: string) => void;
  /** Compares the sound of the file and of its copy: `isSameSound`, which starts FFmpeg, by default. */
  readonly isSame?: typeof isSameSound;
}

/** @throws TagError saying why the file is left alone */
export async function checkWritable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => { throw new TagError(GONE); });
  if (found.isSymbolicLink()) throw new TagError('is a link');
  if (!found.isFile()) throw new TagError('is no file');
  if (found.nlink > 1) throw new TagError('has a second name (a hard link)');
  // Permissions of the file count, though renaming needs those of its folder only.
  await access(path, constants.W_OK).catch(() => { throw new TagError('is read-only'); });
  if ((found.mode & 0o222) === 0) throw new TagError('is read-only');
  await access(dirname(path), constants.W_OK).catch(() => { throw new TagError('its folder is read-only'); });
}

/** @throws TagError when it is left as it was, with the reason */
export async function safeWrite(editor: TagEditor, { path, kind, before, after, onReady, isSame = isSameSound }: SafeWrite): Promise<void> {
  await checkWritable(path);
  const stamp = await lstat(path);
  const tags = await tagsOf(path);
  const copy = join(dirname(path), `${COPY_PREFIX}${randomBytes(6).toString('hex')}${extname(path)}`);
  try {
    await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(copy, stamp.mode);
    if (process.getuid && (stamp.uid !== process.getuid() || stamp.gid !== process.getgid!())) {
      await chown(copy, stamp.uid, stamp.gid).catch(() => { throw new TagError('belongs to somebody else'); });
    }
    await editor.write(copy, kind, after);
    await check(editor, copy, kind, tags, after);
    await checkUnchanged(path, stamp);
    if (!await isSame(path, copy)) throw new TagError('writing its tag would also change the sound');
    const handle = await open(copy, 'r+');
    await handle.sync().finally(() => handle.close());
    if (!sameFields(await editor.read(path, kind), before)) throw new TagError(CHANGED);
    await checkUnchanged(path, stamp);
    onReady(copy);
    await rename(copy, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(copy, { force: true });
    throw error instanceof TagError ? error : new TagError(`${basename(path)} can't be written (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
  }
}

/** @throws TagError when anything else differs, or what was asked is not there */
async function check(editor: TagEditor, copy: string, kind: TagKind, before: Tags, wanted: Fields): Promise<void> {
  const after = await tagsOf(copy);
  const difference = differenceOf(before, after);
  if (difference !== undefined) throw new TagError(`writing its tag would also change ${difference}`);
  const isThere = sameFields(await editor.read(copy, kind), wanted)
    && (wanted.own === undefined ? ownValues(after).length === 0 : ownValues(after).includes(wanted.own))
    && wanted.genre.length > 0 === genreValues(after).length > 0;
  if (!isThere) throw new TagError('its tag does not take what is written');
}

/** @throws TagError when another program has written to the file */
async function checkUnchanged(path: string, { ino, size, mtimeMs }: Stats): Promise<void> {
  const now = await lstat(path);
  if (now.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs) throw new TagError(CHANGED);
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows and some network disks can't; the rename itself is done.
  }
}
