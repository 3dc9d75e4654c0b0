/** The model and the running streams over REST. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ProtocolError } from '../../protocol/errors.js';
import { newApi, refusals, type ApiParts } from './api.js';
import { streamShape } from './shapes.js';

const model = createRoute({
  method: 'get', path: '/v1/model', tags: ['Server'], summary: 'The model',
  responses: {
    200: {
      description: 'Its labels, front end, layers and settings, as its model.json has them',
      content: { 'application/json': { schema: z.object({ name: z.string(), version: z.string(), labels: z.array(z.string()).readonly() }) } },
    },
  },
});

const list = createRoute({
  method: 'get', path: '/v1/streams', tags: ['Streams'], summary: 'All running streams',
  responses: { 200: { description: 'Those of clients and stations, and the demo', content: { 'application/json': { schema: z.object({ streams: z.array(streamShape) }) } } } },
});

const get = createRoute({
  method: 'get', path: '/v1/streams/{id}', tags: ['Streams'], summary: 'One running stream',
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: { description: 'The stream', content: { 'application/json': { schema: streamShape } } }, ...refusals('not-found') },
});

export function streamsApi({ streams }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(model, (context) => context.json(streams.manifest, 200));
  api.openapi(list, (context) => context.json({ streams: streams.list().map((stream) => stream.info()) }, 200));
  api.openapi(get, (context) => {
    const { id } = context.req.valid('param');
    const stream = streams.get(id);
    if (!stream) throw new ProtocolError('not-found', `No stream ${JSON.stringify(id)} is running; GET /v1/streams lists those that are.`);
    return context.json(stream.info(), 200);
  });
  return api;
}
