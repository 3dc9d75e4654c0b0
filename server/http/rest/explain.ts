/** Where the network looked in a stretch of a file: its mel levels in, a map of their importance out. Nothing is kept between requests. */
import type { ServerResponse } from 'node:http';
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import { errorResponses, newApi, parsed, type ApiParts } from './api.js';
import { explanationSchema } from './schemas.js';

const column = z.coerce.number().int().min(0);
const querySchema = z.object({
  from: column.optional().meta({ description: 'First column of the stretch, 0 unless set; what comes before it is heard first, as the network’s memory' }),
  to: column.optional().meta({ description: 'Column after the stretch, the end unless set' }),
  genre: z.string().max(200).optional().meta({ description: 'The genre to explain, the best one of the stretch unless set' }),
});

export function explainApi({ explanations }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.post('/v1/explain', async (context) => {
    const { from = 0, to, genre } = parsed(querySchema, context.req.query());
    const { outgoing } = context.env as { outgoing: ServerResponse };
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const levels = new Uint8Array(await context.req.arrayBuffer());
    return context.json(await explanations.explain({ levels, fromColumn: from, toColumn: to, genre }, gone.signal), 200);
  });
  api.openAPIRegistry.registerPath({
    method: 'post', path: '/v1/explain', tags: ['Files'], summary: 'Where the network looked',
    description: 'The body is mel levels as in `columns` events, one column after the other, of a stretch of a file and of what came before it, up to 64 KiB; its first column must begin a block. Parts of about 1 s by an eighth of the bands are hidden one after the other, and the answer says how far the log odds of the genre fall. The work ends when the client goes away.',
    request: { query: querySchema, body: { required: true, content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } } } },
    responses: {
      200: { description: 'The map, and a test of it', content: { 'application/json': { schema: explanationSchema } } },
      ...errorResponses('bad-request', 'no-token', 'not-allowed', 'idle', 'too-big', 'too-many-files', 'going-away', 'internal'),
    },
  });
  return api;
}
