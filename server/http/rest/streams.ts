/** REST routes of the running streams. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ProtocolError } from '../../protocol/errors.js';
import { errorResponses, newApi, type ApiParts } from './api.js';
import { streamResponseSchema } from './schemas.js';

const list = createRoute({
  method: 'get', path: '/v1/streams', tags: ['Streams'], summary: 'All running streams',
  description: 'Streams of other clients are listed for those who may manage; who knows the id of one may watch it.',
  responses: { 200: { description: 'Streams of stations and clients, and the demo', content: { 'application/json': { schema: z.object({ streams: z.array(streamResponseSchema) }) } } } },
});

const get = createRoute({
  method: 'get', path: '/v1/streams/{id}', tags: ['Streams'], summary: 'One running stream',
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: { description: 'The stream', content: { 'application/json': { schema: streamResponseSchema } } }, ...errorResponses('not-found') },
});

export function streamsApi({ streams, elsewhere }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(list, (context) => {
    const visitor = context.get('visitor');
    return context.json({ streams: streams.list().filter(({ id, source }) => visitor.may(source === 'client' ? 'manage' : 'view', id)).map((stream) => stream.info()) }, 200);
  });
  api.openapi(get, async (context) => {
    const { id } = context.req.valid('param');
    const info = streams.get(id)?.info() ?? await elsewhere?.info(id);
    if (!info) throw new ProtocolError('not-found', `No stream ${JSON.stringify(id)} is running; GET /v1/streams lists those that are.`);
    return context.json(info, 200);
  });
  return api;
}
