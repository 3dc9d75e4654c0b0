/**
 * Input of which nothing can be decoded before all is there, in a temporary file. What a process left behind that was
 * killed is removed by the next one that stores something.
 */
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'livegenre-input-';
/** Younger folders are left alone: their process may run in another container with the same folder for temporary files. */
const LEFT_AFTER_MS = 3_600_000;

export interface StoredInput {
  readonly path: string;
  remove(): Promise<void>;
}

/** Folders in use by this process. */
const inUse = new Set<string>();

/** @throws the input's error, or that of the file system; then nothing is left behind */
export async function storeInput(input: AsyncIterable<Uint8Array>): Promise<StoredInput> {
  await removeLeft(Date.now());
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  inUse.add(folder);
  const remove = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    inUse.delete(folder);
  };
  try {
    const path = join(folder, 'input');
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const part of input) await file.writeFile(part);
    } finally {
      await file.close();
    }
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Removes folders of processes that are gone. */
async function removeLeft(nowMs: number): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = /^livegenre-input-(\d+)-/.exec(name)?.[1];
    const folder = join(tmpdir(), name);
    if (pid === undefined || inUse.has(folder) || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue;
    const since = await stat(folder).then(({ mtimeMs }) => mtimeMs, () => nowMs);
    // Of another user, perhaps: then it stays.
    if (nowMs - since >= LEFT_AFTER_MS) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
