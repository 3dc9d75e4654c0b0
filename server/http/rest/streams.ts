/** REST routes of the running streams. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ProtocolError } from '../../protocol/errors.js';
import type { StreamInfo } from '../../protocol/messages.js';
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
  api.openapi(list, async (context) => {
    const visitor = context.get('visitor');
    const sees = ({ id, source }: Pick<StreamInfo, 'id' | 'source'>): boolean => visitor.may(source === 'client' ? 'manage' : 'view', id);
    const elsewhereToo = await elsewhere?.list(visitor.has('manage')) ?? [];
    const own = streams.list().filter(sees).map((stream) => stream.info());
    // A stream that moves may be at two nodes for a moment.
    const ids = new Set(own.map(({ id }) => id));
    return context.json({ streams: [...own, ...elsewhereToo.filter((info) => !ids.has(info.id) && ids.add(info.id) && sees(info))] }, 200);
  });
  api.openapi(get, async (context) => {
    const { id } = context.req.valid('param');
    const info = streams.get(id)?.info() ?? await elsewhere?.info(id);
    if (!info) throw new ProtocolError('not-found', `No stream ${JSON.stringify(id)} is running; GET /v1/streams lists those that are.`);
    return context.json(info, 200);
  });
  return api;
}
