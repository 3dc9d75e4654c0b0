/** REST route of the server's own health. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { HealthReport } from '../../protocol/health.js';
import { errorResponses, newApi, type ApiParts } from './api.js';
import { timeSchema } from './schemas.js';
import { tokenSecurity } from './stations.js';

const readingSchema = z.object({
  at: timeSchema,
  lagMs: z.number().nullable().meta({ description: 'From the arrival of a block\'s last audio to its prediction, mean; null without predictions' }),
  lagP95Ms: z.number().nullable().meta({ description: '95 % of them came within this, as far as the buckets of the histogram tell' }),
  mainLoad: z.number().meta({ description: 'Share of the time in which the main thread was busy' }),
  shardLoad: z.number().meta({ description: 'Share of the time that live streams took of the busiest shard' }),
  droppedMs: z.number().meta({ description: 'Sound left unscored since the reading before' }),
  streams: z.int(),
  viewers: z.int(),
  memoryBytes: z.int().meta({ description: 'Resident memory of the process' }),
});

const healthSchema = z.object({
  livegenre: z.string().meta({ description: 'The server\'s version' }),
  at: timeSchema,
  startedAt: timeSchema,
  model: z.string(),
  ok: z.boolean().meta({ description: 'Whether there is no problem' }),
  problems: z.int(),
  notes: z.int(),
  checks: z.array(z.object({
    name: z.string(),
    mark: z.enum(['ok', 'note', 'problem']),
    found: z.string(),
    advice: z.string().nullable().meta({ description: 'What to do, in a sentence; null where all is well' }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()])).readonly(),
  })).readonly(),
  readings: z.array(readingSchema).readonly().meta({ description: 'Every 5 s of the last 10 minutes, oldest first' }),
  log: z.array(z.object({ at: timeSchema, level: z.enum(['error', 'warn']), what: z.string(), fields: z.record(z.string(), z.string()).readonly() })).readonly()
    .meta({ description: 'The newest warnings and errors of the log, newest first' }),
}).meta({ id: 'Health' }) satisfies z.ZodType<HealthReport>;

const get = createRoute({
  method: 'get', path: '/v1/health', tags: ['Server'], summary: 'Health of the server', security: tokenSecurity,
  description: 'Lag, load, drops, streams, stations, FFmpegs, storage, certificate, memory and the newest errors, judged: what is not well comes with what to do. Probes use `/healthz` and `/readyz`, which need no token.',
  responses: {
    200: { description: 'The findings, also if there are problems', content: { 'application/json': { schema: healthSchema } } },
    ...errorResponses('no-token', 'not-allowed'),
  },
});

export function healthApi({ health }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(get, async (context) => context.json(await health.report(), 200));
  return api;
}
