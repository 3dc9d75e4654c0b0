/** The engine's scheduler on a device: work runs as a microtask, on a clock that a page and its workers share. */
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';

export const microtask: SchedulerLike = {
  now: () => performance.timeOrigin + performance.now(),
  schedule(work, delay = 0, state?) {
    if (delay > 0) return asyncScheduler.schedule(work as never, delay, state as never);
    const subscription = new Subscription();
    queueMicrotask(() => {
      if (!subscription.closed) work.call(undefined as never, state as never);
    });
    return subscription;
  },
};
