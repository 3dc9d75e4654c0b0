/** REST routes of the tracks of a library: what is there, searched, filtered and sorted; one track; its sound. */
import { Readable } from 'node:stream';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { MOOD_WORDS } from '../../tune/wish.js';
import type { Listed, PlacedTrack } from '../../library/browse/listing.js';
import { openSound } from '../../library/browse/sound.js';
import { ProtocolError } from '../../protocol/errors.js';
import { SORTS, type LibrarySummary, type ListedTrack, type TrackDetail, type TrackPage } from '../../protocol/library.js';
import { readableName } from '../../sources/file-names.js';
import { byteRange } from '../byte-range.js';
import { errorResponses, newApi, requireListing, type ApiParts } from './api.js';
import { besideOf, besideQuery } from './beside.js';
import { classifiedSchema, moodSchema, streamState, tagsSchema } from './schemas.js';
import { count, LIBRARY_TAGS, trackSchema } from './similar.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

const listedSchema = trackSchema.extend({
  tags: tagsSchema.nullable().meta({ description: 'What its music has beside the genre, most telling first; null where it was not asked' }),
  mood: moodSchema.nullable(),
  state: streamState.meta({ description: 'What most of it is; `music` if it has a genre' }),
  problem: z.string().nullable().meta({ description: 'Kind of the error' }),
  error: z.string().nullable().meta({ description: 'What is wrong with the file' }),
}).meta({ id: 'ListedTrack' });

const summary = createRoute({
  method: 'get', path: '/v1/library', tags: LIBRARY_TAGS, summary: 'What is in the library',
  responses: {
    200: {
      description: 'Counts of tracks. `revision` changes when the library was read anew',
      content: {
        'application/json': {
          schema: z.object({
            revision: z.int(), tracks: z.int(), durationMs: z.number(), errors: z.int(),
            genres: z.array(z.object({ genre: z.string(), tracks: z.int() })).meta({ description: 'The most frequent first' }),
            states: z.array(z.object({ state: streamState, tracks: z.int() })).meta({ description: 'Tracks without a genre, by what they mostly are' }),
            tags: z.array(z.object({ tag: z.string(), tracks: z.int() })).meta({ description: 'Tracks that have each tag, the most frequent first' }),
            moods: z.array(z.string()).meta({ description: 'Moods that can be asked for; empty if the model tells none' }),
            model: z.object({ name: z.string(), version: z.string(), labels: z.array(z.string()) }).nullable().meta({ description: 'The model that heard them; null before the first track' }),
            isWhole: z.boolean().meta({ description: 'Whether a run has heard all files' }),
          }),
        },
      },
    },
    ...errorResponses('not-found'),
  },
});

const list = createRoute({
  method: 'get', path: '/v1/tracks', tags: LIBRARY_TAGS, summary: 'Tracks of the library',
  request: {
    query: z.object({
      q: z.string().optional().meta({ description: 'Words, all of which are in title, artist, album or path' }),
      genre: z.string().optional(),
      state: streamState.optional().meta({ description: 'Tracks without a genre that are mostly this' }),
      errors: z.literal('1').optional().meta({ description: 'Only tracks with an error' }),
      sort: z.enum(SORTS).default('path'),
      descending: z.literal('1').optional(),
      after: z.coerce.number().int().optional().meta({ description: '`next` of the page before' }),
      offset: z.coerce.number().int().min(0).optional().meta({ description: 'Number of tracks that are passed over, in place of `after`' }),
      limit: count(DEFAULT_LIMIT, MAX_LIMIT),
      ...besideQuery.shape,
    }),
  },
  responses: {
    200: {
      description: 'A page of tracks; `total` is the number of all that fit, `next` is null on the last page',
      content: { 'application/json': { schema: z.object({ total: z.int(), revision: z.int(), tracks: z.array(listedSchema), next: z.int().nullable() }) } },
    },
    ...errorResponses('not-found', 'bad-request'),
  },
});

const idParam = z.object({ id: z.coerce.number().int() });

const one = createRoute({
  method: 'get', path: '/v1/tracks/{id}', tags: LIBRARY_TAGS, summary: 'One track of the library',
  request: { params: idParam },
  responses: {
    200: {
      description: 'The track with all scores, and the model that heard it',
      content: {
        'application/json': {
          schema: listedSchema.extend({
            top: classifiedSchema.shape.top, segments: classifiedSchema.shape.segments,
            note: z.string().nullable(), isQuick: z.boolean().meta({ description: 'Only three stretches were heard' }),
            model: z.object({ name: z.string(), version: z.string() }),
          }),
        },
      },
    },
    ...errorResponses('not-found', 'bad-request'),
  },
});

