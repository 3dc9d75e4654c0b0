/** Sound that a command reads from a pipe: standard input under its names, a named pipe, or a shell's `<(…)`. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pathOf } from '../sources/file-names.js';

const NAMES = ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/** The pipe of that name, to be destroyed after use; undefined if it names a file or nothing. */
export async function openPipe(name: string): Promise<{ readonly input: Readable; readonly isStandardInput: boolean } | undefined> {
  if (NAMES.includes(name)) return { input: process.stdin, isStandardInput: true };
  // It can be read only once, so FFmpeg can't look into it first.
  const isPipe = await stat(pathOf(name)).then((stats) => stats.isFIFO() || stats.isCharacterDevice(), () => false);
  return isPipe ? { input: createReadStream(pathOf(name)), isStandardInput: false } : undefined;
}
