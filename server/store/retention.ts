/**
 * Deletes old history at the start and at intervals, in small batches with pauses, so that it does not
 * block other queries. The file does not shrink; free space in it is reused.
 */
import { asyncScheduler, catchError, concatMap, defer, EMPTY, expand, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import type { HistoryStore } from './store.js';

const DAY_MS = 86_400_000;
const LONGEST_EVERY_MS = 3_600_000;
/** Rows deleted per batch, which takes a few milliseconds. */
const BATCH_ROWS = 1000;
const PAUSE_MS = 50;

export interface RetentionOptions {
  readonly store: HistoryStore;
  readonly keepDays: number;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

/** Interval of deletions, ms: an hour, or less where less than a day is kept, as in a soak test. */
export function deleteEveryMs(keepDays: number): number {
  return Math.min(LONGEST_EVERY_MS, (keepDays * DAY_MS) / 24);
}

/** @returns a subscription that stops it */
export function retain({ store, keepDays, log, scheduler = asyncScheduler }: RetentionOptions): Subscription {
  const deleteBatch = (): Promise<number> => store.prune(scheduler.now() - keepDays * DAY_MS, BATCH_ROWS);
  return timer(0, deleteEveryMs(keepDays), scheduler).pipe(
    concatMap(() => defer(deleteBatch).pipe(
      expand((deleted) => (deleted < BATCH_ROWS ? EMPTY : timer(PAUSE_MS, scheduler).pipe(concatMap(deleteBatch)))),
      catchError((error: unknown) => {
        log.warn('old history could not be deleted; retrying later', { reason: (error as Error).message });
        return EMPTY;
      }),
    )),
  ).subscribe();
}
