import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StationGlance } from '../../../../server/protocol/messages.js';
import type { RunningServer } from '../../../../server/assemble.js';
import type { Settings } from '../../../../server/settings.js';
import { startTestServer, withServer } from '../../rig.js';
import { SimulatedSources, URL_ONE } from '../../stations/simulated-sources.js';
import { ask } from './ask.js';

const ONE = { name: 'Radio One', url: URL_ONE };

type Work = (server: RunningServer, file: string) => Promise<void>;

/** A server that saves its stations in a file of its own. */
async function startWithStations(settings: Partial<Settings>): Promise<{ readonly server: RunningServer; readonly file: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-rest-'));
  const file = join(folder, 'stations.json');
  const server = await startTestServer({ stations: file, ...settings }, { listen: new SimulatedSources().listen });
  return { server, file, close: () => server.close().finally(() => rmSync(folder, { recursive: true })) };
}

async function withStations(settings: Partial<Settings>, work: Work): Promise<void> {
  const { server, file, close } = await startWithStations(settings);
  await work(server, file).finally(close);
}

/** One such server for those tests that leave no station behind. */
function sharedStations(settings: Partial<Settings>): (work: Work) => Promise<void> {
  let started: Awaited<ReturnType<typeof startWithStations>>;
  test.before(async () => {
    started = await startWithStations(settings);
  });
  test.after(() => started.close());
  return (work) => work(started.server, started.file);
}

const shared = sharedStations({});
const viewOnly = sharedStations({ access: 'view', adminToken: 's3same' });
const withFriend = sharedStations({ allowedOrigins: ['https://friend.org'] });

test('a station is added, read, changed and removed, and each change is saved', () => shared(async (server, file) => {
  const saved = (): { stations: Record<string, unknown>[] } => JSON.parse(readFileSync(file, 'utf8')) as { stations: Record<string, unknown>[] };
  assert.equal((await ask(server, 'GET', '/v1/stations')).body, { stations: [] });

  const added = await ask(server, 'POST', '/v1/stations', ONE);
  assert.is(added.status, 201);
  assert.is(added.headers.get('location'), '/v1/stations/radio-one');
  assert.is(added.headers.get('cache-control'), 'no-store');
  const { since, ...rest } = added.body;
  assert.ok(!Number.isNaN(Date.parse(String(since))));
  assert.equal(rest, {
    id: 'radio-one', name: 'Radio One', state: 'connecting', nowPlaying: null, reason: null, heard: null, genre: null, p: 0, level: null, alerts: [],
    url: URL_ONE, enabled: true, webhooks: [], retryAt: null, attempts: 0, source: null, decoder: null,
    rules: [{ type: 'dead-air', belowDb: -50, forS: 15, endAfterS: 5 }, { type: 'down', forS: 30 }],
  });
  assert.equal((await ask(server, 'GET', '/v1/stations/radio-one')).body, added.body);
  assert.equal((await ask(server, 'GET', '/v1/stations')).body, { stations: [added.body] });
  assert.equal(saved().stations.map(({ id, url }) => [id, url]), [['radio-one', URL_ONE]]);

  const changed = await ask(server, 'PATCH', '/v1/stations/radio-one', { name: 'One', rules: [{ type: 'down', forS: 5 }], webhooks: ['https://hook.example/x'] });
  assert.is(changed.status, 200);
  assert.equal([changed.body.name, changed.body.url, changed.body.rules, changed.body.webhooks], ['One', URL_ONE, [{ type: 'down', forS: 5 }], ['https://hook.example/x']]);
  assert.is(saved().stations[0]!.name, 'One');
  assert.is(server.stations.get('radio-one')!.config.name, 'One');

  const removed = await ask(server, 'DELETE', '/v1/stations/radio-one');
  assert.equal([removed.status, removed.text], [204, '']);
  assert.is((await ask(server, 'GET', '/v1/stations/radio-one')).status, 404);
  assert.equal(saved().stations, []);
}));

