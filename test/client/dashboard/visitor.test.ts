/** Access and sign-in of the visitor, and the polled alerts. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Alerts } from '../../../client/dashboard/alerts.js';
import { ApiError, type Access, type RequestOptions, type ServerAlert } from '../../../client/dashboard/api.js';
import { Visitor, type TokenStorage } from '../../../client/dashboard/visitor.js';
import { SdkClock } from '../../support/sdk-clock.js';

const TOKEN = 'right';

class MemoryStorage implements TokenStorage {
  items = new Map<string, string>();
  getItem(key: string): string | null { return this.items.get(key) ?? null; }
  setItem(key: string, value: string): void { this.items.set(key, value); }
  removeItem(key: string): void { this.items.delete(key); }
}

/** A fake server that grants everybody `everybody`, and `manage` with the token. */
function server(everybody: Access, errorStatus?: number) {
  const requests: [string, RequestOptions][] = [];
  const fetch = (path: string, given: RequestOptions = {}): Promise<Response> => {
    requests.push([path, given]);
    if (errorStatus !== undefined) return Promise.resolve(Response.json({ code: 'not-found', detail: 'Nothing is there.' }, { status: errorStatus }));
    return Promise.resolve(Response.json(path === 'v1/tokens/signed' ? { token: `short ${requests.length}` } : { may: given.token === TOKEN ? 'manage' : everybody, isSignedIn: given.token === TOKEN }));
  };
  return { fetch, requests };
}

test('has the access of everybody until signed in', async () => {
  const { fetch, requests } = server('view');
  const storage = new MemoryStorage();
  const visitor = new Visitor(fetch, () => storage);
  const changes: Access[] = [];
  visitor.on('change', (may) => changes.push(may));
  await visitor.refresh();
  assert.equal([visitor.access, visitor.canSend, visitor.canManage], ['view', false, false]);
  assert.is(await visitor.signIn('wrong'), false);
  assert.equal([visitor.hasToken, storage.items.size], [false, 0]);
  assert.is(await visitor.signIn(TOKEN), true);
  assert.equal([visitor.access, visitor.hasToken, [...storage.items.values()]], ['manage', true, [TOKEN]]);
  await visitor.request('v1/stations', { method: 'POST', body: {} });
  assert.equal(requests.at(-1), ['v1/stations', { method: 'POST', body: {}, token: TOKEN }]);
  await visitor.signOut();
  assert.equal([visitor.access, visitor.hasToken, storage.items.size], ['view', false, 0]);
  assert.equal(changes, ['view', 'manage', 'view']);
});

test('a token for sockets is asked for when it is needed, and again after 9 minutes', async () => {
  const { fetch, requests } = server('none');
  const visitor = new Visitor(fetch, () => new MemoryStorage());
  await visitor.refresh();
  assert.equal([visitor.access, visitor.canSend], ['none', false]);
  assert.is(await visitor.socketToken(0), undefined);
  await visitor.signIn(TOKEN);
  const first = await visitor.socketToken(0);
  assert.match(first!, /^short \d$/);
  assert.equal(requests.at(-1), ['v1/tokens/signed', { method: 'POST', body: {}, token: TOKEN }]);
  assert.is(await visitor.socketToken(539_999), first);
  const next = await visitor.socketToken(540_000);
  assert.is.not(next, first);
  assert.is.not(await visitor.socketToken(0), next); // the clock was set back
  await visitor.signOut();
  assert.is(await visitor.socketToken(0), undefined);
});

test('a visitor whose token was revoked goes on without', async () => {
  let isRevoked = false;
  const fetch = (path: string, { token }: RequestOptions = {}): Promise<Response> => {
    const isRight = token === TOKEN && !isRevoked;
    return Promise.resolve(path === 'v1/access' ? Response.json({ may: isRight ? 'send' : 'view', isSignedIn: isRight }) : Response.json({ code: 'no-token', detail: 'No.' }, { status: 401 }));
  };
  const visitor = new Visitor(fetch, () => new MemoryStorage());
  assert.is(await visitor.signIn(TOKEN), true);
  assert.equal([visitor.canSend, visitor.canManage], [true, false]);
  isRevoked = true;
  assert.is(await visitor.socketToken(), undefined);
  assert.equal([visitor.hasToken, visitor.access], [false, 'view']);
});

test('the token is stored for the tab, and a wrong one is deleted', async () => {
  const storage = new MemoryStorage();
  storage.setItem('livegenre.token', TOKEN);
  const again = new Visitor(server('send').fetch, () => storage);
  await again.refresh();
  assert.is(again.access, 'manage');
  storage.setItem('livegenre.token', 'old');
  const other = new Visitor(server('send').fetch, () => storage);
  await other.refresh();
  assert.equal([other.access, other.hasToken], ['send', false]);
  assert.is(storage.items.size, 0);
});

test('with blocked storage the token lasts as long as the page', async () => {
  const visitor = new Visitor(server('view').fetch, () => { throw new Error('blocked'); });
  await visitor.refresh();
  assert.is(await visitor.signIn(TOKEN), true);
  assert.is(visitor.access, 'manage');
});

test('an error answer becomes an ApiError with the server\'s code and message', async () => {
  const visitor = new Visitor(server('view', 404).fetch, () => new MemoryStorage());
  try {
    await visitor.request('v1/stations/x');
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal([error.status, error.code, error.message], [404, 'not-found', 'Nothing is there.']);
  }
});

function alert(id: number, given: Partial<ServerAlert> = {}): ServerAlert {
  return { id, type: 'down', from: '2026-11-21T12:00:00.000Z', to: null, sentence: 'Not heard.', station: { id: 'one', name: 'Radio One' }, ...given };
}

test('alerts are polled; a new one fires an event, earlier ones do not', async () => {
  let answer: readonly ServerAlert[] = [alert(1)];
  const paths: string[] = [];
  const clock = new SdkClock();
  const alerts = new Alerts({ hasHistory: true, request: (path) => { paths.push(path); return Promise.resolve({ alerts: answer }); } }, clock, () => Date.UTC(2026, 10, 21, 12));
  const raised: string[] = [];
  alerts.on('raised', (sentence) => raised.push(sentence));
  await alerts.refresh();
  assert.equal(paths, ['v1/alerts?from=2026-11-20T12:00:00.000Z']);
  assert.equal(raised, []);
  answer = [alert(3, { type: 'drift', to: '2026-11-21T12:00:00.000Z' }), alert(2, { type: 'dead-air' }), alert(1, { to: '2026-11-21T12:00:10.000Z' })];
  assert.equal(clock.waits, [15_000]);
  clock.advance(15_000);
  await clock.until((waits) => waits.length > 0);
  assert.equal(raised, ['Dead air: Radio One.']);
  assert.equal(alerts.open.map(({ id }) => id), [2]);
  alerts.close();
  assert.equal(clock.waits, []);
});

test('a failed poll keeps the last alerts; a server without history is not polled', async () => {
  let answer = (): Promise<unknown> => Promise.resolve({ alerts: [alert(1)] });
  const clock = new SdkClock();
  const failing = new Alerts({ hasHistory: true, request: () => answer() }, clock);
  await failing.refresh();
  answer = () => Promise.reject(new TypeError('fetch failed'));
  await failing.refresh();
  assert.is(failing.recent?.length, 1);
  assert.equal(clock.waits, [15_000]);
  failing.close();
  let requestCount = 0;
  const without = new Alerts({ hasHistory: false, request: () => Promise.resolve(requestCount += 1) }, clock);
  await without.refresh();
  assert.equal([without.recent, requestCount, clock.waits], [undefined, 0, []]);
});

test.run();
