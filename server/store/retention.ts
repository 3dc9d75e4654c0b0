/**
 * Deletes old history at the start and every hour, in small batches with pauses, so that it does not
 * block other queries. The file does not shrink; free space in it is reused.
 */
import { asyncScheduler, catchError, concatMap, defer, EMPTY, expand, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import type { HistoryStore } from './store.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
/** Rows deleted per batch, which takes a few milliseconds. */
const BATCH_ROWS = 1000;
const PAUSE_MS = 50;

export interface RetentionOptions {
  readonly store: HistoryStore;
  readonly keepDays: number;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

/** @returns a subscription that stops it */
export function retain({ store, keepDays, log, scheduler = asyncScheduler }: RetentionOptions): Subscription {
  const deleteBatch = (): Promise<number> => store.prune(scheduler.now() - keepDays * DAY_MS, BATCH_ROWS);
  return timer(0, EVERY_MS, scheduler).pipe(
    concatMap(() => defer(deleteBatch).pipe(
      expand((deleted) => (deleted < BATCH_ROWS ? EMPTY : timer(PAUSE_MS, scheduler).pipe(concatMap(deleteBatch)))),
      catchError((error: unknown) => {
        log.warn('old history could not be deleted; retrying in an hour', { reason: (error as Error).message });
        return EMPTY;
      }),
    )),
  ).subscribe();
}
