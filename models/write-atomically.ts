/** Writes a file so that a reader sees all of it or the one before. */
import { rename, writeFile } from 'node:fs/promises';

/** Through a second name, so that a reader never sees half a file. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
