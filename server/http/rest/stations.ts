/** REST routes to list, try, add, change and remove stations. A change takes effect once it is saved. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { Visitor } from '../../access/visitor.js';
import { errorResponses, newApi, requireStation, type ApiParts } from './api.js';
import { findQuery, findStations } from './find.js';
import type { Station } from '../../stations/station.js';
import { newStationBody, stationChangesBody, stationResponseSchema, trialResponseSchema } from './schemas.js';

const TAG = ['Stations'];
const JSON_TYPE = 'application/json';
const byId = z.object({ id: z.string() });
const stationResponse = { description: 'The station', content: { [JSON_TYPE]: { schema: stationResponseSchema } } };
/** For the OpenAPI document only; `server/access/rules.ts` has the rule. */
export const tokenSecurity = [{ token: [] }];

const addQuery = z.object({
  test: z.enum(['0', '1']).optional().meta({ description: '1 tries the station instead of adding it: the server listens for 5 s, after waiting up to 10 s for the first sound, and answers with what it heard' }),
  seconds: z.coerce.number().min(1).max(30).optional().meta({ description: 'With `test=1`: how long it listens, s. Default: 5' }),
});

const list = createRoute({
  method: 'get', path: '/v1/stations', tags: TAG, summary: 'All stations, or those that play something',
  request: { query: findQuery },
  responses: {
    200: { description: 'In the order they were added, unless the query has an order', content: { [JSON_TYPE]: { schema: z.object({ stations: z.array(stationResponseSchema) }) } } },
    ...errorResponses('bad-request', 'not-found', 'not-kept'),
  },
});

const get = createRoute({
  method: 'get', path: '/v1/stations/{id}', tags: TAG, summary: 'One station',
  request: { params: byId },
  responses: { 200: stationResponse, ...errorResponses('not-found') },
});

const add = createRoute({
  method: 'post', path: '/v1/stations', tags: TAG, summary: 'Add a station, or try one without adding it', security: tokenSecurity,
  request: { query: addQuery, body: { required: true, content: { [JSON_TYPE]: { schema: newStationBody } } } },
  responses: {
    200: { description: 'With `test=1`: what was heard. Nothing is saved, whatever it was', content: { [JSON_TYPE]: { schema: trialResponseSchema } } },
    201: { ...stationResponse, headers: z.object({ Location: z.string() }) },
    ...errorResponses('bad-message', 'no-token', 'conflict', 'bad-request', 'not-kept', 'too-many-streams', 'going-away'),
  },
});

const change = createRoute({
  method: 'patch', path: '/v1/stations/{id}', tags: TAG, summary: 'Change a station', security: tokenSecurity,
  request: { params: byId, body: { required: true, content: { [JSON_TYPE]: { schema: stationChangesBody } } } },
  responses: { 200: stationResponse, ...errorResponses('bad-message', 'no-token', 'not-found', 'bad-request', 'not-kept') },
});

const remove = createRoute({
  method: 'delete', path: '/v1/stations/{id}', tags: TAG, summary: 'Remove a station and its history', security: tokenSecurity,
  request: { params: byId },
  responses: { 204: { description: 'Removed' }, ...errorResponses('no-token', 'not-found', 'not-kept') },
});

export function stationsApi(parts: ApiParts): OpenAPIHono {
  const { stations } = parts;
  const api = newApi();
  const info = (station: Station, visitor: Visitor) => ({
    ...station.glance(),
    // URLs may contain passwords, so they need the permission to change them.
    ...(visitor.may('manage', station.config.id) && station.detail()),
  });

  api.openapi(list, async (context) => {
    const visitor = context.get('visitor');
    const found = await findStations(parts, context.req.valid('query'));
    return context.json({ stations: found.filter(({ config }) => visitor.may('view', config.id)).map((station) => info(station, visitor)) }, 200);
  });
  api.openapi(get, (context) => context.json(info(requireStation(stations, context.req.valid('param').id), context.get('visitor')), 200));
  api.openapi(add, async (context) => {
    const { test, seconds } = context.req.valid('query');
    if (test === '1') return context.json(await stations.try(context.req.valid('json'), context.req.raw.signal, seconds === undefined ? undefined : 1000 * seconds), 200);
    const station = await stations.add(context.req.valid('json'));
    context.header('Location', `/v1/stations/${station.config.id}`);
    return context.json(info(station, context.get('visitor')), 201);
  });
  api.openapi(change, async (context) => {
    const station = await stations.change(context.req.valid('param').id, context.req.valid('json'));
    return context.json(info(station, context.get('visitor')), 200);
  });
  api.openapi(remove, async (context) => {
    await stations.remove(context.req.valid('param').id);
    return context.body(null, 204);
  });
  return api;
}
