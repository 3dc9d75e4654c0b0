/** Alerts of all stations or of one. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { AlertRecord } from '../../store/store.js';
import { errorResponses, newApi, requireHistory, type ApiParts } from './api.js';
import { alertResponseSchema } from './schemas.js';
import { isoTime, rangeQuery, timeRange } from './time-range.js';

const DAY_MS = 86_400_000;
/** Limit of alerts per response; the newest are returned. */
export const MAX_ALERTS = 1000;

const route = createRoute({
  method: 'get', path: '/v1/alerts', tags: ['Alerts'], summary: 'Alerts of all stations',
  request: { query: rangeQuery.extend({ station: z.string().optional().meta({ description: 'Only alerts of the station with this id' }) }) },
  responses: {
    200: {
      description: `Alerts that overlap the time range, newest first, at most ${MAX_ALERTS}. Default: the last day`,
      content: { 'application/json': { schema: z.object({ alerts: z.array(alertResponseSchema.extend({ station: z.object({ id: z.string(), name: z.string() }) })) }) } },
    },
    ...errorResponses('bad-request', 'not-kept'),
  },
});

export function alertsApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(route, async (context) => {
    const { station, ...query } = context.req.valid('query');
    const records = await requireHistory(parts).alerts(timeRange(query, parts.now(), DAY_MS), MAX_ALERTS, station);
    const visitor = context.get('visitor');
    return context.json({ alerts: records.filter((record) => visitor.may('view', record.station.id)).map((record) => ({ station: record.station, ...alertView(record) })) }, 200);
  });
  return api;
}

export function alertView({ id, type, fromMs, toMs, sentence }: AlertRecord) {
  return { id, type, from: isoTime(fromMs), to: toMs === null ? null : isoTime(toMs), sentence };
}
