import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alertResponseSchema, historyResponseSchema, stationResponseSchema, streamResponseSchema } from '../../../../server/http/rest/schemas.js';
import { stream } from '../../rig.js';
import { ask } from './ask.js';
import { sharedHistory, withHistory } from './kept-server.js';

const shared = sharedHistory(test, [{
  kind: 'alert', station: 'one', alert: { id: 'x', station: { id: 'one', name: 'One' }, type: 'down', fromMs: Date.now() - 5000, toMs: null, sentence: 'Down.' },
}]);

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, unknown>; readonly security?: unknown }>>>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

test('the document has every route under /v1', () => shared(async (server) => {
  const { headers, body } = await ask<Document>(server, 'GET', '/openapi.json');
  assert.match(headers.get('content-type')!, 'application/json');
  assert.is(body.openapi, '3.1.0');
  assert.match(body.info.version, /^\d+\.\d+\.\d+/);
  const routes = Object.entries(body.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  assert.equal(routes.sort(), [
    'delete /v1/stations/{id}', 'delete /v1/tokens/{id}', 'get /v1/access', 'get /v1/alerts', 'get /v1/classify/{id}/events', 'get /v1/health', 'get /v1/library', 'get /v1/library/found', 'get /v1/library/map', 'get /v1/model', 'get /v1/origins', 'get /v1/profiles', 'get /v1/stations', 'get /v1/stations/watch',
    'get /v1/stations/{id}', 'get /v1/stations/{id}/audio', 'get /v1/stations/{id}/history', 'get /v1/stations/{id}/history.csv', 'get /v1/stations/{id}/poster.svg', 'get /v1/stations/{id}/profile', 'get /v1/stations/{id}/relay',
    'get /v1/stream', 'get /v1/streams', 'get /v1/streams/{id}', 'get /v1/streams/{id}/watch', 'get /v1/tokens', 'get /v1/tracks', 'get /v1/tracks/{id}', 'get /v1/tracks/{id}/audio', 'get /v1/tracks/{id}/similar', 'get /v1/tune/{name}', 'patch /v1/stations/{id}', 'post /v1/classify', 'post /v1/explain', 'post /v1/model', 'post /v1/stations', 'post /v1/tokens', 'post /v1/tokens/signed',
  ]);
  assert.equal(Object.keys(body.components.schemas).sort(), ['Classified', 'Explanation', 'Health', 'History', 'ListedTrack', 'NewStation', 'Problem', 'Profile', 'Station', 'StationChanges', 'StationTrial', 'Stream', 'Token', 'Track']);
  // Whatever it points to is there.
  for (const [, name] of JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) assert.ok(body.components.schemas[name!], name);
}));

test('each route responds as documented', () => withHistory([], async (server) => {
  const { body } = await ask<Document>(server, 'GET', '/openapi.json');
  for (const [path, methods] of Object.entries(body.paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      for (const id of path.includes('{id}') ? ['one', 'none'] : ['']) {
        const { status } = await ask(server, method.toUpperCase(), path.replace('{id}', id), ['post', 'patch'].includes(method) ? '{}' : undefined);
        assert.ok(String(status) in responses, `${method} ${path} with ${id} answers ${status}`);
      }
    }
  }
}));

test('responses match the documented schemas', () => shared(async (server) => {
  await stream(server);
  const get = async <Body>(path: string): Promise<Body> => (await ask<Body>(server, 'GET', path)).body;
  const [one] = (await get<{ stations: unknown[] }>('/v1/stations')).stations;
  assert.equal(stationResponseSchema.strict().parse(one), one);
  const history = await get('/v1/stations/one/history');
  assert.equal(historyResponseSchema.strict().parse(history), history);
  const [running] = (await get<{ streams: unknown[] }>('/v1/streams')).streams;
  assert.equal(streamResponseSchema.strict().parse(running), running);
  alertResponseSchema.parse((await get<{ alerts: unknown[] }>('/v1/alerts')).alerts[0]);
}));

test('the document and its page are cached by ETag', () => shared(async (server) => {
  for (const path of ['/openapi.json', '/docs', '/docs.css']) {
    const etag = (await ask(server, 'GET', path)).headers.get('etag')!;
    assert.is((await ask(server, 'GET', path, undefined, { 'if-none-match': etag })).status, 304, path);
  }
}));

test.run();
