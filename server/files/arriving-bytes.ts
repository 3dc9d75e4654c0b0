/** The bytes of a request with its limits: size, and time without any. */
import type { SchedulerLike } from 'rxjs';
import { ProtocolError } from '../protocol/errors.js';

export interface ArrivingLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike;
  /** Ends the wait for bytes; its reason is then thrown. */
  readonly signal: AbortSignal;
  /** Called with the number of bytes so far. */
  readonly onBytes?: (bytes: number) => void;
}

/** @throws ProtocolError `too-big` or `idle` */
export async function* arrivingBytes(input: AsyncIterable<Uint8Array>, { maxBytes, timeoutMs, scheduler, signal, onBytes }: ArrivingLimits): AsyncGenerator<Uint8Array, void, void> {
  const iterator = input[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const next = await orStop(iterator.next(), { timeoutMs, scheduler, signal });
      if (next.done) return;
      bytes += next.value.length;
      if (bytes > maxBytes) throw tooBig(maxBytes);
      onBytes?.(bytes);
      yield next.value;
    }
  } finally {
    // Not awaited: it would wait for bytes that may never come.
    void iterator.return?.()?.then(undefined, () => {});
  }
}

export function tooBig(maxBytes: number): ProtocolError {
  return new ProtocolError('too-big', `The file has more than ${maxBytes} bytes, the limit of this server. The operator can raise it with --max-file-bytes; without a limit, use livegenre classify.`);
}

/** The promise's value, unless the time is over or the signal aborts before. */
function orStop<T>(promise: Promise<T>, { timeoutMs, scheduler, signal }: Pick<ArrivingLimits, 'timeoutMs' | 'scheduler' | 'signal'>): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      late.unsubscribe();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      settle();
      reject(signal.reason as Error);
    };
    const late = scheduler.schedule(() => {
      settle();
      reject(new ProtocolError('idle', `No bytes of the file came for ${timeoutMs} ms.`));
    }, timeoutMs);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    // Always, or bytes that fail after that would end the process.
    promise.then((value) => {
      settle();
      resolve(value);
    }, (error: Error) => {
      settle();
      reject(error);
    });
  });
}
