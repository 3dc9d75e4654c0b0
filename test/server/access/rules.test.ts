/** Every route and every socket of the server, taken from the app itself, with the role that it needs. A new one must be listed here. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Access } from '../../../server/access/access.js';
import { newToken } from '../../../server/access/new-token.js';
import { RULES } from '../../../server/access/rules.js';
import { httpApp, type HttpParts } from '../../../server/http/http.js';
import { Log } from '../../../server/log.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { ROLES, type Role } from '../../../server/protocol/role.js';
import { withDefaults } from '../../../server/settings.js';
import type { Senders } from '../../../server/sockets/senders.js';
import { Upgrades } from '../../../server/sockets/upgrades.js';
import type { Viewers } from '../../../server/sockets/viewers.js';
import type { Streams } from '../../../server/streams/streams.js';

/** The least role, whether a token that is bound to the station `ID` is enough, and one that is bound to another. */
const NEEDED: Readonly<Record<string, 'nobody is refused' | 'any token' | readonly [role: Role, bound: 'all' | 'its own' | 'none']>> = {
  'GET /healthz': 'nobody is refused',
  'GET /readyz': 'nobody is refused',
  'GET /metrics': ['manage', 'none'],
  'GET /v1/health': ['manage', 'none'],
  'GET /v1/access': 'nobody is refused',
  'GET /v1/origins': 'nobody is refused',
  'GET /v1/model': ['view', 'all'],
  'POST /v1/model': ['manage', 'none'],
  'GET /v1/tokens': ['manage', 'none'],
  'POST /v1/tokens': ['manage', 'none'],
  'POST /v1/tokens/signed': 'any token',
  'DELETE /v1/tokens/:id': ['manage', 'none'],
  'GET /v1/stream': 'nobody is refused',
  'GET /v1/streams/:id/watch': 'nobody is refused',
  'GET /v1/stations/watch': 'nobody is refused',
  'SOCKET /v1/stream': ['send', 'all'],
  'SOCKET /v1/streams/:id/watch': ['view', 'its own'],
  'SOCKET /v1/stations/watch': ['view', 'all'],
  'GET /v1/streams': ['view', 'all'],
  'GET /v1/streams/:id': ['view', 'its own'],
  'GET /v1/stations': ['view', 'all'],
  'POST /v1/stations': ['manage', 'none'],
  'GET /v1/stations/:id': ['view', 'its own'],
  'PATCH /v1/stations/:id': ['manage', 'its own'],
  'DELETE /v1/stations/:id': ['manage', 'its own'],
  'GET /v1/stations/:id/history': ['view', 'its own'],
  'GET /v1/stations/:id/history.csv': ['view', 'its own'],
  'GET /v1/stations/:id/poster.svg': ['view', 'its own'],
  'GET /v1/stations/:id/profile': ['view', 'its own'],
  'GET /v1/profiles': ['view', 'all'],
  'GET /v1/stations/:id/audio': ['send', 'its own'],
  'GET /v1/stations/:id/relay': ['send', 'its own'],
  'GET /v1/tune/:name': ['send', 'all'],
  'GET /v1/alerts': ['view', 'all'],
  'POST /v1/classify': ['send', 'all'],
  'GET /v1/classify/:id/events': ['send', 'all'],
  'POST /v1/explain': ['send', 'all'],
  'GET /v1/library': ['view', 'none'],
  'GET /v1/library/map': ['view', 'none'],
  'GET /v1/library/found': ['view', 'none'],
  'GET /v1/tracks': ['view', 'none'],
  'GET /v1/tracks/:id': ['view', 'none'],
  'GET /v1/tracks/:id/similar': ['view', 'none'],
  'GET /v1/tracks/:id/audio': ['send', 'none'],
  // These check credentials of their own (test/server/http/subsonic).
  'GET /rest/ping': 'nobody is refused',
  'GET /rest/ping.view': 'nobody is refused',
  'GET /rest/getOpenSubsonicExtensions': 'nobody is refused',
  'GET /rest/getOpenSubsonicExtensions.view': 'nobody is refused',
  'GET /rest/getSonicSimilarTracks': 'nobody is refused',
  'GET /rest/getSonicSimilarTracks.view': 'nobody is refused',
  'GET /rest/findSonicPath': 'nobody is refused',
  'GET /rest/findSonicPath.view': 'nobody is refused',
};

