/** Work over many files as commands show it: a bar on a terminal, a stop by Ctrl-C, and a list of the files left out. */
import { SingleBar } from 'cli-progress';
import type { SkippedFile } from '../data-packs/pack-recordings.js';
import { printable } from './terminal.js';

/** Conventional exit code after SIGINT (128 + 2). */
const INTERRUPTED_EXIT_CODE = 130;

/**
 * @param files number of files
 * @param work calls `onFile` after each file; @returns whether it came to its end, or stopped because the signal aborted
 * @param stopped what to say after a stop
 * @returns the same; a stop has then been told, and the exit code is set
 */
export async function overFiles(files: number, work: (signal: AbortSignal, onFile: () => void) => Promise<boolean>, stopped = () => 'Stopped; nothing was written.\n'): Promise<boolean> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const bar = process.stderr.isTTY ? new SingleBar({ format: '{bar} {percentage} % · {value} of {total} files · {eta_formatted} left', clearOnComplete: true, hideCursor: true }) : undefined;
  let isFinished: boolean;
  try {
    bar?.start(files, 0);
    isFinished = await work(stop.signal, () => bar?.increment());
  } finally {
    bar?.stop();
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
  if (isFinished) return true;
  process.stderr.write(stopped());
  process.exitCode = INTERRUPTED_EXIT_CODE;
  return false;
}

export function skippedLines(skipped: readonly SkippedFile[]): string[] {
  if (skipped.length === 0) return [];
  return [`Skipped ${skipped.length} ${skipped.length === 1 ? 'file' : 'files'}:`, ...skipped.map(({ file, reason }) => `  ${printable(file)}: ${printable(reason)}`)];
}
