/** The sound of a station, for those who may send sound themselves: a public view passes no radio on. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { known, newApi, refusals, type ApiParts } from './api.js';

const listen = createRoute({
  method: 'get', path: '/v1/stations/{id}/audio', tags: ['Stations'], summary: 'Listen to a station',
  description: 'What the network hears, 22,050 Hz mono, as a WAV without end, whatever the station sends.',
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: 'Sound, from now on', content: { 'audio/wav': { schema: z.string().meta({ format: 'binary' }) } } },
    ...refusals('no-token', 'not-found', 'too-many-viewers'),
  },
});

export function audioApi({ access, stations, listeners }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(listen, (context) => {
    access.check('send', context.req.header('authorization'));
    const station = known(stations, context.req.valid('param').id);
    // A HEAD asks what there is; nobody would read the sound.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'audio/wav' }) as never;
    return context.body(listeners.listen(station), 200, { 'Content-Type': 'audio/wav' }) as never;
  });
  return api;
}
