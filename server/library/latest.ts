/**
 * What was read last from a library that a run may be adding to: read again when it has changed, but so rarely that
 * reading takes a tenth of the time at most.
 */

/** Of the time since the last reading, the share that reading may take. */
const MAX_SHARE = 0.1;

export interface LatestParts<Reading> {
  /** Changes with each change of the library. */
  readonly version: () => number;
  readonly read: () => Promise<Reading>;
}

/** @returns a function that answers with the newest reading; while another one is being made, with the one before */
export function latest<Reading>({ version, read }: LatestParts<Reading>): () => Promise<Reading> {
  let now: { readonly reading: Reading } | undefined;
  let readVersion: number | undefined;
  let readAtMs = 0;
  let tookMs = 0;
  let running: Promise<Reading> | undefined;
  const start = async (): Promise<Reading> => {
    const startedMs = performance.now();
    readVersion = version();
    const reading = await read();
    now = { reading };
    readAtMs = performance.now();
    tookMs = readAtMs - startedMs;
    return reading;
  };
  return async () => {
    if (running) return now ? now.reading : running;
    const isDue = now === undefined || performance.now() - readAtMs > tookMs / MAX_SHARE;
    if (now && (!isDue || version() === readVersion)) return now.reading;
    return running = start().finally(() => { running = undefined; });
  };
}
