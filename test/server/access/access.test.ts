import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Access } from '../../../server/access/access.js';
import { newToken, type NewToken } from '../../../server/access/new-token.js';
import { SignedTokens, signedTokenSchema } from '../../../server/access/signed-tokens.js';
import { SigningKeys } from '../../../server/access/signing-keys.js';
import type { Visitor } from '../../../server/access/visitor.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { ROLES } from '../../../server/protocol/role.js';
import type { Settings } from '../../../server/settings.js';
import { Log } from '../../../server/log.js';
import type { SigningKeyStore } from '../../../server/store/signing-keys.js';
import type { StoredToken } from '../../../server/store/tokens.js';

const TOKENS = new Map<string, StoredToken>();
const made = (fields: NewToken): string => {
  const { token, stored } = newToken(fields, 0);
  TOKENS.set(token, stored);
  return token;
};
const viewToken = made({ name: 'a screen', role: 'view' });
const sendToken = made({ name: 'a recorder', role: 'send' });
const boundToken = made({ name: 'one station', role: 'manage', stations: ['one'] });
const pageToken = made({ name: 'a page', role: 'send', origins: ['https://radio.example'] });

let nowMs = Date.parse('2026-11-30T12:00:00Z');
const signerOf = (store?: SigningKeyStore): SignedTokens => new SignedTokens(new SigningKeys({ store, now: () => nowMs, log: new Log('error', () => {}) }), () => nowMs);
const signed = signerOf();
const accessOf = (settings: Partial<Pick<Settings, 'access' | 'adminToken' | 'allowedOrigins'>> = {}): Access => new Access({ access: 'view', adminToken: '', allowedOrigins: [], ...settings }, { api: { find: async (text) => TOKENS.get(text), get: async (id) => [...TOKENS.values()].find((each) => each.id === id) }, signed });
const decide = (access: Access, request: string, headers: Readonly<Record<string, string>> = {}): Promise<Visitor> => {
  const [method = '', path = ''] = request.split(' ');
  return access.decide({ method, path, header: (name) => headers[name] });
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const refusal = async (deciding: Promise<Visitor>): Promise<string> => {
  try {
    await deciding;
  } catch (error) {
    assert.instance(error, ProtocolError);
    return `${(error as ProtocolError).code}: ${(error as Error).message}`;
  }
  throw new Error('it was allowed');
};
/** A request that needs each role. */
const NEEDS = { view: 'GET /v1/stations', send: 'POST /v1/classify', manage: 'POST /v1/stations' } as const;

test('without a token the setting decides, and each role includes those before it', async () => {
  for (const access of ROLES) {
    for (const needed of ROLES) {
      const deciding = decide(accessOf({ access }), NEEDS[needed]);
      if (ROLES.indexOf(access) >= ROLES.indexOf(needed)) assert.is((await deciding).role, access);
      else assert.match(await refusal(deciding), 'no-token');
    }
  }
});

test('a token allows what its role includes, and takes away nothing that everybody may do', async () => {
  const access = accessOf();
  assert.is((await decide(access, NEEDS.send, bearer(sendToken))).role, 'send');
  assert.match(await refusal(decide(access, NEEDS.manage, bearer(sendToken))), 'no-token: A token with the role manage is needed to manage this, and the one sent has the role send.');
  assert.is((await decide(accessOf({ access: 'manage' }), NEEDS.manage, bearer(viewToken))).role, 'manage');
});

test('the admin token allows everything; a wrong one is treated like none', async () => {
  const access = accessOf({ adminToken: 'secret' });
  for (const right of ['Bearer secret', 'bearer secret', 'Bearer  secret']) assert.is((await decide(access, NEEDS.manage, { authorization: right })).role, 'manage');
  for (const wrong of ['secret', 'Bearer', 'Bearer ', 'Bearer secrets', 'Bearer Secret', 'Basic secret', 'Bearer secret more', '']) {
    assert.is((await decide(access, NEEDS.view, { authorization: wrong })).role, 'view', wrong);
    assert.match(await refusal(decide(access, NEEDS.manage, { authorization: wrong })), 'and the one sent is wrong');
  }
  for (const given of ['Bearer ', 'Bearer undefined', 'Bearer null']) assert.is((await decide(accessOf(), NEEDS.view, { authorization: given })).role, 'view');
});

test('a token that is bound to stations reaches these, and nothing of the whole server', async () => {
  const access = accessOf();
  await decide(access, 'DELETE /v1/stations/one', bearer(boundToken));
  await decide(access, 'GET /v1/stations/%6fne/audio', bearer(boundToken));
  await decide(access, 'SOCKET /v1/stream', bearer(boundToken));
  for (const request of ['DELETE /v1/stations/two', 'GET /v1/stations/two/audio', 'POST /v1/stations', 'GET /v1/tokens', 'GET /metrics']) {
    assert.match(await refusal(decide(access, request, bearer(boundToken))), 'not-allowed: This token is for one only.', request);
  }
  const visitor = await decide(access, 'GET /v1/stations', bearer(boundToken));
  assert.equal([visitor.may('manage', 'one'), visitor.may('manage', 'two'), visitor.may('manage'), visitor.may('view', 'two')], [true, false, false, true]);
});

test('a token that is bound to origins lets pages of these connect, and no others', async () => {
  const access = accessOf({ allowedOrigins: ['https://listed.example'] });
  const from = (origin: string, token: string) => ({ ...bearer(token), origin, host: 'own.example' });
  await decide(access, 'SOCKET /v1/stream', from('https://radio.example', pageToken));
  await decide(access, 'SOCKET /v1/stream', bearer(pageToken)); // a program
  await decide(access, 'SOCKET /v1/stream', from('https://own.example', pageToken));
  assert.match(await refusal(decide(access, 'SOCKET /v1/stream', from('https://listed.example', pageToken))), 'not-allowed: This token is not for pages of https://listed.example.');
  assert.match(await refusal(decide(access, 'GET /v1/model', from('https://evil.example', pageToken))), 'not-allowed');
  assert.match(await refusal(decide(access, 'SOCKET /v1/stream', from('https://radio.example', sendToken))), 'not-allowed: Pages of https://radio.example may not connect.');
});

test('pages of other sites connect only if they are listed, and change nothing', async () => {
  const access = accessOf({ access: 'manage', allowedOrigins: ['https://listed.example'] });
  const page = (origin: string) => ({ origin, host: 'own.example' });
  for (const origin of ['https://listed.example', 'http://own.example']) await decide(access, 'SOCKET /v1/stations/watch', page(origin));
  assert.match(await refusal(decide(access, 'SOCKET /v1/stations/watch', page('https://evil.example'))), 'not-allowed');
  for (const origin of ['https://listed.example', 'https://evil.example', 'null']) assert.match(await refusal(decide(access, 'POST /v1/stations', page(origin))), 'not-allowed');
  await decide(access, 'POST /v1/stations', page('http://own.example'));
});

test('credentials of another protocol: a token as password, or the salted MD5 of the admin token', async () => {
  const access = accessOf({ adminToken: 'secret' });
  const md5 = createHash('md5').update('secretpepper').digest('hex');
  assert.is((await access.visitorOf({ password: 'secret' }))?.role, 'manage');
  assert.is((await access.visitorOf({ password: sendToken }))?.role, 'send');
  assert.is((await access.visitorOf({ md5: md5.toUpperCase(), salt: 'pepper' }))?.role, 'manage');
  assert.is(await access.visitorOf({ md5, salt: 'salt' }), undefined);
  assert.is(await access.visitorOf({ password: 'secrets' }), undefined);
  assert.is((await access.visitorOf(undefined))?.role, 'view');
  assert.is((await accessOf().visitorOf({ password: 'anything' }))?.role, 'view');
});

/** A token for a page, made with an API token. */
const forPage = async (by: string, fields: object = {}): Promise<string> => (await signed.sign(TOKENS.get(by)!, signedTokenSchema.parse(fields))).token;
const offered = (token: string) => ({ 'sec-websocket-protocol': `livegenre.v1, livegenre.token.${token}` });

test('a token for a page opens sockets by the subprotocol, and requests by the header', async () => {
  const access = accessOf();
  const token = await forPage(sendToken, { role: 'send' });
  assert.is((await decide(access, 'SOCKET /v1/stream', offered(token))).role, 'send');
  assert.is((await decide(access, 'SOCKET /v1/stream', { ...offered(token), authorization: 'Basic b3duOnByb3h5' })).role, 'send'); // a proxy's password
  assert.is((await decide(access, NEEDS.send, bearer(token))).role, 'send');
  assert.match(await refusal(decide(access, 'SOCKET /v1/stream', offered(await forPage(sendToken, { role: 'view' })))), 'and the one sent has the role view');
  for (const lasting of [sendToken, 'secret']) assert.match(await refusal(decide(accessOf({ adminToken: 'secret' }), 'SOCKET /v1/stream', offered(lasting))), 'and the one sent is wrong');
});

test('a token for a page ends after 10 minutes at most, and with the token that it was made with', async () => {
  const access = accessOf();
  const brief = await forPage(sendToken, { role: 'send', seconds: 60 });
  const token = await forPage(sendToken, { role: 'send' });
  nowMs += 60_000;
  assert.match(await refusal(decide(access, NEEDS.send, bearer(brief))), 'no-token');
  await decide(access, NEEDS.send, bearer(token));
  nowMs += 540_000;
  assert.match(await refusal(decide(access, NEEDS.send, bearer(token))), 'too old');
  assert.throws(() => signedTokenSchema.parse({ seconds: 601 }));
  assert.throws(() => signedTokenSchema.parse({ role: 'manage' }));

  const revoked = made({ name: 'to be revoked', role: 'send' });
  const ofRevoked = await forPage(revoked, { role: 'send' });
  await decide(access, NEEDS.send, bearer(ofRevoked));
  TOKENS.delete(revoked);
  assert.match(await refusal(decide(access, NEEDS.send, bearer(ofRevoked))), 'no-token');
});

test('a token for a page has no more rights than the one that makes it', async () => {
  const code = async (by: string, fields: object): Promise<string> => forPage(by, fields).then(() => 'made', (error: unknown) => (error as ProtocolError).code);
  assert.is(await code(viewToken, { role: 'send' }), 'not-allowed');
  assert.is(await code(boundToken, { stations: ['one', 'two'] }), 'not-allowed');
  assert.is(await code(pageToken, { origins: ['https://evil.example'] }), 'not-allowed');
  const access = accessOf({ access: 'none' });
  const bound = bearer(await forPage(boundToken, { role: 'send' }));
  await decide(access, 'GET /v1/stations/one/audio', bound);
  for (const station of ['two', 'one%2f..']) assert.match(await refusal(decide(access, `GET /v1/stations/${station}`, bound)), 'for one only');
  assert.match(await refusal(decide(access, 'GET /v1/model', { ...bearer(await forPage(pageToken)), origin: 'https://evil.example' })), 'not for pages of');
});

test('only an API token makes a token for a page', async () => {
  const access = accessOf({ access: 'manage', adminToken: 'secret' });
  for (const right of [viewToken, 'secret']) await decide(access, 'POST /v1/tokens/signed', bearer(right));
  assert.match(await refusal(decide(access, 'POST /v1/tokens/signed')), 'no-token: This needs an API token.');
  assert.match(await refusal(decide(access, 'POST /v1/tokens/signed', bearer(await forPage(viewToken)))), 'not one that was made with it');
});

test('a token of another key, algorithm, audience or age is none', async () => {
  const access = accessOf({ access: 'none', adminToken: 'secret' });
  const foreign = (await signerOf().sign(TOKENS.get(sendToken)!, signedTokenSchema.parse({ role: 'send' }))).token;
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${foreign.split('.')[1]}.${foreign.split('.')[2]}`;
  const right = await forPage(sendToken, { role: 'send' });
  const [header, payload, signature] = right.split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
  assert.equal(Object.keys(claims).sort(), ['aud', 'exp', 'iat', 'origins', 'role', 'stations', 'sub']);
  const changed = `${header}.${Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url')}.${signature}`;
  for (const wrong of [foreign, unsigned, changed, `${right}x`, `${header}.${payload}.`, 'a.b.c', 'eyJ.eyJ.x']) assert.match(await refusal(decide(access, NEEDS.view, bearer(wrong))), 'no-token', wrong);
  await decide(access, NEEDS.view, bearer(right));
});

test('with keys that all nodes share a token counts on each of them, also one of a newer key or while the keys can not be read', async () => {
  const keys = [Buffer.alloc(32, 1).toString('base64url')];
  let isAway = false;
  let asked = 0;
  const store: SigningKeyStore = {
    keys: async () => {
      asked++;
      if (isAway) throw new Error('the database is away');
      return [...keys];
    },
  };
  const [one, other, late] = [signerOf(store), signerOf(store), signerOf(store)];
  const by = TOKENS.get(viewToken)!;
  const make = async (signer: SignedTokens): Promise<string> => (await signer.sign(by, signedTokenSchema.parse({}))).token;
  const counts = async (signer: SignedTokens, token: string): Promise<boolean> => await signer.verify(token) !== undefined;

  const first = await make(one);
  assert.ok(await counts(other, first));
  keys.unshift(Buffer.alloc(32, 2).toString('base64url'));
  nowMs += 2000;
  const newer = await make(late);
  assert.ok(await counts(other, newer), 'of a key that it has not seen');
  assert.ok(await counts(late, first) && await counts(other, first), 'of the older key');
  const before = asked;
  for (let i = 0; i < 20; i++) assert.not(await counts(other, await make(signerOf())));
  assert.is(asked, before, 'what is made up does not ask for keys again and again');
  isAway = true;
  nowMs += 61_000;
  assert.ok(await counts(other, newer));
  await make(one);
  const cold = signerOf(store);
  for (const asking of [make(cold), cold.verify(newer)]) assert.is(await asking.then(() => '', (error: ProtocolError) => error.code), 'not-kept');
  isAway = false;
  nowMs += 2000;
  assert.ok(await counts(cold, newer));
});

test('where everybody may do nothing, a token is needed to look; signing in is not refused', async () => {
  const access = accessOf({ access: 'none' });
  assert.match(await refusal(decide(access, NEEDS.view)), 'A token with the role view is needed to look at this.');
  assert.is((await decide(access, 'GET /v1/access')).role, 'none');
  assert.is((await decide(access, NEEDS.view, bearer(viewToken))).role, 'view');
  assert.is((await access.visitorOf(undefined))?.may('view'), false);
});

test.run();
