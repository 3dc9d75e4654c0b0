/**
 * Begins and ends stations on this node as it gets and loses them: what former holders still write is
 * refused from then on, open alerts go on, and the time without a listener is marked in the history.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenAlert } from '../alerts/event.js';
import type { Log } from '../log.js';
import type { Stations } from '../stations/stations.js';
import type { Lease } from './lease.js';
import type { Listening } from './ownership.js';

/** What is kept of stations. */
export interface Records {
  /**
   * From now on rows of lower numbers are refused.
   * @returns until when the station was recorded, ms since 1970, null if never or if its former holder kept that elsewhere; and its open alerts
   */
  claim(station: string, number: number): Promise<{ readonly untilMs: number | null; readonly alerts: readonly OpenAlert[] }>;
  /** Writes what is left of it, if that is still allowed, and forgets the station. */
  handOver(station: string): Promise<void>;
}

type Claimed = Awaited<ReturnType<Records['claim']>>;

export interface AlertTurns {
  /** Watches the station; its open alerts go on. May be called again with alerts that were read late. */
  take(station: string, open: readonly OpenAlert[]): void;
  /** Leaves its open alerts to the next holder. */
  leave(station: string): Promise<void>;
}

export interface TurnsOptions {
  readonly node: string;
  readonly stations: Pick<Stations, 'list' | 'get'>;
  readonly records: Records | undefined;
  readonly alerts: AlertTurns;
  readonly log: Log;
  readonly now: () => number;
  /** A store that is slower than this does not keep a station from being listened to. Then it is asked again and again. */
  readonly claimMs?: number;
}

const CLAIM_MS = 2000;
/** Shorter times without a listener are no gap: a station that moves is without one for a moment. */
const GAP_MS = 1000;

export function stationTurns({ node, stations, records, alerts, log, now, claimMs = CLAIM_MS }: TurnsOptions): Listening {
  /** Of the stations that this node has; another lease when it was made anew. */
  const turns = new Map<string, { lease: Lease }>();

  const begin = async (id: string, lease: Lease): Promise<void> => {
    const turn = { lease };
    turns.set(id, turn);
    const beganMs = now();
    const isStill = (): boolean => turns.get(id) === turn && turn.lease.isHeld;
    const claiming = records?.claim(id, lease.number);
    const claimed = await within(claimMs, claiming).catch((error: unknown) => {
      log.error('what was kept of a station can not be read yet; it is listened to all the same', { stream: id, reason: (error as Error).message });
      return undefined;
    });
    const station = stations.get(id);
    if (!station || !isStill() || station.isOurs) return;
    alerts.take(id, claimed?.alerts ?? []);
    const sinceMs = claimed?.untilMs ?? null;
    const gapMs = sinceMs === null ? 0 : now() - sinceMs;
    log.info('this node listens to a station', { stream: id, number: lease.number, gapMs });
    station.takeOver(sinceMs === null || gapMs < GAP_MS ? undefined : { sinceMs, reason: `No node listened to it for ${(gapMs / 1000).toFixed(1)} s; then ${node} took over.` });
    if (claimed || !records || !claiming) return;
    const late = await untilClaimed(claiming, () => records.claim(id, turn.lease.number), isStill, claimMs);
    // Those from before it began: later ones are its own.
    if (late) alerts.take(id, late.alerts.filter(({ fromMs }) => fromMs < beganMs));
  };

  return {
    * wanted() {
      for (const { config: { id, enabled } } of stations.list()) if (enabled) yield id;
    },
    wants: (id) => stations.get(id)?.config.enabled === true,
    begin: (id, lease) => void begin(id, lease),
    goOn(id, lease) {
      log.info('the lease of a station was made anew', { stream: id, number: lease.number });
      const turn = turns.get(id);
      if (turn) turn.lease = lease;
    },
    async end(id) {
      const number = turns.get(id)?.lease.number;
      turns.delete(id);
      stations.get(id)?.handOver();
      await Promise.all([alerts.leave(id), records?.handOver(id)]);
      log.info('this node does not listen to a station any more', { stream: id, number });
    },
  };
}

/** Waits for a late answer, and asks again after a failure. @returns undefined when the station was left first */
async function untilClaimed(first: Promise<Claimed>, again: () => Promise<Claimed>, isStill: () => boolean, everyMs: number): Promise<Claimed | undefined> {
  let claimed = await first.catch(() => undefined);
  while (isStill() && !claimed) {
    await sleep(everyMs, undefined, { ref: false });
    if (isStill()) claimed = await again().catch(() => undefined);
  }
  return isStill() ? claimed : undefined;
}

async function within<T>(ms: number, work: Promise<T> | undefined): Promise<T | undefined> {
  let timeout: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([work, new Promise<never>((_, reject) => {
      timeout = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    })]);
  } finally {
    clearTimeout(timeout);
  }
}
