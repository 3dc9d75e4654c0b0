/** Measures recordings, several at a time; results come in the order of the recordings. */
import { FileError } from '../sources/file.js';
import type { Recording } from './collection.js';

export interface InOrderOptions {
  /** Files at a time; finished ones are held in memory until their turn. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
}

/**
 * @param measure one file; undefined if the signal aborted
 * @returns each recording with its measurement, or with the FileError that says why there is none; ends at an abort
 * @throws FileError `no-ffmpeg`: no file can be read; and whatever else `measure` throws
 */
export async function* measureInOrder<Measured>(recordings: readonly Recording[], measure: (path: string) => Promise<Measured | undefined>, { jobs, signal }: InOrderOptions): AsyncGenerator<{ readonly recording: Recording; readonly measured: Measured | FileError }, void, void> {
  const inFlight: Promise<Measured | FileError | undefined>[] = [];
  let next = 0;
  try {
    for (const recording of recordings) {
      while (inFlight.length < jobs && next < recordings.length) {
        const attempted = attempt(recordings[next++]!.path);
        attempted.catch(() => {}); // awaited in its turn; until then the rejection must not count as unhandled
        inFlight.push(attempted);
      }
      const measured = await inFlight.shift();
      if (measured === undefined) return;
      yield { recording, measured };
    }
  } finally {
    await Promise.allSettled(inFlight);
  }

  async function attempt(path: string): Promise<Measured | FileError | undefined> {
    try {
      return signal?.aborted ? undefined : await measure(path);
    } catch (error) {
      if (error instanceof FileError && error.problem !== 'no-ffmpeg') return error;
      throw error;
    }
  }
}
