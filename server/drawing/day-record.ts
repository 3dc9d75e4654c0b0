/**
 * A day of a station, put together from its history as it is read: what was heard in each third of a
 * minute, the title of each hour, silences and the longest stretch of one genre. Bounded, whatever the
 * history has.
 */
import type { StationState, StreamState } from '../protocol/messages.js';
import type { LocalDay } from './local-day.js';

export const CELL_MS = 20_000;
const HOUR_MS = 3_600_000;
/** Two stretches of one genre that are closer than this are one. */
const JOIN_MS = 60_000;
/** Shorter silences are rests in the music. */
const LEAST_SILENCE_MS = 10_000;
const MOST_TITLES = 20_000;

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One genre, `speech`, `silence`, `unknown` or `down`, in one row of the picture. */
export interface Run extends Stretch {
  readonly key: string;
}

export interface Silences {
  readonly count: number;
  readonly totalMs: number;
  readonly longest: Stretch | undefined;
}

/** Of the history. */
export interface Heard extends Stretch {
  readonly state: StreamState;
  readonly genre: string | null;
  readonly nowPlaying: string | null;
}

export class DayRecord {
  readonly day: LocalDay;
  /** ms by key for each cell, filled as needed. */
  readonly #cells: (Map<string, number> | undefined)[];
  readonly #hourTitles: Map<string, number>[];
  readonly #titles = new Set<string>();
  readonly #mostTitles: number;
  #silence: Stretch | undefined;
  #silences = { count: 0, totalMs: 0 };
  #longestSilence: Stretch | undefined;
  #stretch: Run | undefined;
  #longest: Run | undefined;

  constructor(day: LocalDay, mostTitles = MOST_TITLES) {
    this.day = day;
    this.#mostTitles = mostTitles;
    this.#cells = Array.from({ length: Math.ceil((day.toMs - day.fromMs) / CELL_MS) });
    this.#hourTitles = day.hours.map(() => new Map<string, number>());
  }

  /** In the order of time. */
  addHeard({ fromMs, toMs, state, genre, nowPlaying }: Heard): void {
    const part = this.#within(fromMs, toMs);
    if (!part || state === 'warming') return;
    this.#fill(part, state === 'music' ? genre ?? 'unknown' : state);
    if (state === 'silence') this.#addSilence(part);
    if (state === 'music' && genre !== null) this.#addGenre(part, genre);
    if (nowPlaying !== null) this.#addTitle(part, nowPlaying);
  }

  addState({ fromMs, toMs, state }: Stretch & { readonly state: StationState }): void {
    const part = this.#within(fromMs, toMs);
    if (part && (state === 'failing' || state === 'stalled' || state === 'connecting')) this.#fill(part, 'down');
  }

  /** What was heard most in each cell, joined; none where nothing is known. */
  runs(hour: number): Run[] {
    const { hours, toMs } = this.day;
    const fromMs = hours[hour]!.fromMs;
    const endMs = Math.min(fromMs + HOUR_MS, toMs);
    const found: Run[] = [];
    for (let atMs = fromMs; atMs < endMs; atMs += CELL_MS) {
      const cell = this.#cells[Math.round((atMs - this.day.fromMs) / CELL_MS)];
      if (!cell) continue;
      const [key] = [...cell].reduce((most, each) => (each[1] > most[1] ? each : most));
      const last = found.at(-1);
      if (last?.key === key && last.toMs === atMs) found[found.length - 1] = { ...last, toMs: atMs + CELL_MS };
      else found.push({ key, fromMs: atMs, toMs: atMs + CELL_MS });
    }
    return found;
  }

  /** The title that was heard longest in an hour. */
  titleOf(hour: number): string | undefined {
    const titles = [...this.#hourTitles[hour]!];
    return titles.length === 0 ? undefined : titles.reduce((most, each) => (each[1] > most[1] ? each : most))[0];
  }

  /** Different ones. */
  get titles(): number {
    return this.#titles.size;
  }

  get silences(): Silences {
    return { ...this.#silences, longest: this.#longestSilence };
  }

  /** The longest of one genre, without anything else for more than a minute. */
  get longest(): Run | undefined {
    return this.#longest;
  }

  #within(fromMs: number, toMs: number): Stretch | undefined {
    const part = { fromMs: Math.max(fromMs, this.day.fromMs), toMs: Math.min(toMs, this.day.toMs) };
    return part.toMs > part.fromMs ? part : undefined;
  }

  #fill({ fromMs, toMs }: Stretch, key: string): void {
    const first = this.day.fromMs;
    for (let index = Math.floor((fromMs - first) / CELL_MS); first + index * CELL_MS < toMs; index++) {
      const ms = Math.min(toMs, first + (index + 1) * CELL_MS) - Math.max(fromMs, first + index * CELL_MS);
      const cell = this.#cells[index] ??= new Map<string, number>();
      cell.set(key, (cell.get(key) ?? 0) + ms);
    }
  }

  /** A title may end a segment of silence, and another follow. */
  #addSilence(part: Stretch): void {
    const before = this.#silence;
    const whole = before?.toMs === part.fromMs ? { fromMs: before.fromMs, toMs: part.toMs } : part;
    this.#silence = whole;
    const [wasMs, isMs] = [before && whole.fromMs === before.fromMs ? lengthOf(before) : 0, lengthOf(whole)];
    if (isMs < LEAST_SILENCE_MS) return;
    if (wasMs < LEAST_SILENCE_MS) this.#silences = { count: this.#silences.count + 1, totalMs: this.#silences.totalMs + isMs };
    else this.#silences = { ...this.#silences, totalMs: this.#silences.totalMs + isMs - wasMs };
    if (!this.#longestSilence || isMs > lengthOf(this.#longestSilence)) this.#longestSilence = whole;
  }

  #addGenre(part: Stretch, key: string): void {
    const before = this.#stretch;
    this.#stretch = before?.key === key && part.fromMs - before.toMs <= JOIN_MS ? { key, fromMs: before.fromMs, toMs: part.toMs } : { key, ...part };
    if (!this.#longest || lengthOf(this.#stretch) > lengthOf(this.#longest)) this.#longest = this.#stretch;
  }

  #addTitle({ fromMs, toMs }: Stretch, title: string): void {
    if (this.#titles.size >= this.#mostTitles && !this.#titles.has(title)) return;
    this.#titles.add(title);
    for (let hour = Math.floor((fromMs - this.day.fromMs) / HOUR_MS); hour < this.#hourTitles.length; hour++) {
      const startMs = this.day.fromMs + hour * HOUR_MS;
      if (startMs >= toMs) return;
      const titles = this.#hourTitles[hour]!;
      titles.set(title, (titles.get(title) ?? 0) + Math.min(toMs, startMs + HOUR_MS) - Math.max(fromMs, startMs));
    }
  }
}

function lengthOf({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs;
}
