/** The hours of a day in which the library may work, in local time: `01:00-06:00`, or over midnight `22:30-06:00`. */

export interface Hours {
  /** Minutes of the day. */
  readonly from: number;
  readonly to: number;
}

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/** @throws Error with what is wanted */
export function readHours(text: string): Hours {
  const [, ...parts] = /^(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  const [h1 = 99, m1 = 0, h2 = 99, m2 = 0] = parts.map(Number);
  const [from, to] = [h1 * 60 + m1, h2 * 60 + m2];
  if (m1 > 59 || m2 > 59 || from >= DAY_MINUTES || to > DAY_MINUTES || from === to) throw new Error('two times such as 01:00-06:00');
  return { from, to };
}

/** @returns how long to wait until these hours begin, ms; 0 within them */
export function waitMs({ from, to }: Hours, now: Date): number {
  const at = now.getHours() * 60 + now.getMinutes() + now.getSeconds() / 60;
  const isWithin = from < to ? at >= from && at < to : at >= from || at < to;
  return isWithin ? 0 : Math.ceil(((from - at + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS);
}
