/** REST routes of the model: what it is, and reading its folder again. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { errorResponses, newApi, type ApiParts } from './api.js';

const TAGS = ['Server'];

const model = createRoute({
  method: 'get', path: '/v1/model', tags: TAGS, summary: 'The model',
  responses: {
    200: {
      description: 'Labels, front end, layers and settings, as in model.json',
      content: { 'application/json': { schema: z.object({ name: z.string(), version: z.string(), labels: z.array(z.string()).readonly() }) } },
    },
  },
});

const reload = createRoute({
  method: 'post', path: '/v1/model', tags: TAGS, summary: 'Read the model folder again',
  description: 'Reads the folder that the server was started with (`--model`); the request has no body. A model that can be used is started beside the one of before, then new streams, stations, the demo and files get it, and streams that run end on theirs. A folder that cannot be used changes nothing. The role `manage` is needed.',
  responses: {
    200: {
      description: 'The model in use',
      content: {
        'application/json': {
          schema: z.object({
            name: z.string(),
            version: z.string(),
            isNew: z.boolean().meta({ description: 'False if the folder holds what was in use already; then nothing was done' }),
            streamsBefore: z.int().meta({ description: 'Streams that go on with models from before' }),
            stationsToCheck: z.array(z.string()).readonly().meta({ description: 'Ids of stations that need something that the server does not have, such as a rule with a genre that the new model does not know; the log says what' }),
          }),
        },
      },
    },
    ...errorResponses('no-token', 'not-allowed', 'bad-model', 'too-many-models', 'going-away'),
  },
});

export function modelApi({ streams, reloadModel }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(model, (context) => context.json(streams.manifest, 200));
  api.openapi(reload, async (context) => context.json(await reloadModel(), 200));
  return api;
}
