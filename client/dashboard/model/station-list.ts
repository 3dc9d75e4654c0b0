/** Filter and sort order of the grid of stations: by what they are, by what they play now, and by what they usually play. */
import type { StationGlance, StationState } from '../../../server/protocol/messages.js';
import { likeness, shareOf } from '../../../server/tune/profile.js';
import { fitOf, type Wish } from '../../../server/tune/wish.js';
import type { StationProfile } from '../api.js';
import { labelName, percent } from './format.js';
import { STATES } from './station-words.js';

export type StationFilter = 'all' | 'alerts' | StationState;
export type Order = 'name' | 'state' | 'genre' | 'sure' | 'usual' | 'mixed' | 'speech' | 'like';

export interface StationQuery {
  /** Search words: each must occur in the name, genre or title; case and accents are ignored. */
  readonly text: string;
  readonly kind: StationFilter;
  readonly order: Order;
  /** Only stations that play this now. */
  readonly wish?: Wish | undefined;
  /** By id, of stations that were ever heard; without them, orders by profile are by name. */
  readonly profiles?: ReadonlyMap<string, StationProfile> | undefined;
  /** Id of the station that the others are compared with. */
  readonly like?: string | undefined;
}

const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function filterStations(stations: readonly StationGlance[], query: StationQuery): StationGlance[] {
  const { text, kind, wish, order } = query;
  const words = normalised(text).split(/\s+/).filter((word) => word !== '');
  return stations
    .filter((station) => matches(station, kind) && (wish === undefined || fitOf(wish, station) > 0))
    .filter((station) => {
      if (words.length === 0) return true;
      const searched = normalised(`${station.name} ${station.genre === null ? '' : labelName(station.genre)} ${station.nowPlaying ?? ''}`);
      return words.every((word) => searched.includes(word));
    })
    .map((station) => ({ station, rank: rankOf(station, query) }))
    .sort((a, b) => b.rank - a.rank || before(a.station, b.station, order) || NAMES.compare(a.station.name, b.station.name) || (a.station.id < b.station.id ? -1 : 1))
    .map(({ station }) => station);
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

/** Orders by a number: higher comes first; 0 for the other orders. */
function rankOf(station: StationGlance, { order, wish, profiles, like }: StationQuery): number {
  const profile = profiles?.get(station.id);
  switch (order) {
    // In steps, so that stations that are about as sure keep their places.
    case 'sure': return Math.round(10 * (wish ? fitOf(wish, station) : station.p));
    case 'usual': return wish && profile && wish.genres.length > 0 ? shareOf(profile, wish.genres) : profile?.usual?.share ?? 0;
    case 'mixed': return profile?.entropy ?? -1;
    case 'speech': return profile?.speech ?? -1;
    case 'like': {
      const other = like === undefined ? undefined : profiles?.get(like);
      // The station itself comes first.
      return station.id === like ? 2 : profile && other ? likeness(profile, other) : -1;
    }
    default: return 0;
  }
}

function before(one: StationGlance, other: StationGlance, order: Order): number {
  switch (order) {
    case 'state': return Math.sign(other.alerts.length) - Math.sign(one.alerts.length) || STATES.indexOf(one.state) - STATES.indexOf(other.state);
    // Those without a genre come last.
    case 'genre': return one.genre === other.genre ? 0 : one.genre === null ? 1 : other.genre === null ? -1 : NAMES.compare(one.genre, other.genre);
    default: return 0;
  }
}

function normalised(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
