/** Finding stations by what they play now, what they usually play, and what they are like. */
import { z } from '@hono/zod-openapi';
import type { Manifest } from '../../../models/manifest.js';
import { commaList } from '../../comma-list.js';
import { ProtocolError } from '../../protocol/errors.js';
import type { StationGlance } from '../../protocol/messages.js';
import type { Station } from '../../stations/station.js';
import type { Profiles } from '../../stations/profiles.js';
import { likeness, shareOf, usualAt, Zone, type Profile } from '../../tune/profile.js';
import { fitOf, MOOD_WORDS, wishOf, type Wish, type Words } from '../../tune/wish.js';
import { requireStation, type ApiParts } from './api.js';
import { stationState } from './schemas.js';

const HOUR_MS = 3_600_000;
/** Least share that counts as usual. */
const DEFAULT_MIN_SHARE = 0.5;

const words = z.string().max(1000).transform(commaList);
const share = z.coerce.number().min(0).max(1);

/** Of routes that speak of hours. */
export const zoneQuery = z.object({
  tz: z.string().max(100).optional().meta({ description: 'Time zone of hours, such as `Europe/Berlin`. Default: the server\'s' }),
});

export const findQuery = zoneQuery.extend({
  playing: words.optional().meta({ description: `Words with commas: only stations that play one of these genres now, with all of these tags and moods (${MOOD_WORDS.join(', ')}), surest first` }),
  tags: words.optional().meta({ description: 'Tags with commas, all of which must be heard now; for one that is named as a genre is' }),
  minP: share.optional().meta({ description: 'Least confidence of `playing` and `tags`. Default: any' }),
  state: z.string().transform(commaList).pipe(z.array(stationState).min(1)).optional().meta({ description: 'States with commas, such as `live`' }),
  usually: words.optional().meta({ description: 'Genres with commas: only stations of whose time they make `minShare` at this hour, most first; from the history of the last four weeks' }),
  minShare: share.optional().meta({ description: `Default: ${DEFAULT_MIN_SHARE}` }),
  like: z.string().optional().meta({ description: 'Id of a station: the others, by how alike their profiles are' }),
});

export type FindQuery = z.output<typeof findQuery>;

/** @throws ProtocolError `bad-request` for a word that the model does not know */
export function requireWish(given: readonly string[], known: Words): Wish {
  const found = wishOf(given, known);
  if ('wish' in found) return found.wish;
  const tags = known.tags.length > 0 ? `, its tags ${known.tags.join(', ')}` : '';
  throw new ProtocolError('bad-request', `The model knows no ${found.unknown.map((word) => JSON.stringify(word)).join(', ')}; its genres are ${known.labels.join(', ')}, moods ${MOOD_WORDS.join(', ')}${tags}.`);
}

export function wordsOf({ labels, tags }: Manifest): Words {
  return { labels, tags: tags?.map(({ name }) => name) ?? [] };
}

/** @throws ProtocolError `bad-request` for a name that is no time zone */
export function requireZone(tz: string | undefined): Zone {
  try {
    return new Zone(tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  } catch {
    throw new ProtocolError('bad-request', `${JSON.stringify(tz)} is no time zone; use a name such as Europe/Berlin.`);
  }
}

/** @throws ProtocolError `not-kept` */
export function requireProfiles({ profiles }: ApiParts): Profiles {
  if (!profiles) throw new ProtocolError('not-kept', 'This server keeps no history, from which profiles are made. The operator can enable it with --stations FILE or --database FILE.');
  return profiles;
}

/**
 * The stations that fit a query, in its order: by likeness, else by what is usual, else by how sure
 * they play it now, else as they were added.
 * @throws ProtocolError `bad-request`, `not-found` or `not-kept`
 */
export async function findStations(parts: ApiParts, query: FindQuery): Promise<Station[]> {
  const known = wordsOf(parts.streams.manifest);
  const isWished = query.playing !== undefined || query.tags !== undefined;
  const wish = requireWish(query.playing ?? [], known);
  const tags = requireWish(query.tags ?? [], { labels: [], tags: known.tags });
  const whole: Wish = { genres: wish.genres, tags: [...wish.tags, ...tags.tags], moods: [...wish.moods, ...tags.moods] };
  const ranked: { readonly station: Station; rank: number }[] = [];
  for (const station of parts.stations.list()) {
    const glance = station.glance();
    if (query.state && !query.state.includes(glance.state)) continue;
    const fit = isWished ? fitOf(whole, glance) : 0;
    if (isWished && (fit === 0 || fit < (query.minP ?? 0))) continue;
    ranked.push({ station, rank: fit });
  }
  const usual = query.usually === undefined ? ranked : await withUsual(ranked, requireWish(query.usually, { labels: known.labels, tags: [] }).genres, query, parts);
  const alike = query.like === undefined ? usual : await withLikeness(usual, query.like, parts);
  return alike.sort((one, other) => other.rank - one.rank).map(({ station }) => station);
}

type Ranked = { readonly station: Station; rank: number }[];

async function withUsual(all: Ranked, genres: readonly string[], { minShare = DEFAULT_MIN_SHARE, tz }: FindQuery, parts: ApiParts): Promise<Ranked> {
  const [profiles, zone] = [requireProfiles(parts), requireZone(tz)];
  const now = zone.at(Math.floor(parts.now() / HOUR_MS));
  const found: Ranked = [];
  for (const { station } of all) {
    const usual = usualAt((await profiles.of(station.config.id)).hours, now, zone);
    const rank = usual === undefined ? 0 : shareOf(usual, genres);
    if (rank > 0 && rank >= minShare) found.push({ station, rank });
  }
  return found;
}

async function withLikeness(all: Ranked, id: string, parts: ApiParts): Promise<Ranked> {
  const profiles = requireProfiles(parts);
  requireStation(parts.stations, id);
  const { overall } = await profiles.of(id);
  const found: Ranked = [];
  for (const { station } of all) {
    const other = station.config.id === id ? undefined : await heard(profiles, station.config.id);
    if (other) found.push({ station, rank: likeness(overall, other) });
  }
  return found;
}

/** The overall profile; undefined if nothing was ever heard. */
async function heard(profiles: Profiles, id: string): Promise<Profile | undefined> {
  const { overall } = await profiles.of(id);
  return overall.heardS > 0 ? overall : undefined;
}

/** The stations most alike one, best first. */
export async function alikeStations(parts: ApiParts, id: string, most: number): Promise<{ readonly glance: StationGlance; readonly likeness: number }[]> {
  const found = await withLikeness(parts.stations.list().map((station) => ({ station, rank: 0 })), id, parts);
  return found.sort((one, other) => other.rank - one.rank).slice(0, most).map(({ station, rank }) => ({ glance: station.glance(), likeness: rank }));
}
