/** A station's history: as JSON for charts, as CSV for spreadsheets. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ProtocolError } from '../../protocol/errors.js';
import type { HistoryStore, Range } from '../../store/store.js';
import { alertView, MOST_ALERTS } from './alerts.js';
import { keptBy, known, newApi, refusals, type ApiParts } from './api.js';
import { csvLine, type Cell } from './csv.js';
import { HistoryPages } from './pages.js';
import { historyShape } from './shapes.js';
import { bucketFor, Buckets, seconds, wholeBuckets } from './shares.js';
import { isoTime, rangeQuery, timeRange } from './time-range.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** More than this of one kind is no chart any more; CSV has no such limit. */
const MOST_ROWS = 20_000;
const MOST_BUCKETS = 5000;

const TAGS = ['Stations'];
const byId = z.object({ id: z.string() });
const TABLES = ['segments', 'shares', 'alerts', 'states'] as const;

const json = createRoute({
  method: 'get', path: '/v1/stations/{id}/history', tags: TAGS, summary: 'What was heard',
  request: {
    params: byId,
    query: rangeQuery.extend({
      bucket: z.coerce.number().int().min(60).max(86_400).multipleOf(60, 'must be a multiple of 60 s').optional()
        .meta({ description: 'Seconds that are added up in `shares`; as many as give 120 buckets at most unless given' }),
    }),
  },
  responses: {
    200: { description: `The last hour, unless a time is given; at most ${MOST_ROWS} rows of each kind`, content: { 'application/json': { schema: historyShape } } },
    ...refusals('not-found', 'bad-request', 'not-kept'),
  },
});

const csv = createRoute({
  method: 'get', path: '/v1/stations/{id}/history.csv', tags: TAGS, summary: 'What was heard, as CSV',
  request: {
    params: byId,
    query: rangeQuery.extend({ table: z.enum(TABLES).default('segments') }),
  },
  responses: {
    200: { description: 'A header, then a line a row (RFC 4180); `shares` has a line for each minute and what was heard in it. The last hour, unless a time is given', content: { 'text/csv': { schema: z.string() } } },
    ...refusals('not-found', 'bad-request', 'not-kept'),
  },
});

export function historyApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();

  api.openapi(json, async (context) => {
    const { id } = context.req.valid('param');
    known(parts.stations, id);
    const store = keptBy(parts);
    const { bucket, ...asked } = context.req.valid('query');
    const range = timeRange(asked, parts.now(), HOUR_MS);
    const bucketS = bucket ?? bucketFor(range);
    const pages = new HistoryPages(store, id, range);
    const [segments, states, titles] = [await all(pages.segments()), await all(pages.states()), await all(pages.titles())];
    return context.json({
      from: isoTime(range.fromMs),
      to: isoTime(range.toMs),
      bucketS,
      segments: segments.map(({ fromMs, toMs, ...rest }) => ({ from: isoTime(fromMs), to: isoTime(toMs), ...rest })),
      states: states.map(({ fromMs, toMs, ...rest }) => ({ from: isoTime(fromMs), to: isoTime(toMs), ...rest })),
      alerts: (await store.alerts(range, MOST_ALERTS, id)).reverse().map(alertView),
      titles: titles.map(({ atMs, title }) => ({ at: isoTime(atMs), title })),
      shares: (await bucketsOf(store, id, range, bucketS)).map(({ atMs, heardMs, shares }) => ({
        at: isoTime(atMs),
        heardS: seconds(heardMs),
        shares: Object.fromEntries(Object.entries(shares).map(([key, ms]) => [key, seconds(ms)])),
      })),
    }, 200);
  });

  api.openapi(csv, (context) => {
    const { id } = context.req.valid('param');
    known(parts.stations, id);
    const { table, ...asked } = context.req.valid('query');
    const range = timeRange(asked, parts.now(), HOUR_MS);
    const lines = LINES[table](keptBy(parts), id, range);
    return context.body(textStream(lines), 200, {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${id}-${table}-${isoTime(range.fromMs).slice(0, 10)}.csv"`,
    });
  });
  return api;
}

/** @throws ProtocolError `bad-request` when there are too many */
async function all<Row>(pages: AsyncGenerator<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length > MOST_ROWS) throw new ProtocolError('bad-request', `There are more than ${MOST_ROWS} rows of one kind in this time. Ask for less of it at once, or for history.csv.`);
  }
  return rows;
}

async function bucketsOf(store: HistoryStore, id: string, range: Range, bucketS: number) {
  const whole = wholeBuckets(range, bucketS);
  const count = (whole.toMs - whole.fromMs) / (1000 * bucketS);
  if (count > MOST_BUCKETS) throw new ProtocolError('bad-request', `This time has ${count} buckets of ${bucketS} s; ${MOST_BUCKETS} at most can be asked for. Ask for longer ones, or for less time.`);
  const buckets = new Buckets(whole, bucketS);
  for await (const page of new HistoryPages(store, id, whole).minutes()) for (const minute of page) buckets.add(minute);
  return buckets.list();
}

type Lines = AsyncGenerator<Cell[][]>;

/** Of each table its header and its rows, a page at a time. */
const LINES: Readonly<Record<(typeof TABLES)[number], (store: HistoryStore, id: string, range: Range) => Lines>> = {
  async* segments(store, id, range) {
    yield [['from', 'to', 'state', 'genre', 'p', 'nowPlaying']];
    for await (const page of new HistoryPages(store, id, range).segments()) {
      yield page.map(({ fromMs, toMs, state, genre, p, nowPlaying }) => [isoTime(fromMs), isoTime(toMs), state, genre, p, nowPlaying]);
    }
  },
  async* states(store, id, range) {
    yield [['from', 'to', 'state', 'reason']];
    for await (const page of new HistoryPages(store, id, range).states()) {
      yield page.map(({ fromMs, toMs, state, reason }) => [isoTime(fromMs), isoTime(toMs), state, reason]);
    }
  },
  async* shares(store, id, range) {
    yield [['minute', 'heard', 'seconds']];
    for await (const page of new HistoryPages(store, id, wholeBuckets(range, MINUTE_MS / 1000)).minutes()) {
      yield page.flatMap(({ minute, shares }) => Object.entries(shares).map(([key, ms]) => [isoTime(minute * MINUTE_MS), key, seconds(ms)]));
    }
  },
  async* alerts(store, id, range) {
    yield [['id', 'type', 'from', 'to', 'sentence']];
    const alerts = await store.alerts(range, MOST_ROWS, id);
    yield alerts.reverse().map(({ id: alertId, type, fromMs, toMs, sentence }) => [alertId, type, isoTime(fromMs), toMs === null ? null : isoTime(toMs), sentence]);
  },
};

/** Read as fast as it is taken; who stops taking stops the reading. */
function textStream(lines: Lines): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value.map(csvLine).join('')));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
