/** The engine's scheduler in a server: work runs in the next turn of Node's event loop, on a clock shared by all threads. */
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';

/** Runs work in the next turn of the event loop, after the messages pending in this one. */
export const macrotask: SchedulerLike = {
  // Monotonic and the same for all threads, so that lag can be measured across them.
  now: () => performance.timeOrigin + performance.now(),
  schedule(work, delay = 0, state?) {
    if (delay > 0) return asyncScheduler.schedule(work as never, delay, state as never);
    const subscription = new Subscription();
    const handle = setImmediate(() => work.call(undefined as never, state as never));
    subscription.add(() => clearImmediate(handle));
    return subscription;
  },
};
