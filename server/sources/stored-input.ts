/** Input of which nothing can be decoded before all is there, in a temporary file. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StoredInput {
  readonly path: string;
  remove(): Promise<void>;
}

/** @throws the input's error, or that of the file system; then nothing is left behind */
export async function storeInput(input: AsyncIterable<Uint8Array>): Promise<StoredInput> {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
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