test('invalid input is rejected with a sentence per field', () => shared(async (server) => {
  const refused = async (method: string, path: string, content?: unknown, headers?: Record<string, string>): Promise<[number, string, string]> => {
    const { status, body } = await ask<{ status: number; code: string; detail: string }>(server, method, path, content, headers);
    assert.is(body.status, status);
    return [status, body.code, body.detail];
  };
  assert.equal(await refused('POST', '/v1/stations', {}), [422, 'bad-request', 'name is required. url is required.']);
  assert.equal(
    await refused('POST', '/v1/stations', { name: 'A', url: 'ftp://a', rules: [{ type: 'dead-air', belowDb: 5 }], colour: 'red' }),
    [422, 'bad-request', 'url must be an http://, https:// or file:// address. rules[0].belowDb: Too big: expected number to be <=0. Unrecognized key: "colour".'],
  );
  assert.equal((await refused('POST', '/v1/stations', [])).slice(0, 2), [422, 'bad-request']);
  assert.equal(await refused('POST', '/v1/stations', '{"name":'), [400, 'bad-message', 'Malformed JSON in request body.']);
  assert.equal(await refused('POST', '/v1/stations', 'name=A', { 'content-type': 'application/x-www-form-urlencoded' }), [415, 'bad-request', 'The body must be JSON, with Content-Type: application/json.']);
  assert.equal((await refused('POST', '/v1/stations')).slice(0, 2), [422, 'bad-request']);
  assert.equal((await refused('POST', '/v1/stations', { ...ONE, name: 'x'.repeat(70_000) })).slice(0, 2), [413, 'too-big']);
  assert.is((await ask(server, 'POST', '/v1/stations', { ...ONE, id: 'a' })).status, 201);
  assert.equal(await refused('POST', '/v1/stations', { ...ONE, id: 'a' }), [409, 'conflict', 'The id "a" is taken. Choose another, or leave it out.']);
  assert.equal((await refused('POST', '/v1/stations', { ...ONE, id: 'watch' })).slice(0, 2), [422, 'bad-request']);
  assert.equal(await refused('PATCH', '/v1/stations/none', { name: 'B' }), [404, 'not-found', 'There is no station "none"; GET /v1/stations lists all of them.']);
  assert.equal((await refused('DELETE', '/v1/stations/none')).slice(0, 2), [404, 'not-found']);
  assert.equal((await refused('PATCH', '/v1/stations/a', { id: 'b' })).slice(0, 2), [422, 'bad-request']);
  const twice = [{ type: 'down' }, { type: 'down' }];
  for (const [method, path] of [['POST', '/v1/stations'], ['PATCH', '/v1/stations/a']] as const) {
    assert.equal(await refused(method, path, { ...(method === 'POST' && ONE), rules: twice }), [422, 'bad-request', 'rules: each type of rule may be given once.']);
  }
  assert.is(server.stations.list().length, 1);
  assert.is((await ask(server, 'DELETE', '/v1/stations/a')).status, 204);
}));

test('a change that can\'t be saved is not applied', () => withStations({}, async (server, file) => {
  await ask(server, 'POST', '/v1/stations', { ...ONE, id: 'a' });
  rmSync(join(file, '..'), { recursive: true });
  const { status, body, headers } = await ask(server, 'PATCH', '/v1/stations/a', { name: 'Other' });
  assert.equal([status, body.code], [503, 'not-kept']);
  assert.match(body.detail, /^The stations could not be saved, so nothing was changed: ENOENT/);
  assert.ok(Number(headers.get('retry-after')) > 0);
  assert.is(server.stations.get('a')!.config.name, 'Radio One');
  mkdirSync(join(file, '..')); // whoever made it removes it
}));

