/** What stations usually play, by weekday and hour, from their history. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { round } from '../../pipe/segments.js';
import { PROFILE_DAYS } from '../../stations/profiles.js';
import { mostHeard, usualAt, weekOf, type Profile } from '../../tune/profile.js';
import { errorResponses, newApi, requireStation, type ApiParts } from './api.js';
import { alikeStations, requireProfiles, requireZone, zoneQuery } from './find.js';

const HOUR_MS = 3_600_000;
const DIGITS = 4;
const ALIKE = 10;
const TAGS = ['Stations'];

const share = z.number().min(0).max(1);
export const profileSchema = z.object({
  heardS: z.int().meta({ description: 'Time heard, s' }),
  speech: share,
  silence: share,
  unknown: share.meta({ description: 'Noise, and music of no known genre' }),
  genres: z.record(z.string(), share).meta({ description: 'Share of each genre in the time heard, most first' }),
  entropy: z.number().meta({ description: 'How mixed the music is, bits: 0 is one genre, 1 as two in equal parts, 2 as four' }),
}).meta({ id: 'Profile' });
const usualSchema = z.object({ genre: z.string(), share }).nullable().meta({ description: 'The genre that is heard most at this hour; null if too little is known' });

const byId = createRoute({
  method: 'get', path: '/v1/stations/{id}/profile', tags: TAGS, summary: 'What a station usually plays',
  description: `From the history of the last ${PROFILE_DAYS} days.`,
  request: { params: z.object({ id: z.string() }), query: zoneQuery },
  responses: {
    200: {
      description: 'The profile',
      content: { 'application/json': { schema: z.object({
        id: z.string(),
        days: z.int(),
        timeZone: z.string(),
        usual: usualSchema,
        overall: profileSchema,
        week: z.array(z.array(profileSchema.nullable())).meta({ description: '[weekday, hour], Monday first; null where less than 10 minutes were heard' }),
        alike: z.array(z.object({ id: z.string(), name: z.string(), likeness: share.meta({ description: '1 is the same mix, 0 nothing in common' }) })).meta({ description: `The stations most alike, at most ${ALIKE}` }),
      }) } },
    },
    ...errorResponses('not-found', 'bad-request', 'not-kept'),
  },
});

const all = createRoute({
  method: 'get', path: '/v1/profiles', tags: TAGS, summary: 'What all stations usually play',
  request: { query: zoneQuery },
  responses: {
    200: {
      description: 'Overall profiles, without stations that were never heard',
      content: { 'application/json': { schema: z.object({ days: z.int(), timeZone: z.string(), profiles: z.array(profileSchema.extend({ id: z.string(), usual: usualSchema })) }) } },
    },
    ...errorResponses('bad-request', 'not-kept'),
  },
});

export function profilesApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();

  api.openapi(byId, async (context) => {
    const { id } = context.req.valid('param');
    requireStation(parts.stations, id);
    const [profiles, zone] = [requireProfiles(parts), requireZone(context.req.valid('query').tz)];
    const { hours, overall } = await profiles.of(id);
    const visitor = context.get('visitor');
    const usual = usualAt(hours, zone.at(Math.floor(parts.now() / HOUR_MS)), zone);
    return context.json({
      id,
      days: PROFILE_DAYS,
      timeZone: zone.name,
      usual: usualView(usual),
      overall: view(overall),
      week: weekOf(hours, zone).map((day) => day.map((profile) => (profile ? view(profile) : null))),
      alike: (await alikeStations(parts, id, ALIKE)).filter(({ glance }) => visitor.may('view', glance.id)).map(({ glance, likeness }) => ({ id: glance.id, name: glance.name, likeness: round(likeness, DIGITS) })),
    }, 200);
  });

  api.openapi(all, async (context) => {
    const [profiles, zone] = [requireProfiles(parts), requireZone(context.req.valid('query').tz)];
    const now = zone.at(Math.floor(parts.now() / HOUR_MS));
    const found = [];
    const visitor = context.get('visitor');
    for (const { config: { id } } of parts.stations.list()) {
      if (!visitor.may('view', id)) continue;
      const { hours, overall } = await profiles.of(id);
      if (overall.heardS > 0) found.push({ id, usual: usualView(usualAt(hours, now, zone)), ...view(overall) });
    }
    return context.json({ days: PROFILE_DAYS, timeZone: zone.name, profiles: found }, 200);
  });
  return api;
}

function view({ speech, silence, unknown, genres, entropy, heardS }: Profile): Profile {
  return {
    heardS,
    speech: round(speech, DIGITS),
    silence: round(silence, DIGITS),
    unknown: round(unknown, DIGITS),
    genres: Object.fromEntries(Object.entries(genres).map(([genre, part]) => [genre, round(part, DIGITS)])),
    entropy: round(entropy, DIGITS),
  };
}

function usualView(profile: Profile | undefined): { genre: string; share: number } | null {
  const usual = profile && mostHeard(profile);
  return usual ? { genre: usual.genre, share: round(usual.share, DIGITS) } : null;
}
