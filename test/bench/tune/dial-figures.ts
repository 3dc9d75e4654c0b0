/** How well ways to choose among stations do: share of the time in the wished genre, and hops a minute. */
import { Dial, type DialSettings, type StationNow } from '../../../server/tune/dial.js';
import { fitOf } from '../../../server/tune/wish.js';
import type { Heard } from './programme.js';

const STEP_MS = 1000;

/** A station by the second. */
export interface Timeline {
  /** What is truly played: a genre, or `speech`. */
  readonly truth: readonly string[];
  /** What the server says of it. */
  readonly said: readonly StationNow[];
}

export interface Figures {
  /** Of the time, 0 to 1: how much of it is truly the wish, and how much is truly speech. */
  readonly wished: number;
  readonly speech: number;
  readonly hopsPerMinute: number;
}

/** Index of the station that is listened to in each second; undefined while there is none. */
type Choice = readonly (number | undefined)[];
type Way = (stations: readonly Timeline[], genre: string) => Choice;

export function truthOf(parts: readonly Heard[], seconds: number): string[] {
  let index = 0;
  return Array.from({ length: seconds }, (_, second) => {
    while (index < parts.length - 1 && parts[index]!.toMs <= second * STEP_MS) index += 1;
    return parts[index]!.truth;
  });
}

export const byDial = (settings: Partial<DialSettings> = {}): Way => (stations, genre) => {
  const dial = new Dial({ genres: [genre], tags: [], moods: [] }, settings);
  return seconds(stations).map((second) => {
    dial.tick(second * STEP_MS, stations.map(({ said }) => said[second]!));
    const found = stations.findIndex(({ said }) => said[second]!.id === dial.current);
    return found < 0 ? undefined : found;
  });
};

/** Without any hysteresis: always the station that is surest now. */
export const surestNow: Way = (stations, genre) => {
  let current: number | undefined;
  return seconds(stations).map((second) => {
    const fits = stations.map(({ said }) => fitOf({ genres: [genre], tags: [], moods: [] }, said[second]!));
    const best = fits.indexOf(Math.max(...fits));
    if (fits[best]! > 0) current = best;
    return current;
  });
};

/** Leaves at the first verdict of something else. */
export const atOnce = byDial({ otherMs: 1, speechMs: 1, silenceMs: 1, downMs: 1, settleMs: 0, restMs: 0, minP: 0 });

/** The station that plays most of the genre, known beforehand, without any hop. */
export const bestStation: Way = (stations, genre) => {
  const counts = stations.map(({ truth }) => truth.filter((each) => each === genre).length);
  return seconds(stations).map(() => counts.indexOf(Math.max(...counts)));
};

/**
 * Hindsight: as much of the genre as any choice can have, with the fewest hops that this takes: stay
 * while it lasts, then go where it lasts longest.
 */
export const hindsight: Way = (stations, genre) => {
  const lasts = (station: Timeline, second: number): number => {
    let end = second;
    while (station.truth[end] === genre) end += 1;
    return end - second;
  };
  let current: number | undefined;
  return seconds(stations).map((second) => {
    if (current !== undefined && stations[current]!.truth[second] === genre) return current;
    const lengths = stations.map((station) => lasts(station, second));
    const most = Math.max(...lengths);
    if (most > 0) current = lengths.indexOf(most);
    return current;
  });
};

export function figuresOf(choice: Choice, stations: readonly Timeline[], genre: string): Figures {
  const truths = choice.map((station, second) => (station === undefined ? 'nothing' : stations[station]!.truth[second]!));
  const shareOf = (wanted: string): number => truths.filter((truth) => truth === wanted).length / truths.length;
  const hops = choice.filter((station, second) => second > 0 && choice[second - 1] !== undefined && station !== choice[second - 1]).length;
  return { wished: shareOf(genre), speech: shareOf('speech'), hopsPerMinute: hops / (choice.length * STEP_MS / 60_000) };
}

/** Means over wishes for each of the genres. */
export function meanFigures(way: Way, stations: readonly Timeline[], genres: readonly string[]): Figures {
  const all = genres.map((genre) => figuresOf(way(stations, genre), stations, genre));
  const mean = (of: (figures: Figures) => number): number => all.reduce((sum, figures) => sum + of(figures), 0) / all.length;
  return { wished: mean(({ wished }) => wished), speech: mean(({ speech }) => speech), hopsPerMinute: mean(({ hopsPerMinute }) => hopsPerMinute) };
}

function seconds(stations: readonly Timeline[]): number[] {
  return Array.from({ length: Math.min(...stations.map(({ truth }) => truth.length)) }, (_, second) => second);
}
