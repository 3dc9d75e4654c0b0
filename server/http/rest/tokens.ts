/** REST routes to list, add and revoke API tokens, and to make short-lived ones for pages. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { newTokenSchema } from '../../access/new-token.js';
import { MAX_SECONDS, signedTokenSchema } from '../../access/signed-tokens.js';
import { ProtocolError } from '../../protocol/errors.js';
import { ROLES } from '../../protocol/role.js';
import type { StoredToken } from '../../store/tokens.js';
import { errorResponses, newApi, type ApiParts } from './api.js';
import { tokenSecurity } from './stations.js';
import { isoTime } from './time-range.js';

const TAG = ['Access'];

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  stations: z.array(z.string()).readonly().nullable().meta({ description: 'Stations and streams that it is bound to; null if to none' }),
  origins: z.array(z.string()).readonly().nullable().meta({ description: 'Origins of the pages that may use it; null if all may' }),
  createdAt: z.string(),
  usedAt: z.string().nullable().meta({ description: 'Last use, to the minute; null if never' }),
}).meta({ id: 'Token' });

const list = createRoute({
  method: 'get', path: '/v1/tokens', tags: TAG, summary: 'All API tokens', security: tokenSecurity,
  responses: {
    200: { description: 'Oldest first; the tokens themselves are not kept', content: { 'application/json': { schema: z.object({ tokens: z.array(tokenSchema) }) } } },
    ...errorResponses('no-token', 'not-allowed', 'not-kept'),
  },
});

const add = createRoute({
  method: 'post', path: '/v1/tokens', tags: TAG, summary: 'Add an API token', security: tokenSecurity,
  request: { body: { required: true, content: { 'application/json': { schema: newTokenSchema } } } },
  responses: {
    201: { description: 'With `token`, which is shown this once', content: { 'application/json': { schema: tokenSchema.extend({ token: z.string() }) } } },
    ...errorResponses('bad-message', 'no-token', 'not-allowed', 'bad-request', 'not-kept'),
  },
});

const revoke = createRoute({
  method: 'delete', path: '/v1/tokens/{id}', tags: TAG, summary: 'Revoke an API token', security: tokenSecurity,
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: { description: 'From now on it allows nothing' }, ...errorResponses('no-token', 'not-allowed', 'not-found', 'not-kept') },
});

const sign = createRoute({
  method: 'post', path: '/v1/tokens/signed', tags: TAG, summary: 'Make a short-lived token for a page', security: tokenSecurity,
  description: `For at most ${MAX_SECONDS} s, with the rights of the token that makes it or fewer, and revoked with it. Pages hand it over in \`start\` or as the subprotocol \`livegenre.token.TOKEN\`, and ask for the next one before it ends.`,
  request: { body: { required: true, content: { 'application/json': { schema: signedTokenSchema } } } },
  responses: {
    201: {
      description: 'The token, and what it allows',
      content: { 'application/json': { schema: tokenSchema.pick({ role: true, stations: true, origins: true }).extend({ token: z.string(), expiresAt: z.string() }) } },
    },
    ...errorResponses('bad-message', 'no-token', 'not-allowed', 'bad-request', 'not-kept'),
  },
});

export function tokensApi({ tokens: { api: tokens, signed } }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(sign, async (context) => {
    const { token, grant: { role, stations, origins }, expiresAtMs } = await signed.sign(context.get('visitor').grant!, context.req.valid('json'));
    return context.json({ token, role, stations, origins, expiresAt: isoTime(expiresAtMs) }, 201);
  });
  api.openapi(list, async (context) => context.json({ tokens: (await tokens.list()).map(view) }, 200));
  api.openapi(add, async (context) => {
    const { token, stored } = await tokens.add(context.req.valid('json'));
    return context.json({ token, ...view(stored) }, 201);
  });
  api.openapi(revoke, async (context) => {
    const { id } = context.req.valid('param');
    if (!await tokens.revoke(id)) throw new ProtocolError('not-found', `There is no token ${JSON.stringify(id)}; GET /v1/tokens lists all of them.`);
    return context.body(null, 204);
  });
  return api;
}

function view({ id, name, role, stations, origins, createdAtMs, usedAtMs }: StoredToken): z.infer<typeof tokenSchema> {
  return { id, name, role, stations, origins, createdAt: isoTime(createdAtMs), usedAt: usedAtMs === null ? null : isoTime(usedAtMs) };
}
