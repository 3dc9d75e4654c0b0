/** REST route of a library of music: the tracks most like one. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { mostAlike, similarityOf } from '../../library/alike/choose.js';
import type { AlikeLibrary, AlikeTrack } from '../../library/alike/library.js';
import { DEFAULT_PER_ARTIST } from '../../library/alike/rules.js';
import { ProtocolError } from '../../protocol/errors.js';
import type { SimilarTrack, Track } from '../../protocol/library.js';
import { readableName } from '../../sources/file-names.js';
import { errorResponses, newApi, noLibrary, type ApiParts } from './api.js';

const MAX_COUNT = 1000;
const DEFAULT_COUNT = 10;
export const LIBRARY_TAGS = ['Library'];

export const trackSchema = z.object({
  id: z.int(),
  path: z.string().meta({ description: 'Relative to the folder of music' }),
  title: z.string(),
  artist: z.string().nullable(),
  album: z.string().nullable(),
  genre: z.string().nullable(),
  p: z.number().meta({ description: 'Confidence in the genre, 0 to 1' }),
  durationMs: z.number(),
}).meta({ id: 'Track' });

export const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);

const similar = createRoute({
  method: 'get', path: '/v1/tracks/{id}/similar', tags: LIBRARY_TAGS, summary: 'Tracks most like one',
  request: {
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({ n: count(DEFAULT_COUNT, MAX_COUNT), perArtist: count(DEFAULT_PER_ARTIST, MAX_COUNT).meta({ description: 'At most so many of one artist' }) }),
  },
  responses: {
    200: {
      description: 'The track, and those most like it, nearest first, without copies and other versions of it or of each other. `similarity` is 1 for the same music, 0.5 for music with nothing in common',
      content: { 'application/json': { schema: z.object({ track: trackSchema, similar: z.array(trackSchema.extend({ similarity: z.number() })) }) } },
    },
    ...errorResponses('not-found', 'bad-request'),
  },
});

export function similarApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(similar, async (context) => {
    const { id } = context.req.valid('param');
    const { n, perArtist } = context.req.valid('query');
    const library = await requireLibrary(parts).tracks();
    const row = library.rowOfId(id);
    if (row === undefined) throw new ProtocolError('not-found', `The library has no track ${id} with music in it; GET /v1/tracks lists all of them.`);
    const { tracks, matrix, keys } = library;
    const rows = mostAlike(library, { vector: matrix.row(row), keys: keys[row]! }, n, { perArtist, allows: (other) => other !== row });
    return context.json({ track: view(tracks[row]!), similar: rows.map((other): SimilarTrack => ({ ...view(tracks[other]!), similarity: similarityOf(matrix.cosine(row, other)) })) }, 200);
  });
  return api;
}

/** @throws ProtocolError `not-found` */
function requireLibrary({ library }: ApiParts): AlikeLibrary {
  if (!library) throw noLibrary();
  return library;
}

function view({ id, path, title, artist, album, genre, p, durationMs }: AlikeTrack): Track {
  return { id, path: readableName(path), title, artist, album, genre, p, durationMs };
}
