/** A day of a station on one page, for walls, reports and other sites. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { DayRecord } from '../../drawing/day-record.js';
import { localDate, localDay, type LocalDay } from '../../drawing/local-day.js';
import { poster } from '../../drawing/poster.js';
import { ProtocolError } from '../../protocol/errors.js';
import { profileOf } from '../../tune/profile.js';
import type { HistoryMinute } from '../../store/store.js';
import { errorResponses, newApi, requireHistory, requireStation, type ApiParts } from './api.js';
import { requireZone, zoneQuery } from './find.js';
import { HistoryPages } from './pages.js';

const SVG_TYPE = 'image/svg+xml';

const route = createRoute({
  method: 'get', path: '/v1/stations/{id}/poster.svg', tags: ['Stations'], summary: 'A day as a poster',
  description: 'One page in the proportions of A4: genres by the hour, shares, titles, silences and how mixed it was.',
  request: {
    params: z.object({ id: z.string() }),
    query: zoneQuery.extend({
      day: z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-11-29').optional().meta({ description: 'Date in that time zone. Default: today' }),
      theme: z.enum(['light', 'dark']).default('light').meta({ description: '`light` is for paper' }),
    }),
  },
  responses: {
    200: { description: 'The picture', content: { [SVG_TYPE]: { schema: z.string() } } },
    ...errorResponses('not-found', 'bad-request', 'not-kept'),
  },
});

export function posterApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();

  api.openapi(route, async (context) => {
    const { id } = context.req.valid('param');
    const { config: { name } } = requireStation(parts.stations, id);
    const store = requireHistory(parts);
    const { tz, day: date, theme } = context.req.valid('query');
    const nowMs = parts.now();
    const day = requireDay(date, requireZone(tz).name, nowMs);
    const pages = new HistoryPages(store, id, day);
    const record = new DayRecord(day);
    for await (const page of pages.segments()) for (const segment of page) record.addHeard(segment);
    for await (const page of pages.states()) for (const state of page) record.addState(state);
    const minutes: HistoryMinute[] = [];
    for await (const page of pages.minutes()) minutes.push(...page);
    const { name: model, version, labels } = parts.streams.manifest;
    const downMs = minutes.reduce((sum, { shares }) => sum + (shares['down'] ?? 0), 0);
    const picture = poster(record, { station: name, profile: profileOf(minutes), downMs, model: { name: model, version, labels }, nowMs }, theme);
    return context.body(picture, 200, { 'Content-Type': SVG_TYPE, 'Content-Disposition': `inline; filename="${id}-${day.date}.svg"` });
  });
  return api;
}

/** @throws ProtocolError `bad-request` */
function requireDay(date: string | undefined, timeZone: string, nowMs: number): LocalDay {
  try {
    return localDay(date ?? localDate(nowMs, timeZone), timeZone);
  } catch {
    throw new ProtocolError('bad-request', `${JSON.stringify(date)} is no date; use one such as 2026-11-29.`);
  }
}
