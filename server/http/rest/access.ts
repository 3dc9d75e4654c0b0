/** The visitor's permission and the allowed origins, so that a page can hide what is not permitted. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ROLES } from '../../protocol/role.js';
import { newApi, type ApiParts } from './api.js';

const accessRoute = createRoute({
  method: 'get', path: '/v1/access', tags: ['Server'], summary: 'Permission of this request',
  responses: {
    200: {
      description: '`none`: sign in only. `view`: view only. `send`: also send sound. `manage`: also change stations',
      content: { 'application/json': { schema: z.object({ may: z.enum([...ROLES, 'none']), isSignedIn: z.boolean().meta({ description: 'Whether the request came with a token that counts' }), history: z.boolean().meta({ description: 'Whether history and alerts are stored; otherwise requests for them fail' }), library: z.boolean().meta({ description: 'Whether there is a library of music' }), maxFileBytes: z.int().meta({ description: 'Maximum size of a file for `POST /v1/classify`' }) }) } },
    },
  },
});

const originsRoute = createRoute({
  method: 'get', path: '/v1/origins', tags: ['Server'], summary: 'Origins whose pages may connect',
  responses: {
    200: {
      description: 'Allowed origins of other sites; `*` is any',
      content: { 'application/json': { schema: z.object({ allowedOrigins: z.array(z.string()).readonly() }) } },
    },
  },
});

export function accessApi({ history, listing, settings }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(accessRoute, (context) => context.json({ may: context.get('visitor').role, isSignedIn: context.get('visitor').grant !== undefined, history: history !== undefined, library: listing !== undefined, maxFileBytes: settings.maxFileBytes }, 200));
  api.openapi(originsRoute, (context) => context.json({ allowedOrigins: settings.allowedOrigins }, 200));
  return api;
}