const settings = withDefaults({ access: 'view' });
const granted = new Map(ROLES.flatMap((role) => ([['unbound', undefined], ['own', ['ID']], ['other', ['other']]] as const).map(([bound, stations]) => {
  const { token, stored } = newToken({ name: role, role, stations: stations && [...stations] }, 0);
  return [`${role} ${bound}`, { token, stored }] as const;
})));
const access = new Access(settings, {
  api: { find: async (text) => [...granted.values()].find(({ token }) => token === text)?.stored, get: async () => undefined },
  signed: { verify: async () => undefined },
});

// Parts that fail when a handler reaches for them: who is allowed to ask then gets an answer other than a refusal.
const app = httpApp({ access, settings, pages: new Map(), log: new Log('error', () => {}), version: '1', streams: {}, tokens: {} } as unknown as HttpParts);
const http = new EventEmitter();
const reached = (): never => {
  throw new ProtocolError('too-many-streams', 'The socket was reached.');
};
const upgrades = new Upgrades({
  admitted: Object.assign(http, { flowOf: () => undefined }), access, grants: { hold: reached }, settings, streams: { isDraining: false } as Streams,
  senders: { checkCapacity: reached } as unknown as Senders, viewers: { checkCapacity: reached, find: reached } as unknown as Viewers,
});

async function statusOf(key: string, token: string | undefined): Promise<number> {
  const [method = '', path = ''] = key.replace(':id', 'ID').split(' ');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (method !== 'SOCKET') return (await app.request(path, { method, headers })).status;
  const socket = new PassThrough();
  http.emit('upgrade', { url: path, headers }, socket, Buffer.alloc(0));
  for await (const chunk of socket) return Number(String(chunk).split(' ')[1]);
  throw new Error('no answer');
}
const isRefused = (status: number): boolean => status === 401 || status === 403;

test('every route and socket is listed here and has a rule, and no other', () => {
  const routes = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  const sockets = [...upgrades.sockets.keys()].map((path) => `SOCKET ${path}`);
  const all = [...new Set([...routes, ...sockets])].sort();
  assert.equal(all, Object.keys(NEEDED).sort());
  assert.equal(all, Object.keys(RULES).sort());
});

for (const [key, needed] of Object.entries(NEEDED)) {
  test(`${key}: ${typeof needed === 'string' ? needed : `${needed[0]}, tokens bound to stations: ${needed[1]}`}`, async () => {
    if (needed === 'nobody is refused') return assert.not.ok(isRefused(await statusOf(key, undefined)));
    if (needed === 'any token') {
      assert.ok(isRefused(await statusOf(key, undefined)));
      for (const { token } of granted.values()) assert.not.ok(isRefused(await statusOf(key, token)));
      return undefined;
    }
    const [role, bound] = needed;
    const isOpen = role === 'view'; // with --access view
    assert.is(isRefused(await statusOf(key, undefined)), !isOpen, 'without a token');
    for (const each of ROLES) {
      const hasRole = ROLES.indexOf(each) >= ROLES.indexOf(role);
      const of = async (name: 'unbound' | 'own' | 'other'): Promise<boolean> => isRefused(await statusOf(key, granted.get(`${each} ${name}`)!.token));
      assert.is(await of('unbound'), !isOpen && !hasRole, each);
      assert.is(await of('own'), !isOpen && !(hasRole && bound !== 'none'), `${each}, bound to this station`);
      assert.is(await of('other'), !isOpen && !(hasRole && bound === 'all'), `${each}, bound to another station`);
    }
  });
}

test('what is not listed needs the role manage, and pages are open', async () => {
  assert.is((await app.request('/v1/new')).status, 401);
  assert.is((await app.request('/rest/new')).status, 401);
  assert.is((await app.request('/v1/stations', { method: 'PUT' })).status, 401);
  assert.is((await app.request('/v1/stations', { method: 'OPTIONS' })).status, 204);
  assert.is((await app.request('/')).status, 404);
});

test.run();
