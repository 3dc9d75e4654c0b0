/** A station's history: as JSON for charts, as CSV for spreadsheets. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { csvLine, type Cell } from '../../csv.js';
import { ProtocolError } from '../../protocol/errors.js';
import type { HistoryStore, Range } from '../../store/store.js';
import { alertView, MAX_ALERTS } from './alerts.js';
import { errorResponses, newApi, requireHistory, requireStation, type ApiParts } from './api.js';
import { HistoryPages } from './pages.js';
import { historyResponseSchema } from './schemas.js';
import { bucketFor, Buckets, seconds, wholeBuckets } from './shares.js';
import { isoTime, rangeQuery, timeRange } from './time-range.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Limit of rows of each kind in a JSON response; CSV has no such limit. */
const MAX_ROWS = 20_000;
const MAX_BUCKETS = 5000;

const TAGS = ['Stations'];
const byId = z.object({ id: z.string() });
const TABLES = ['segments', 'shares', 'alerts', 'states'] as const;

const json = createRoute({
  method: 'get', path: '/v1/stations/{id}/history', tags: TAGS, summary: 'History',
  request: {
    params: byId,
    query: rangeQuery.extend({
      bucket: z.coerce.number().int().min(60).max(86_400).multipleOf(60, 'must be a multiple of 60 s').optional()
        .meta({ description: 'Length of a bucket of `shares`, s. Default: the shortest that gives at most 120 buckets' }),
    }),
  },
  responses: {
    200: { description: `At most ${MAX_ROWS} rows of each kind. Default: the last hour`, content: { 'application/json': { schema: historyResponseSchema } } },
    ...errorResponses('not-found', 'bad-request', 'not-kept'),
  },
});

const csv = createRoute({
  method: 'get', path: '/v1/stations/{id}/history.csv', tags: TAGS, summary: 'History as CSV',
  request: {
    params: byId,
    query: rangeQuery.extend({ table: z.enum(TABLES).default('segments') }),
  },
  responses: {
    200: { description: 'A header, then one line per row (RFC 4180); `shares` has one line per minute and genre or state. Default: the last hour', content: { 'text/csv': { schema: z.string() } } },
    ...errorResponses('not-found', 'bad-request', 'not-kept'),
  },
});

export function historyApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();

  api.openapi(json, async (context) => {
    const { id } = context.req.valid('param');
    requireStation(parts.stations, id);
    const store = requireHistory(parts);
    const { bucket, ...query } = context.req.valid('query');
    const range = timeRange(query, parts.now(), HOUR_MS);
    const bucketS = bucket ?? bucketFor(range);
    const pages = new HistoryPages(store, id, range);
    const [segments, states, titles] = [await readAll(pages.segments()), await readAll(pages.states()), await readAll(pages.titles())];
    return context.json({
      from: isoTime(range.fromMs),
      to: isoTime(range.toMs),
      bucketS,
      segments: segments.map(({ fromMs, toMs, ...rest }) => ({ from: isoTime(fromMs), to: isoTime(toMs), ...rest })),
      states: states.map(({ fromMs, toMs, ...rest }) => ({ from: isoTime(fromMs), to: isoTime(toMs), ...rest })),
      alerts: (await store.alerts(range, MAX_ALERTS, id)).reverse().map(alertView),
      titles: titles.map(({ atMs, title }) => ({ at: isoTime(atMs), title })),
      shares: (await readBuckets(store, id, range, bucketS)).map(({ atMs, heardMs, shares }) => ({
        at: isoTime(atMs),
        heardS: seconds(heardMs),
        shares: Object.fromEntries(Object.entries(shares).map(([key, ms]) => [key, seconds(ms)])),
      })),
    }, 200);
  });

  api.openapi(csv, (context) => {
    const { id } = context.req.valid('param');
    requireStation(parts.stations, id);
    const { table, ...query } = context.req.valid('query');
    const range = timeRange(query, parts.now(), HOUR_MS);
    const lines = CSV_TABLES[table](requireHistory(parts), id, range);
    return context.body(textStream(lines), 200, {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${id}-${table}-${isoTime(range.fromMs).slice(0, 10)}.csv"`,
    });
  });
  return api;
}

/** @throws ProtocolError `bad-request` when there are too many */
async function readAll<Row>(pages: AsyncGenerator<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) {
    rows.push(...page);
    if (rows.length > MAX_ROWS) throw new ProtocolError('bad-request', `There are more than ${MAX_ROWS} rows of one kind in this time range. Request a shorter range, or history.csv.`);
  }
  return rows;
}

async function readBuckets(store: HistoryStore, id: string, range: Range, bucketS: number) {
  const whole = wholeBuckets(range, bucketS);
  const count = (whole.toMs - whole.fromMs) / (1000 * bucketS);
  if (count > MAX_BUCKETS) throw new ProtocolError('bad-request', `This time range has ${count} buckets of ${bucketS} s; the limit is ${MAX_BUCKETS}. Request longer buckets or a shorter range.`);
  const buckets = new Buckets(whole, bucketS);
  for await (const page of new HistoryPages(store, id, whole).minutes()) for (const minute of page) buckets.add(minute);
  return buckets.list();
}

type Lines = AsyncGenerator<Cell[][]>;

/** The header and rows of each table, one page at a time. */
const CSV_TABLES: Readonly<Record<(typeof TABLES)[number], (store: HistoryStore, id: string, range: Range) => Lines>> = {
  async* segments(store, id, range) {
    yield [['from', 'to', 'state', 'genre', 'p', 'nowPlaying', 'tags', 'lively', 'happy']];
    for await (const page of new HistoryPages(store, id, range).segments()) {
      yield page.map(({ fromMs, toMs, state, genre, p, nowPlaying, tags, mood }) => [isoTime(fromMs), isoTime(toMs), state, genre, p, nowPlaying, tags?.map(([name]) => name).join(', ') ?? null, mood?.lively ?? null, mood?.happy ?? null]);
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
    const alerts = await store.alerts(range, MAX_ROWS, id);
    yield alerts.reverse().map(({ id: alertId, type, fromMs, toMs, sentence }) => [alertId, type, isoTime(fromMs), toMs === null ? null : isoTime(toMs), sentence]);
  },
};

/** Reads pages only as fast as the client takes them; cancelling stops the reading. */
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
