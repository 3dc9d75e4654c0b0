/** What this visitor may do, and which pages may connect: so that a page offers no more. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { newApi, type ApiParts } from './api.js';

const may = createRoute({
  method: 'get', path: '/v1/access', tags: ['Server'], summary: 'What this visitor may do',
  responses: {
    200: {
      description: '`view`: look. `send`: also send sound. `manage`: also change stations',
      content: { 'application/json': { schema: z.object({ may: z.enum(['manage', 'send', 'view']), history: z.boolean().meta({ description: 'History and alerts are kept; else asking for them is refused' }) }) } },
    },
  },
});

const origins = createRoute({
  method: 'get', path: '/v1/origins', tags: ['Server'], summary: 'Whose pages may connect',
  responses: {
    200: {
      description: 'Origins of other sites; `*` is any',
      content: { 'application/json': { schema: z.object({ allowedOrigins: z.array(z.string()).readonly() }) } },
    },
  },
});

export function accessApi({ access, history, settings }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(may, (context) => context.json({ may: access.of(context.req.header('authorization')), history: history !== undefined }, 200));
  api.openapi(origins, (context) => context.json({ allowedOrigins: settings.allowedOrigins }, 200));
  return api;
}