const sound = createRoute({
  method: 'get', path: '/v1/tracks/{id}/audio', tags: LIBRARY_TAGS, summary: 'The sound of a track',
  description: 'The file as it is, in whole or in the range of bytes asked for. It needs the permission `send`, as the sound of a station does.',
  request: { params: idParam, headers: z.object({ range: z.string().optional().meta({ description: 'One range, such as `bytes=0-1023`' }) }) },
  responses: {
    200: { description: 'All of the file', content: { 'audio/*': { schema: z.string().meta({ format: 'binary' }) } } },
    206: { description: 'A range of it', content: { 'audio/*': { schema: z.string().meta({ format: 'binary' }) } } },
    416: { description: 'The file is shorter' },
    ...errorResponses('no-token', 'not-found', 'bad-request'),
  },
});

export function tracksApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(summary, async (context) => {
    const { tracks, genres, states, tags, hasMoods, errors, durationMs, model, revision } = await requireListing(parts).now();
    return context.json({
      revision, tracks: tracks.length, durationMs, errors,
      genres: genres.map(([genre, count]) => ({ genre, tracks: count })), states: states.map(([state, count]) => ({ state, tracks: count })),
      tags: tags.map(([tag, count]) => ({ tag, tracks: count })), moods: hasMoods ? [...MOOD_WORDS] : [],
      model: model ? { name: model.name, version: model.version, labels: [...model.labels] } : null, isWhole: model !== undefined && model.wholeAtMs !== null,
    } satisfies LibrarySummary, 200);
  });
  api.openapi(list, async (context) => {
    const { after, offset, limit, errors, descending, tags, mood, ...question } = context.req.valid('query');
    const listed = await requireListing(parts).now();
    const found = listed.find({ ...question, beside: besideOf(listed, { tags, mood }), errors: errors === '1', descending: descending === '1' });
    const first = after === undefined ? offset ?? 0 : found.findIndex((index) => listed.tracks[index]!.id === after) + 1;
    // What came last on the page before is gone: there is no place to go on from.
    if (after !== undefined && first === 0) throw new ProtocolError('not-found', `The track ${after} is not in this list any more; begin again without \`after\`.`);
    const shown = [...found.subarray(first, first + limit)].map((index) => view(listed.tracks[index]!));
    return context.json({ total: found.length, revision: listed.revision, tracks: shown, next: first + limit < found.length ? shown.at(-1)!.id : null } satisfies TrackPage, 200);
  });
  api.openapi(one, async (context) => {
    const listing = requireListing(parts);
    const { id } = context.req.valid('param');
    const { track, model } = trackOf(await listing.now(), id);
    const row = listing.row(id);
    if (!row || !model) throw gone(id);
    return context.json({ ...view(track), top: [...row.top], segments: [...row.segments], note: row.note, isQuick: row.isQuick, model: { name: model.name, version: model.version } } satisfies TrackDetail, 200);
  });
  api.openapi(sound, async (context) => {
    const listing = requireListing(parts);
    const { id } = context.req.valid('param');
    const row = listing.row(id);
    if (!row) throw gone(id);
    const file = await openSound(listing.root, row);
    if (!file) throw new ProtocolError('not-found', `The sound of ${readableName(row.path)} can't be read: the file is gone, or was none.`);
    const { size, type, etag } = file;
    const isSame = [undefined, etag].includes(context.req.header('if-range'));
    const range = isSame ? byteRange(context.req.header('range'), size) : undefined;
    const headers: Record<string, string> = { 'Content-Type': type, 'Accept-Ranges': 'bytes', ETag: etag };
    const isHead = context.req.method === 'HEAD';
    if (isHead || range === 'unsatisfiable' || size === 0) await file.close();
    if (range === 'unsatisfiable') return context.body(null, 416, { ...headers, 'Content-Range': `bytes */${size}` }) as never;
    const { from, to } = range ?? { from: 0, to: size - 1 };
    headers['Content-Length'] = String(to - from + 1);
    if (range) headers['Content-Range'] = `bytes ${from}-${to}/${size}`;
    const status = range ? 206 : 200;
    if (isHead || size === 0) return context.body(null, status, headers) as never;
    return context.body(Readable.toWeb(file.read(from, to)) as ReadableStream, status, headers) as never;
  });
  return api;
}

function trackOf(listed: Listed, id: number): { readonly track: PlacedTrack; readonly model: Listed['model'] } {
  const track = listed.byId(id);
  if (!track) throw gone(id);
  return { track, model: listed.model };
}

function gone(id: number): ProtocolError {
  return new ProtocolError('not-found', `The library has no track ${id}; GET /v1/tracks lists all of them.`);
}

function view({ id, path, title, artist, album, genre, p, durationMs, state, tags, mood, problem, error }: PlacedTrack): ListedTrack {
  return { id, path, title, artist, album, genre, p, durationMs, state, tags, mood, problem, error };
}
