/**
 * Connects a few sources at a time: an FFmpeg takes a quarter of a second of CPU to start, and 200 that start
 * together, as after a restart of the server, keep each other from sound for longer than a stall may take.
 */
import { availableParallelism } from 'node:os';
import { asyncScheduler, Observable, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { SourceOptions } from '../sources/station/source-connection.js';
import type { SourceEvent } from '../sources/station/source-event.js';

type Open = (url: string, options: SourceOptions) => Observable<SourceEvent>;

/** Starts that share the processors, for each of them: most of a start is a wait for the network. */
const STARTS_PER_PROCESSOR = 4;
/** The next one starts after this time, ms, if a source gives neither sound nor an error: it waits, it does not compute. */
const LONGEST_TURN_MS = 3000;

export interface TurnOptions {
  /** Sources that may be without their first sound at a time. */
  readonly atOnce?: number;
  readonly longestMs?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * @param open opens a connection; unsubscribing closes it
 * @returns the same, but each connection waits for its turn, first come first served. A turn ends with the first
 *   audio, with the end of the connection, or after `longestMs`
 */
export function connectInTurns(open: Open, { atOnce = STARTS_PER_PROCESSOR * availableParallelism(), longestMs = LONGEST_TURN_MS, scheduler = asyncScheduler }: TurnOptions = {}): Open {
  const waiting = new Set<() => void>();
  let taken = 0;
  const endTurn = (): void => {
    taken -= 1;
    const [next] = waiting;
    next?.();
  };
  return (url, options) => new Observable<SourceEvent>((subscriber) => {
    const begin = (): void => {
      waiting.delete(begin);
      taken += 1;
      const turn = new Subscription(endTurn);
      turn.add(timer(longestMs, scheduler).subscribe(() => turn.unsubscribe()));
      subscriber.add(turn);
      subscriber.add(open(url, options).subscribe({
        next: (event) => {
          if (event.type === 'audio') turn.unsubscribe();
          subscriber.next(event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }));
    };
    subscriber.add(() => waiting.delete(begin));
    if (taken < atOnce) begin();
    else waiting.add(begin);
  });
}
