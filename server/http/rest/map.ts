/** REST routes of the map of a library: where its tracks lie, and which of them a search finds. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Listed } from '../../library/browse/listing.js';
import type { LibraryMapPoints } from '../../protocol/library.js';
import { errorResponses, newApi, requireListing, type ApiParts } from './api.js';
import { besideOf, besideQuery } from './beside.js';
import { streamState } from './schemas.js';
import { LIBRARY_TAGS } from './similar.js';

const DECIMALS = 4;

const mapRoute = createRoute({
  method: 'get', path: '/v1/library/map', tags: LIBRARY_TAGS, summary: 'Where the tracks lie by likeness',
  responses: {
    200: {
      description: 'One element of each list for a track; those without music have no place. `livegenre library DIR` lays the map out',
      content: {
        'application/json': {
          schema: z.object({
            revision: z.int(), ids: z.array(z.int()).readonly(), x: z.array(z.number()).readonly().meta({ description: '-1 to 1' }), y: z.array(z.number()).readonly().meta({ description: '-1 to 1' }),
            genres: z.array(z.int()).readonly().meta({ description: 'Index in `labels`, -1 without a genre' }), labels: z.array(z.string()).readonly(),
          }),
        },
      },
    },
    ...errorResponses('not-found'),
  },
});

const foundRoute = createRoute({
  method: 'get', path: '/v1/library/found', tags: LIBRARY_TAGS, summary: 'The ids of all tracks that fit',
  request: { query: z.object({ q: z.string().optional(), genre: z.string().optional(), state: streamState.optional(), ...besideQuery.shape }) },
  responses: {
    200: { description: 'As `GET /v1/tracks` finds them, all at once', content: { 'application/json': { schema: z.object({ ids: z.array(z.int()) }) } } },
    ...errorResponses('not-found', 'bad-request'),
  },
});

export function mapApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(mapRoute, async (context) => context.json(mapOf(await requireListing(parts).now()), 200));
  api.openapi(foundRoute, async (context) => {
    const listed = await requireListing(parts).now();
    const { tags, mood, ...question } = context.req.valid('query');
    return context.json({ ids: Array.from(listed.find({ ...question, beside: besideOf(listed, { tags, mood }) }), (index) => listed.tracks[index]!.id) }, 200);
  });
  return api;
}

function mapOf({ tracks, model, revision }: Listed): LibraryMapPoints {
  const labels = [...model?.labels ?? []];
  const indices = new Map(labels.map((label, index) => [label, index]));
  const placed = tracks.filter(({ x }) => x !== null);
  const rounded = (value: number): number => Number(value.toFixed(DECIMALS));
  return { revision, labels, ids: placed.map(({ id }) => id), x: placed.map(({ x }) => rounded(x!)), y: placed.map(({ y }) => rounded(y!)), genres: placed.map(({ genre }) => indices.get(genre ?? '') ?? -1) };
}
