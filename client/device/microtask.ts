/** The engine's scheduler on a device: work runs as a microtask, on a clock that a page and its workers share. */
import { asapScheduler, asyncScheduler, type SchedulerLike } from 'rxjs';

export const microtask: SchedulerLike = {
  now: () => performance.timeOrigin + performance.now(),
  schedule: (work, delay = 0, state?) => (delay > 0 ? asyncScheduler : asapScheduler).schedule(work as never, delay, state as never),
};
