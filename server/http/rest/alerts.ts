/** What went wrong, on all stations or on one. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { AlertRecord } from '../../store/store.js';
import { keptBy, newApi, refusals, type ApiParts } from './api.js';
import { alertShape } from './shapes.js';
import { isoTime, rangeQuery, timeRange } from './time-range.js';

const DAY_MS = 86_400_000;
/** The newest so many are given. */
export const MOST_ALERTS = 1000;

const route = createRoute({
  method: 'get', path: '/v1/alerts', tags: ['Alerts'], summary: 'Alerts of all stations',
  request: { query: rangeQuery.extend({ station: z.string().optional().meta({ description: 'Id of the one station that is asked for' }) }) },
  responses: {
    200: {
      description: `Those that reach into the time, newest first, ${MOST_ALERTS} at most. The last day, unless a time is given`,
      content: { 'application/json': { schema: z.object({ alerts: z.array(alertShape.extend({ station: z.object({ id: z.string(), name: z.string() }) })) }) } },
    },
    ...refusals('bad-request', 'not-kept'),
  },
});

export function alertsApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(route, async (context) => {
    const { station, ...asked } = context.req.valid('query');
    const records = await keptBy(parts).alerts(timeRange(asked, parts.now(), DAY_MS), MOST_ALERTS, station);
    return context.json({ alerts: records.map((record) => ({ station: record.station, ...alertView(record) })) }, 200);
  });
  return api;
}

export function alertView({ id, type, fromMs, toMs, sentence }: AlertRecord) {
  return { id, type, from: isoTime(fromMs), to: toMs === null ? null : isoTime(toMs), sentence };
}
