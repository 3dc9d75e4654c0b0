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

const relay = createRoute({
  method: 'get', path: '/v1/stations/{id}/relay', tags: ['Stations'], summary: 'A station\'s own bytes',
  description: 'The bytes that the station sends, unchanged and without titles, from some seconds ago on; of stations that send MP3 or AAC.',
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: 'Live sound', content: { 'audio/mpeg': { schema: z.string().meta({ format: 'binary' }) }, 'audio/aac': { schema: z.string().meta({ format: 'binary' }) } } },
    ...errorResponses('no-token', 'not-found', 'too-many-viewers'),
  },
});

const TYPES = { mp3: 'audio/mpeg', aac: 'audio/aac' } as const;

export function audioApi({ stations, listeners }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(listen, (context) => {
    const station = requireStation(stations, context.req.valid('param').id);
    // HEAD must not start a listener: nobody would read the sound.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'audio/wav' }) as never;
    return context.body(listeners.listen(station), 200, { 'Content-Type': 'audio/wav' }) as never;
  });
  api.openapi(relay, (context) => {
    const station = requireStation(stations, context.req.valid('param').id);
    const isHead = context.req.method === 'HEAD';
    const format = isHead ? station.recent[0]?.format : undefined;
    if (format !== undefined) return context.body(null, 200, { 'Content-Type': TYPES[format] }) as never;
    const relayed = listeners.relay(station);
    return context.body(relayed.body, 200, { 'Content-Type': TYPES[relayed.format] }) as never;
  });
  return api;
}