test('stations survive a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-rest-'));
  try {
    const settings = { stations: join(folder, 'stations.json') };
    const parts = { listen: new SimulatedSources().listen };
    await withServer(settings, async (server) => {
      await ask(server, 'POST', '/v1/stations', { ...ONE, enabled: false });
    }, parts);
    await withServer(settings, async (server) => {
      const { body } = await ask(server, 'GET', '/v1/stations/radio-one');
      assert.equal([body.url, body.enabled, body.state], [URL_ONE, false, 'stopped']);
    }, parts);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('viewers see no addresses and can\'t change anything; the token allows both', () => viewOnly(async (server) => {
  const token = { authorization: 'Bearer wrong' };
  const refused = await ask(server, 'POST', '/v1/stations', ONE);
  assert.equal([refused.status, refused.body.code, refused.headers.get('www-authenticate')], [401, 'no-token', 'Bearer']);
  assert.match(refused.body.detail, 'Authorization: Bearer TOKEN');
  // Said before what was sent is looked at.
  assert.is((await ask(server, 'POST', '/v1/stations', {})).status, 401);
  assert.is((await ask(server, 'DELETE', '/v1/stations/none')).status, 401);
  assert.is((await ask(server, 'POST', '/v1/stations', ONE, token)).status, 401, 'not the token');
  assert.equal((await ask(server, 'GET', '/v1/access')).body, { may: 'view', isSignedIn: false, history: true, maxFileBytes: 2 * 1024 ** 3, library: false });
}));

test('the token allows everything', () => viewOnly(async (server) => {
  const token = { authorization: 'Bearer s3same' };
  assert.is((await ask(server, 'POST', '/v1/stations', ONE, token)).status, 201);
  const { body: seen } = await ask(server, 'GET', '/v1/stations/radio-one');
  const glance: Record<Exclude<keyof StationGlance, 'tags' | 'mood'>, true> = { id: true, name: true, state: true, since: true, nowPlaying: true, reason: true, heard: true, genre: true, p: true, level: true, alerts: true };
  assert.equal(Object.keys(seen).sort(), Object.keys(glance).sort());
  assert.not.match((await ask(server, 'GET', '/v1/stations')).text, URL_ONE);
  assert.is((await ask(server, 'GET', '/v1/stations/radio-one', undefined, token)).body.url, URL_ONE);
  assert.equal((await ask(server, 'GET', '/v1/access', undefined, token)).body, { may: 'manage', isSignedIn: true, history: true, maxFileBytes: 2 * 1024 ** 3, library: false });
  assert.is((await ask(server, 'DELETE', '/v1/stations/radio-one', undefined, token)).status, 204);
}));

test('pages of other sites can\'t change anything, even allowed ones', () => withFriend(async (server) => {
  for (const origin of ['https://friend.org', 'https://evil.org', 'null']) {
    const { status, body } = await ask(server, 'POST', '/v1/stations', ONE, { origin });
    assert.equal([status, body.code], [403, 'not-allowed'], origin);
    assert.is((await ask(server, 'DELETE', '/v1/stations/x', undefined, { origin })).status, 403);
  }
  assert.is(server.stations.list().length, 0);
  assert.is((await ask(server, 'POST', '/v1/stations', ONE, { origin: server.url })).status, 201);
}));

test('a preflight request tells a page of another site what is allowed', () => withFriend(async (server) => {
  const preflight = (origin: string) => ask(server, 'OPTIONS', '/v1/stations', undefined, { origin, 'access-control-request-method': 'POST' });
  const friend = await preflight('https://friend.org');
  assert.is(friend.status, 204);
  assert.is(friend.headers.get('access-control-allow-origin'), 'https://friend.org');
  assert.is(friend.headers.get('access-control-allow-methods'), 'GET, HEAD');
  const evil = await preflight('https://evil.org');
  assert.equal([evil.status, evil.headers.get('access-control-allow-origin')], [403, null]);
}));

test('an unsupported method is rejected with the list of supported ones', () => shared(async (server) => {
  const put = await ask(server, 'PUT', '/v1/stations/x');
  assert.equal([put.status, put.body.code, put.headers.get('allow')], [405, 'not-allowed', 'DELETE, GET, HEAD, PATCH, OPTIONS']);
  assert.is(put.body.detail, 'PUT is not allowed at /v1/stations/x, only DELETE, GET, HEAD, PATCH.');
  assert.is((await ask(server, 'POST', '/v1/streams')).headers.get('allow'), 'GET, HEAD, OPTIONS');
  assert.is((await ask(server, 'POST', '/nothing')).status, 404);
  assert.is((await ask(server, 'GET', '/v1/stations/watch')).status, 426);
}));

test.run();
