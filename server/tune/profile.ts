/**
 * What a station usually plays, from the shares of its history: overall, by weekday and hour, how
 * mixed it is and how much it is like another. Hours are those of a time zone, since programmes are.
 */

const HOUR_MS = 3_600_000;
/** Keys of shares that are no genre. */
const NO_GENRE = ['speech', 'silence', 'unknown', 'down'] as const;
/** How often the same weekday counts in what is usual at an hour. */
const SAME_WEEKDAY = 3;
/** Least time heard for a statement about an hour. */
const LEAST_MS = 10 * 60_000;
export const WEEKDAYS = 7;
export const HOURS = 24;

/** ms by genre, `speech`, `silence`, `unknown` and `down`. */
export type Shares = Readonly<Record<string, number>>;

/** Shares of one hour. */
export interface HourShares {
  /** Hours since 1970. */
  readonly hour: number;
  readonly shares: Shares;
}

/** Shares of the time heard, each 0 to 1; together with those of the genres they make 1. */
export interface Profile {
  readonly heardS: number;
  readonly speech: number;
  readonly silence: number;
  /** Noise, and music of no known genre. */
  readonly unknown: number;
  /** Genres that were heard, most first. */
  readonly genres: Readonly<Record<string, number>>;
  /** Entropy of the genres within the music, bits: 0 for one genre, 1 for two in equal parts. */
  readonly entropy: number;
}

/** A weekday and hour of a time zone. */
export interface LocalHour {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly hour: number;
}

/** What is usual at an hour. */
export interface Usual {
  readonly genre: string;
  /** Of the time heard at this hour, 0 to 1. */
  readonly share: number;
}

export function profileOf(hours: Iterable<{ readonly shares: Shares }>): Profile {
  return fromSums(sumsOf(hours, () => 1));
}

/** [weekday, hour] profiles; undefined where too little was heard. */
export function weekOf(hours: readonly HourShares[], zone: Zone): (Profile | undefined)[][] {
  const cells = Array.from({ length: WEEKDAYS }, () => Array.from({ length: HOURS }, (): HourShares[] => []));
  for (const each of hours) {
    const { weekday, hour } = zone.at(each.hour);
    cells[weekday]![hour]!.push(each);
  }
  return cells.map((day) => day.map((rows) => enough(sumsOf(rows, () => 1))));
}

/**
 * What is usual at an hour: the same hour of all days, in which the same weekday counts three times.
 * @returns undefined where too little was heard
 */
export function usualAt(hours: readonly HourShares[], now: LocalHour, zone: Zone): Profile | undefined {
  return enough(sumsOf(hours, (row) => {
    const { weekday, hour } = zone.at((row as HourShares).hour);
    return hour !== now.hour ? 0 : weekday === now.weekday ? SAME_WEEKDAY : 1;
  }));
}

/** The genre that was heard most; undefined if none was. */
export function mostHeard({ genres }: Profile): Usual | undefined {
  const [first] = Object.entries(genres);
  return first === undefined ? undefined : { genre: first[0], share: first[1] };
}

/** The share of several genres together. */
export function shareOf({ genres }: Profile, wanted: readonly string[]): number {
  return wanted.reduce((sum, genre) => sum + (genres[genre] ?? 0), 0);
}

/**
 * How much two stations are alike, 0 to 1: one less the Jensen-Shannon distance of their shares
 * (Endres and Schindelin, 2003), so that 1 is the same mix and 0 nothing in common.
 */
export function likeness(one: Profile, other: Profile): number {
  const [a, b] = [distribution(one), distribution(other)];
  let divergence = 0;
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [p, q] = [a.get(key) ?? 0, b.get(key) ?? 0];
    const mean = (p + q) / 2;
    if (p > 0) divergence += p / 2 * Math.log2(p / mean);
    if (q > 0) divergence += q / 2 * Math.log2(q / mean);
  }
  return 1 - Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

/** Weekdays and hours of a time zone. An hour that lies in two of them counts to the one with its middle. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, LocalHour>();

  /** @throws RangeError for a name that is no time zone */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', { timeZone: name, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
    this.name = this.#format.resolvedOptions().timeZone;
  }

  /** @param hour hours since 1970 */
  at(hour: number): LocalHour {
    let local = this.#known.get(hour);
    if (!local) {
      const parts = this.#format.formatToParts((hour + 0.5) * HOUR_MS);
      const text = (type: string): string => parts.find((part) => part.type === type)!.value;
      local = { weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(text('weekday')), hour: Number(text('hour')) };
      this.#known.set(hour, local);
    }
    return local;
  }
}

function sumsOf(hours: Iterable<{ readonly shares: Shares }>, weight: (row: { readonly shares: Shares }) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of hours) {
    const times = weight(row);
    if (times === 0) continue;
    for (const [key, ms] of Object.entries(row.shares)) sums.set(key, (sums.get(key) ?? 0) + times * ms);
  }
  return sums;
}

const heardIn = (sums: ReadonlyMap<string, number>): number => [...sums].reduce((sum, [key, ms]) => (key === 'down' ? sum : sum + ms), 0);

function enough(sums: ReadonlyMap<string, number>): Profile | undefined {
  return heardIn(sums) < LEAST_MS ? undefined : fromSums(sums);
}

function fromSums(sums: ReadonlyMap<string, number>): Profile {
  const heardMs = heardIn(sums);
  const share = (key: string): number => (heardMs === 0 ? 0 : (sums.get(key) ?? 0) / heardMs);
  const genres = [...sums.keys()].filter((key) => !(NO_GENRE as readonly string[]).includes(key)).map((key): [string, number] => [key, share(key)]).sort(([, a], [, b]) => b - a);
  const music = genres.reduce((sum, [, part]) => sum + part, 0);
  const entropy = genres.reduce((sum, [, part]) => (part > 0 ? sum - part / music * Math.log2(part / music) : sum), 0);
  return { heardS: Math.round(heardMs / 1000), speech: share('speech'), silence: share('silence'), unknown: share('unknown'), genres: Object.fromEntries(genres), entropy };
}

function distribution({ speech, silence, unknown, genres }: Profile): Map<string, number> {
  return new Map([...Object.entries(genres), ['speech', speech], ['silence', silence], ['unknown', unknown]]);
}
