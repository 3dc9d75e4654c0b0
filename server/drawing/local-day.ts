/** A calendar day of a time zone: when it begins and ends, and its hours, of which there are 23 or 25 when clocks change. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface LocalHour {
  readonly fromMs: number;
  /** `00` to `23`; with minutes where it begins at none of a clock's hours. */
  readonly label: string;
}

export interface LocalDay {
  /** `2026-11-29`. */
  readonly date: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly hours: readonly LocalHour[];
  /** `Sunday, 29 November 2026`. */
  readonly words: string;
  /** `UTC+1`, at noon. */
  readonly offset: string;
}

/**
 * @param date `YYYY-MM-DD`
 * @throws RangeError for a date or a time zone that does not exist
 */
export function localDay(date: string, timeZone: string): LocalDay {
  const clock = clockOf(timeZone);
  const noon = utcOf(date) + DAY_MS / 2;
  const [fromMs, toMs] = [midnight(date, clock), midnight(dateOf(noon + DAY_MS), clock)];
  const hours = Array.from({ length: Math.ceil((toMs - fromMs) / HOUR_MS) }, (_, index) => {
    const atMs = fromMs + index * HOUR_MS;
    const time = clock(atMs).slice(11, 16);
    return { fromMs: atMs, label: time.endsWith(':00') ? time.slice(0, 2) : time };
  });
  const words = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(noon);
  const minutes = Math.round((Date.parse(`${clock(fromMs + (toMs - fromMs) / 2)}Z`) - (fromMs + (toMs - fromMs) / 2)) / 60_000);
  return { date, timeZone, fromMs, toMs, hours, words, offset: offsetWords(minutes) };
}

/** The date in a time zone at a time. */
export function localDate(atMs: number, timeZone: string): string {
  return clockOf(timeZone)(atMs).slice(0, 10);
}

/** `07:05` in a time zone. */
export function localTime(atMs: number, timeZone: string): string {
  return clockOf(timeZone)(atMs).slice(11, 16);
}

type Clock = (atMs: number) => string;

/** Making one takes a millisecond; there are some hundred zones. */
const clocks = new Map<string, Clock>();

/** What a clock of the zone shows, as `2026-11-29T07:05:00`. */
function clockOf(timeZone: string): Clock {
  const known = clocks.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const clock: Clock = (atMs) => format.format(atMs).replace(' ', 'T');
  clocks.set(timeZone, clock);
  return clock;
}

function utcOf(date: string): number {
  const atMs = Date.parse(`${date}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(atMs) || dateOf(atMs) !== date) throw new RangeError(`${date} is no date`);
  return atMs;
}

const dateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The first moment of a date: midnight, or what follows where the clocks skip it. */
function midnight(date: string, clock: Clock): number {
  const asUtc = utcOf(date);
  const shift = (atMs: number): number => Date.parse(`${clock(atMs)}Z`) - atMs;
  let atMs = asUtc - shift(asUtc);
  // Again with the offset that holds there.
  atMs = asUtc - shift(atMs);
  // Where midnight is skipped, that is still the evening before.
  return clock(atMs) < date ? atMs + HOUR_MS : atMs;
}

function offsetWords(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}
