/**
 * Hears all files of a folder that the model has not heard yet, and stores each answer within a second: a run
 * that is killed at any moment goes on from there.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from '../../models/model-folder.js';
import type { Catalogue, NewResult } from './catalogue.js';
import { waitMs, type Hours } from './hours.js';
import type { Judgement } from './judge.js';
import { scan, type FoundFile } from './scan.js';
import type { WorkOptions } from './workers.js';

/** Files decoded by one FFmpeg. */
const GROUP_FILES = 8;
const WRITE_EVERY_MS = 1000;

/** How far a run is. */
export interface RunProgress {
  readonly files: number;
  readonly done: number;
  readonly errors: number;
  /** Sound heard in this run, ms; of a quick run the whole length of its files. */
  readonly soundMs: number;
  readonly elapsedMs: number;
  /** From the bytes that are left and the speed so far; undefined before the first file. */
  readonly leftMs: number | undefined;
  /** Time until the hours begin in which it may work; 0 while it works. */
  readonly waitMs: number;
}

export interface RunResult {
  /** Files that were found. */
  readonly files: number;
  /** Heard now; the others had not changed. */
  readonly heard: number;
  readonly errors: number;
  readonly soundMs: number;
  readonly unreadable: readonly string[];
  /** False when it was stopped before the end. */
  readonly isWhole: boolean;
}

export interface RunOptions {
  readonly root: string;
  readonly catalogue: Catalogue;
  readonly bundle: Bundle;
  readonly quick: boolean;
  /** Started only if there is a file to hear. */
  readonly workers: () => Promise<{ work(options: WorkOptions): Promise<void>; close(): Promise<void> }>;
  readonly hours?: Hours | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** The folder holds no sound, but the library does: a disk that is not mounted must not empty it. */
export class NoSoundError extends Error {
  override readonly name = 'NoSoundError';
}

/** @throws NoSoundError; Error when FFmpeg is missing, a thread fails or the database can't be written */
export async function runLibrary({ root, catalogue, bundle, quick, workers: startWorkers, hours, signal, onProgress }: RunOptions): Promise<RunResult> {
  const { files, unreadable } = await scan(root);
  if (files.length === 0) throw new NoSoundError(catalogue.size > 0 ? `There is no sound in ${root}, but its library has ${catalogue.size} tracks: is a disk not mounted? Nothing was changed.` : `There is no sound in ${root}.`);
  const model = catalogue.model(bundle.manifest);
  const heard = catalogue.heard(model);
  const { embedding, tags } = bundle.manifest;
  const todo = files.filter((file) => isNew(file, heard.get(file.path), quick, { embedding: embedding !== undefined, tags: tags !== undefined }));
  const tally = new Tally(todo, onProgress);
  if (todo.length > 0 && !signal.aborted) {
    const workers = await startWorkers();
    const pending: NewResult[] = [];
    const write = (): void => {
      if (pending.length > 0) catalogue.write(model, pending.splice(0), Date.now());
    };
    const failure = new AbortController();
    const timer = setInterval(() => {
      try {
        write();
      } catch (error) {
        failure.abort(error);
      }
    }, WRITE_EVERY_MS);
    try {
      const byPath = new Map(todo.map((file) => [join(root, file.path), file]));
      let next = 0;
      await workers.work({
        signal: AbortSignal.any([signal, failure.signal]),
        next: async () => {
          await withinHours(hours, signal, (ms) => tally.waiting(ms));
          const group = todo.slice(next, next += GROUP_FILES);
          return group.length > 0 ? group.map(({ path }) => join(root, path)) : undefined;
        },
        onAnswer: (path, judgement) => {
          const file = byPath.get(path)!;
          pending.push({ path: file.path, stamp: file, judgement });
          tally.heard(file, judgement);
        },
      });
      failure.signal.throwIfAborted();
    } finally {
      clearInterval(timer);
      await workers.close();
      if (!failure.signal.aborted) write();
    }
  }
  const isWhole = !signal.aborted && tally.done === todo.length;
  // Tracks in folders that could not be read are kept.
  if (isWhole) catalogue.complete(model, new Set([...files.map(({ path }) => path), ...[...heard.keys()].filter((path) => unreadable.some((folder) => path.startsWith(`${folder}/`)))]), Date.now());
  return { files: files.length, heard: tally.done, errors: tally.errors, soundMs: tally.soundMs, unreadable, isWhole };
}

/** Whether a file must be heard: it is new or has changed, only stretches of it were heard and all are wanted, or it was heard before the model had an embedding or tags. */
function isNew({ size, mtimeMs }: FoundFile, before: { size: number; mtimeMs: number; isQuick: boolean; isEmbedded: boolean; isTagged: boolean } | undefined, quick: boolean, wants: { embedding: boolean; tags: boolean }): boolean {
  const lacks = before !== undefined && ((wants.embedding && !before.isEmbedded) || (wants.tags && !before.isTagged));
  return !before || before.size !== size || before.mtimeMs !== mtimeMs || (before.isQuick && !quick) || (lacks && (before.isQuick || !quick));
}

async function withinHours(hours: Hours | undefined, signal: AbortSignal, onWait: (ms: number) => void): Promise<void> {
  for (let ms = hours ? waitMs(hours, new Date()) : 0; ms > 0 && !signal.aborted; ms = waitMs(hours!, new Date())) {
    onWait(ms);
    // Short waits: the clock may be set, and a machine may sleep.
    await sleep(Math.min(ms, 30_000), undefined, { signal }).catch(() => {});
  }
}

/** Counts what was heard, and estimates the rest by its bytes. */
class Tally {
  done = 0;
  errors = 0;
  soundMs = 0;
  readonly #files: number;
  readonly #onProgress: RunOptions['onProgress'];
  readonly #allBytes: number;
  #bytes = 0;
  #startedMs = performance.now();
  #idleMs = 0;
  #waitingSinceMs: number | undefined;

  constructor(files: readonly FoundFile[], onProgress: RunOptions['onProgress']) {
    this.#files = files.length;
    this.#onProgress = onProgress;
    this.#allBytes = files.reduce((sum, { size }) => sum + size, 0);
    this.#show(0);
  }

  heard({ size }: FoundFile, { durationMs, error }: Judgement): void {
    this.#resume();
    this.done += 1;
    this.#bytes += size;
    this.soundMs += durationMs;
    if (error !== undefined) this.errors += 1;
    this.#show(0);
  }

  waiting(ms: number): void {
    this.#waitingSinceMs ??= performance.now();
    this.#show(ms);
  }

  /** Time outside the hours does not count for the speed. */
  #resume(): void {
    if (this.#waitingSinceMs !== undefined) this.#idleMs += performance.now() - this.#waitingSinceMs;
    this.#waitingSinceMs = undefined;
  }

  #show(waitMs: number): void {
    const elapsedMs = performance.now() - this.#startedMs - this.#idleMs;
    const leftMs = this.#bytes > 0 ? (elapsedMs * (this.#allBytes - this.#bytes)) / this.#bytes : undefined;
    this.#onProgress?.({ files: this.#files, done: this.done, errors: this.errors, soundMs: this.soundMs, elapsedMs, leftMs, waitMs });
  }
}
