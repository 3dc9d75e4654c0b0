/** Stations over REST: listed, added, changed, removed. What is saved is what runs. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { known, newApi, refusals, type ApiParts } from './api.js';
import type { Station } from '../../stations/station.js';
import { newStationShape, stationChangesShape, stationShape } from './shapes.js';

const TAG = ['Stations'];
const JSON_TYPE = 'application/json';
const byId = z.object({ id: z.string() });
const aStation = { description: 'The station', content: { [JSON_TYPE]: { schema: stationShape } } };
/** For the document; what checks it is below. */
const forManagers = [{ adminToken: [] }];

const list = createRoute({
  method: 'get', path: '/v1/stations', tags: TAG, summary: 'All stations',
  responses: { 200: { description: 'In the order in which they were added', content: { [JSON_TYPE]: { schema: z.object({ stations: z.array(stationShape) }) } } } },
});

const get = createRoute({
  method: 'get', path: '/v1/stations/{id}', tags: TAG, summary: 'One station',
  request: { params: byId },
  responses: { 200: aStation, ...refusals('not-found') },
});

const add = createRoute({
  method: 'post', path: '/v1/stations', tags: TAG, summary: 'Add a station', security: forManagers,
  request: { body: { required: true, content: { [JSON_TYPE]: { schema: newStationShape } } } },
  responses: {
    201: { ...aStation, headers: z.object({ Location: z.string() }) },
    ...refusals('bad-message', 'no-token', 'conflict', 'bad-request', 'not-kept'),
  },
});

const change = createRoute({
  method: 'patch', path: '/v1/stations/{id}', tags: TAG, summary: 'Change a station', security: forManagers,
  request: { params: byId, body: { required: true, content: { [JSON_TYPE]: { schema: stationChangesShape } } } },
  responses: { 200: aStation, ...refusals('bad-message', 'no-token', 'not-found', 'bad-request', 'not-kept') },
});

const remove = createRoute({
  method: 'delete', path: '/v1/stations/{id}', tags: TAG, summary: 'Remove a station and its history', security: forManagers,
  request: { params: byId },
  responses: { 204: { description: 'It is gone' }, ...refusals('no-token', 'not-found', 'not-kept') },
});

export function stationsApi({ access, stations }: ApiParts): OpenAPIHono {
  const api = newApi();
  const info = (station: Station, authorization: string | undefined) => ({
    ...station.glance(),
    // Addresses may hold passwords: only those see them who could change them.
    ...(access.of(authorization) === 'manage' && station.detail()),
  });

  // Who may not manage is told so before what was sent is looked at.
  const middleware: MiddlewareHandler = async (context, next) => {
    access.check('manage', context.req.header('authorization'));
    await next();
  };
  api.openapi(list, (context) => context.json({ stations: stations.list().map((station) => info(station, context.req.header('authorization'))) }, 200));
  api.openapi(get, (context) => context.json(info(known(stations, context.req.valid('param').id), context.req.header('authorization')), 200));
  api.openapi({ ...add, middleware }, async (context) => {
    const station = await stations.add(context.req.valid('json'));
    context.header('Location', `/v1/stations/${station.config.id}`);
    return context.json(info(station, context.req.header('authorization')), 201);
  });
  api.openapi({ ...change, middleware }, async (context) => {
    const station = await stations.change(context.req.valid('param').id, context.req.valid('json'));
    return context.json(info(station, context.req.header('authorization')), 200);
  });
  api.openapi({ ...remove, middleware }, async (context) => {
    await stations.remove(context.req.valid('param').id);
    return context.body(null, 204);
  });
  return api;
}
