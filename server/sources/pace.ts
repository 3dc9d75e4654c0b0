/**
 * Real time as a count of chunks that are due. The count comes from the clock, not from the number
 * of timer ticks, so late ticks never add up to drift.
 */
import { asyncScheduler, interval, Observable, type SchedulerLike } from 'rxjs';

export interface PaceOptions {
  /** Length of a chunk, ms. */
  readonly chunkMs: number;
  /** The most that is made up for after a stall, ms; the rest of the stall is a pause. */
  readonly catchUpMs?: number;
  readonly scheduler?: SchedulerLike;
}

/** Emits how many chunks have come due since the last emission, 1 or more; the first after `chunkMs`. */
export function pace({ chunkMs, catchUpMs = 1000, scheduler = asyncScheduler }: PaceOptions): Observable<number> {
  return new Observable((subscriber) => {
    const mostAtOnce = Math.max(1, Math.floor(catchUpMs / chunkMs));
    let epochMs = scheduler.now();
    let lastMs = epochMs;
    let sent = 0;
    return interval(chunkMs, scheduler).subscribe(() => {
      const nowMs = scheduler.now();
      // A clock set back would silence the source until it catches up with itself: move the start along.
      if (nowMs < lastMs) epochMs -= lastMs - nowMs;
      lastMs = nowMs;
      let due = Math.floor((nowMs - epochMs) / chunkMs) - sent;
      if (due > mostAtOnce) {
        epochMs += (due - mostAtOnce) * chunkMs;
        due = mostAtOnce;
      }
      if (due <= 0) return;
      sent += due;
      subscriber.next(due);
    });
  });
}
