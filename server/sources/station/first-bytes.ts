/** The first bytes of a body, as many as tell what it is. */
import { needsMore } from './playlist.js';

export interface FirstBytes {
  /** Empty if the body is. */
  readonly start: Uint8Array;
  /** A read that is under way. */
  readonly next?: Promise<IteratorResult<Uint8Array>>;
}

/**
 * Reads what comes first, and while that is too little to tell a playlist from sound, more.
 * @param forMs limit of the wait for more
 * @param onFirstByte called when the first bytes are here, or the end
 */
export async function readFirstBytes(input: AsyncIterator<Uint8Array>, forMs: number, onFirstByte: () => void): Promise<FirstBytes> {
  const first = await input.next();
  onFirstByte();
  if (first.done) return { start: new Uint8Array(0) };
  let start = first.value;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, forMs, undefined);
  });
  try {
    while (needsMore(start)) {
      const next = input.next();
      // Its error is for whoever reads on; nobody does after a close.
      next.catch(() => {});
      const result = await Promise.race([next, late]);
      if (!result) return { start, next };
      if (result.done) break;
      start = Buffer.concat([start, result.value]);
    }
    return { start };
  } finally {
    clearTimeout(timer);
  }
}
