/** Filter and sort order of the grid of stations. */
import type { StationGlance, StationState } from '../../../server/protocol/messages.js';
import { labelName, percent } from './format.js';
import { STATES } from './station-words.js';

export type StationFilter = 'all' | 'alerts' | StationState;
export type Order = 'name' | 'state' | 'genre';

export interface StationQuery {
  /** Search words: each must occur in the name, genre or title; case and accents are ignored. */
  readonly text: string;
  readonly kind: StationFilter;
  readonly order: Order;
}

const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function filterStations(stations: readonly StationGlance[], { text, kind, order }: StationQuery): StationGlance[] {
  const words = normalised(text).split(/\s+/).filter((word) => word !== '');
  return stations
    .filter((station) => matches(station, kind))
    .filter((station) => {
      if (words.length === 0) return true;
      const searched = normalised(`${station.name} ${station.genre === null ? '' : labelName(station.genre)} ${station.nowPlaying ?? ''}`);
      return words.every((word) => searched.includes(word));
    })
    .sort((one, other) => before(one, other, order) || NAMES.compare(one.name, other.name) || (one.id < other.id ? -1 : 1));
}

/** Number of stations for each filter; empty ones are left out, except `all`. */
export function filterCounts(stations: readonly StationGlance[]): { readonly kind: StationFilter; readonly count: number }[] {
  const kinds: readonly StationFilter[] = ['all', 'alerts', ...STATES];
  return kinds
    .map((kind) => ({ kind, count: stations.filter((station) => matches(station, kind)).length }))
    .filter(({ kind, count }) => kind === 'all' || count > 0);
}

/** True if the card must be rendered again; the level, which changes all the time, is updated separately. */
export function hasVisibleChange(now: StationGlance | undefined, then: StationGlance | undefined): boolean {
  if (!now || !then) return now !== then;
  return now.name !== then.name || now.state !== then.state || now.since !== then.since || now.reason !== then.reason
    || now.nowPlaying !== then.nowPlaying || now.heard !== then.heard || now.genre !== then.genre
    || percent(now.p) !== percent(then.p) || now.alerts.join() !== then.alerts.join();
}

function matches({ state, alerts }: StationGlance, kind: StationFilter): boolean {
  return kind === 'all' || (kind === 'alerts' ? alerts.length > 0 : state === kind);
}

function before(one: StationGlance, other: StationGlance, order: Order): number {
  switch (order) {
    case 'name': return 0;
    case 'state': return Math.sign(other.alerts.length) - Math.sign(one.alerts.length) || STATES.indexOf(one.state) - STATES.indexOf(other.state);
    // Those without a genre come last.
    case 'genre': return one.genre === other.genre ? 0 : one.genre === null ? 1 : other.genre === null ? -1 : NAMES.compare(one.genre, other.genre);
  }
}

function normalised(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
