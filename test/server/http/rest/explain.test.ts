/** Where the network looked, over HTTP: the map, every limit, what is wrong, and an end when the client goes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../../server/assemble.js';
import type { Explanation } from '../../../../server/protocol/messages.js';
import { killShards, sharedServer, withServer } from '../../rig.js';

const test = suite('explanations over HTTP');
const BANDS = 64;
const shared = sharedServer(test, { maxFiles: 2 });

/** Steady sound with a burst in the high bands, columns 40 to 52. */
function burst(columns = 92): Uint8Array {
  const levels = new Uint8Array(columns * BANDS).fill(110);
  for (let column = 40; column < 52; column++) levels.fill(170, column * BANDS + 48, (column + 1) * BANDS);
  return levels;
}

async function ask<Body = Explanation>({ url }: Pick<RunningServer, 'url'>, levels: Uint8Array, query = '', options: RequestInit = {}): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${url}/v1/explain${query}`, { method: 'POST', body: levels as BodyInit, headers: { 'Content-Type': 'application/octet-stream' }, ...options });
  return { status: response.status, body: await response.json() as Body };
}

interface Problem {
  readonly code: string;
  readonly detail: string;
}

test('a burst of high sound speaks for high, where it is and when', () => shared(async (server) => {
  const { status, body } = await ask(server, burst(), '?genre=high');
  assert.is(status, 200);
  const { genre, columns, cellColumns, cellBands, falls } = body;
  assert.equal([genre, columns, cellColumns, cellBands, falls.length], ['high', 92, 6, 4, 16 * 16]);
  const best = falls.indexOf(Math.max(...falls));
  const [column, band] = [cellColumns * Math.floor(best / 16), cellBands * (best % 16)];
  assert.ok(column >= 36 && column < 54 && band >= 44, `column ${column}, band ${band}`);
  assert.ok(body.topFall > body.randomFall && body.p > 0);
}));

test('a part of the levels is explained with what came before; the best genre unless another is asked for', () => shared(async (server) => {
  const { body } = await ask(server, burst(), '?from=41&to=60');
  assert.equal([body.fromColumn, body.columns], [40, 20], 'whole blocks');
  const other = await ask(server, burst(), '?from=41&to=60&genre=low');
  assert.is(other.body.genre, 'low');
  assert.not.equal(other.body.p, body.p);
}));

test('what can not be explained is refused with the reason', () => shared(async (server) => {
  const cases: readonly (readonly [levels: Uint8Array, query: string, status: number, code: string, detail: string])[] = [
    [new Uint8Array(0), '', 422, 'bad-request', 'columns of 64 level bytes; it has 0 bytes'],
    [new Uint8Array(65), '', 422, 'bad-request', 'it has 65 bytes'],
    [burst(), '?from=92', 422, 'bad-request', 'from must be before the end of the stretch, at column 92; it is 92.'],
    [burst(), '?from=-1', 422, 'bad-request', 'from'],
    [burst(), '?genre=polka', 422, 'bad-request', 'genre must be one of low, middle, high; it is "polka".'],
    [new Uint8Array(40 * BANDS), '', 422, 'bad-request', 'There is no sound in this stretch'],
    [burst(400), '', 413, 'too-big', 'The stretch has 34.8 s; this server explains up to 30 s at once'],
    [burst(1025), '', 413, 'too-big', 'larger than 65536 bytes'],
  ];
  for (const [levels, query, status, code, detail] of cases) {
    const { status: given, body } = await ask<Problem>(server, levels, query);
    assert.equal([given, body.code], [status, code], body.detail);
    assert.match(body.detail, detail);
  }
}));

test('limits can be set, and are those of a visitor who may send', async () => {
  await withServer({ maxExplainSeconds: 2, access: 'view', adminToken: 'a-token' }, async (server) => {
    const withToken = { headers: { Authorization: 'Bearer a-token' } };
    assert.is((await ask<Problem>(server, burst(), '?from=80')).body.code, 'no-token');
    assert.is((await ask(server, burst(), '', withToken)).status, 413);
    assert.is((await ask(server, burst(), '?from=80', withToken)).status, 200);
  });
  await withServer({ maxFiles: 0 }, async (server) => {
    assert.equal((await ask<Problem>(server, burst())).body.code, 'too-many-files');
  });
});

test('when the client goes the work ends, and the next one gets its turn', () => shared(async (server) => {
  const stop = new AbortController();
  const gone = ask(server, burst(344), '', { signal: stop.signal }).then(() => 'answered', () => 'gone');
  const waits = ask(server, burst(), '?genre=high');
  stop.abort();
  assert.is(await gone, 'gone');
  assert.is((await waits).body.genre, 'high');
}));

test('a thread that dies fails its request only; the next one starts another', () => shared(async (server) => {
  await ask(server, burst());
  const long = ask<Problem>(server, burst(344));
  killShards();
  const { status, body } = await long;
  // Killed before, in the middle, or already done.
  assert.ok(status === 200 || body.code === 'internal', JSON.stringify(body));
  assert.is((await ask(server, burst())).status, 200);
}));

test('a server that shuts down ends what it explains', async () => {
  let asked: Promise<string> | undefined;
  await withServer({}, async (server) => {
    await ask(server, burst(), '?from=80');
    asked = ask<Problem>(server, burst(344)).then(({ status, body }) => (status === 200 ? 'answered' : body.code), () => 'cut');
    // Once it is asked, the server closes.
    await fetch(`${server.url}/healthz`);
  });
  assert.ok(['answered', 'going-away', 'cut'].includes(await asked!), await asked!);
});

test.run();
