/** Atomic file writes. */
import { rename, writeFile } from 'node:fs/promises';

/** Writes to `PATH.part` and renames it, so that readers see the old file or the complete new one. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
