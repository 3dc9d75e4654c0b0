/**
 * Real-time pacing: emits the number of chunks that are due. It is computed from the clock, not from
 * the number of timer ticks, so late ticks cause no drift.
 */
import { asyncScheduler, interval, Observable, type SchedulerLike } from 'rxjs';

export interface PaceOptions {
  /** Length of a chunk, ms. */
  readonly chunkMs: number;
  /** Longest time caught up after a stall, ms; the rest of the stall is skipped. */
  readonly catchUpMs?: number;
  readonly scheduler?: SchedulerLike;
}

/** Emits the number of chunks due since the last emission, 1 or more; the first after `chunkMs`. */
export function pace({ chunkMs, catchUpMs = 1000, scheduler = asyncScheduler }: PaceOptions): Observable<number> {
  return new Observable((subscriber) => {
    const maxAtOnce = Math.max(1, Math.floor(catchUpMs / chunkMs));
    let epochMs = scheduler.now();
    let lastMs = epochMs;
    let sent = 0;
    return interval(chunkMs, scheduler).subscribe(() => {
      const nowMs = scheduler.now();
      // If the clock is set back, move the start with it; otherwise nothing would be due until it has caught up.
      if (nowMs < lastMs) epochMs -= lastMs - nowMs;
      lastMs = nowMs;
      let due = Math.floor((nowMs - epochMs) / chunkMs) - sent;
      if (due > maxAtOnce) {
        epochMs += (due - maxAtOnce) * chunkMs;
        due = maxAtOnce;
      }
      if (due <= 0) return;
      sent += due;
      subscriber.next(due);
    });
  });
}
