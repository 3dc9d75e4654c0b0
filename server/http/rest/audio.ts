/** The sound of a station. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { errorResponses, newApi, requireStation, type ApiParts } from './api.js';

const listen = createRoute({
  method: 'get', path: '/v1/stations/{id}/audio', tags: ['Stations'], summary: 'Listen to a station',
  description: 'The network\'s input, 22,050 Hz mono, as an endless WAV, whatever format the station sends.',
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: 'Live sound', content: { 'audio/wav': { schema: z.string().meta({ format: 'binary' }) } } },
    ...errorResponses('no-token', 'not-found', 'too-many-viewers'),
  },
});

export function audioApi({ stations, listeners }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(listen, (context) => {
    const station = requireStation(stations, context.req.valid('param').id);
    // HEAD must not start a listener: nobody would read the sound.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'audio/wav' }) as never;
    return context.body(listeners.listen(station), 200, { 'Content-Type': 'audio/wav' }) as never;
  });
  return api;
}
