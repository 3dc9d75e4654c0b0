/** REST routes of a library of music: its tracks, and those that are alike. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { mostAlike, similarityOf } from '../../library/alike/choose.js';
import type { AlikeLibrary, AlikeTrack } from '../../library/alike/library.js';
import { DEFAULT_PER_ARTIST } from '../../library/alike/rules.js';
import { ProtocolError } from '../../protocol/errors.js';
import { readableName } from '../../sources/file-names.js';
import { errorResponses, newApi, type ApiParts } from './api.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const DEFAULT_COUNT = 10;
const TAGS = ['Library'];

const trackSchema = z.object({
  id: z.int(),
  path: z.string().meta({ description: 'Relative to the folder of music' }),
  title: z.string(),
  artist: z.string().nullable(),
  album: z.string().nullable(),
  genre: z.string().nullable(),
  p: z.number().meta({ description: 'Confidence in the genre, 0 to 1' }),
  durationMs: z.number(),
}).meta({ id: 'Track' });

const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);

const list = createRoute({
  method: 'get', path: '/v1/tracks', tags: TAGS, summary: 'Tracks of the library',
  request: {
    query: z.object({
      q: z.string().optional().meta({ description: 'Text in title, artist, album or path' }),
      genre: z.string().optional(),
      after: z.coerce.number().int().optional().meta({ description: '`next` of the page before' }),
      limit: count(DEFAULT_LIMIT, MAX_LIMIT),
    }),
  },
  responses: {
    200: { description: 'Tracks with music, by path; `next` is null on the last page', content: { 'application/json': { schema: z.object({ total: z.int(), tracks: z.array(trackSchema), next: z.int().nullable() }) } } },
    ...errorResponses('not-found', 'bad-request'),
  },
});

const similar = createRoute({
  method: 'get', path: '/v1/tracks/{id}/similar', tags: TAGS, summary: 'Tracks most like one',
  request: {
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({ n: count(DEFAULT_COUNT, MAX_LIMIT), perArtist: count(DEFAULT_PER_ARTIST, MAX_LIMIT).meta({ description: 'At most so many of one artist' }) }),
  },
  responses: {
    200: {
      description: 'The track, and those most like it, nearest first, without copies and other versions of it or of each other. `similarity` is 1 for the same music, 0.5 for music with nothing in common',
      content: { 'application/json': { schema: z.object({ track: trackSchema, similar: z.array(trackSchema.extend({ similarity: z.number() })) }) } },
    },
    ...errorResponses('not-found', 'bad-request'),
  },
});

export function tracksApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(list, async (context) => {
    const { q, genre, after, limit } = context.req.valid('query');
    const { tracks, rowOfId } = await requireLibrary(parts).tracks();
    const text = q?.toLowerCase();
    const fits = (track: AlikeTrack): boolean => (genre === undefined || track.genre === genre)
      && (text === undefined || [track.title, track.artist, track.album, track.path].some((each) => each?.toLowerCase().includes(text) === true));
    const found: AlikeTrack[] = [];
    for (let row = after === undefined ? 0 : (rowOfId(after) ?? tracks.length) + 1; row < tracks.length && found.length <= limit; row += 1) if (fits(tracks[row]!)) found.push(tracks[row]!);
    const shown = found.slice(0, limit);
    return context.json({ total: tracks.length, tracks: shown.map(view), next: found.length > limit ? shown.at(-1)!.id : null }, 200);
  });
  api.openapi(similar, async (context) => {
    const { id } = context.req.valid('param');
    const { n, perArtist } = context.req.valid('query');
    const library = await requireLibrary(parts).tracks();
    const row = library.rowOfId(id);
    if (row === undefined) throw new ProtocolError('not-found', `The library has no track ${id} with music in it; GET /v1/tracks lists all of them.`);
    const { tracks, matrix, keys } = library;
    const rows = mostAlike(library, { vector: matrix.row(row), keys: keys[row]! }, n, { perArtist, allows: (other) => other !== row });
    return context.json({ track: view(tracks[row]!), similar: rows.map((other) => ({ ...view(tracks[other]!), similarity: similarityOf(matrix.cosine(row, other)) })) }, 200);
  });
  return api;
}

/** @throws ProtocolError `not-found` */
function requireLibrary({ library }: ApiParts): AlikeLibrary {
  if (!library) throw new ProtocolError('not-found', 'This server has no library. The operator can name one with --library.');
  return library;
}

function view({ id, path, title, artist, album, genre, p, durationMs }: AlikeTrack): z.infer<typeof trackSchema> {
  return { id, path: readableName(path), title, artist, album, genre, p, durationMs };
}
