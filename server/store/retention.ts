/**
 * History is deleted when it is too old: at the start and every hour, a few rows at a time with
 * pauses between, so that nothing else waits for it. The file doesn't shrink: its space is used again.
 */
import { asyncScheduler, catchError, concatMap, defer, EMPTY, expand, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import type { HistoryStore } from './store.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;
/** Rows deleted at once; a few milliseconds. */
const PORTION = 1000;
const PAUSE_MS = 50;

export interface RetentionOptions {
  readonly store: HistoryStore;
  readonly keepDays: number;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

/** @returns what ends it */
export function retain({ store, keepDays, log, scheduler = asyncScheduler }: RetentionOptions): Subscription {
  const portion = (): Promise<number> => store.prune(scheduler.now() - keepDays * DAY_MS, PORTION);
  return timer(0, EVERY_MS, scheduler).pipe(
    concatMap(() => defer(portion).pipe(
      expand((deleted) => (deleted < PORTION ? EMPTY : timer(PAUSE_MS, scheduler).pipe(concatMap(portion)))),
      catchError((error: unknown) => {
        log.warn('old history could not be deleted; it is tried again in an hour', { reason: (error as Error).message });
        return EMPTY;
      }),
    )),
  ).subscribe();
}
