/** The scheduler of the engine in a server: the next turn of Node's event loop, and one clock for all threads. */
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';

/** Next turn of the event loop, after the messages that wait in this one. */
export const macrotask: SchedulerLike = {
  // One monotonic clock for all threads, so that lag can be measured across them.
  now: () => performance.timeOrigin + performance.now(),
  schedule(work, delay = 0, state?) {
    if (delay > 0) return asyncScheduler.schedule(work as never, delay, state as never);
    const subscription = new Subscription();
    const handle = setImmediate(() => work.call(undefined as never, state as never));
    subscription.add(() => clearImmediate(handle));
    return subscription;
  },
};
