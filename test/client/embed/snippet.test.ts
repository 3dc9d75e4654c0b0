/** The HTML that /embed generates, and which pages may use it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchAllowedOrigins, fetchSources } from '../../../client/embed/lists.js';
import { allowedOriginsFlag, isAllowed, accessWarning, neededRole, originOf, contentSecurityPolicy, tokenCommand } from '../../../client/embed/server-access.js';
import { snippet, type Choices } from '../../../client/embed/snippet.js';

const CARD: Choices = { stream: 'demo', size: 'card', theme: 'auto', properties: {} };
const lines = (choices: Partial<Choices>): string => snippet({ ...CARD, ...choices }, 'https://radio.org/').split('\n')[1]!;

test('the snippet is the script of this server and an element with the changed attributes only', () => {
  assert.is(snippet(CARD, 'https://radio.org/live/'), '<script type="module" src="https://radio.org/live/widget.js"></script>\n<live-genre stream="demo"></live-genre>');
  assert.is(lines({ size: 'badge', theme: 'dark' }), '<live-genre stream="demo" size="badge" theme="dark"></live-genre>');
  assert.is(lines({ stream: null }), '<live-genre mic></live-genre>');
  assert.is(lines({ properties: { '--live-genre-accent': '#f60', '--live-genre-radius': '0em' } }), '<live-genre stream="demo" style="--live-genre-accent: #f60; --live-genre-radius: 0em"></live-genre>');
});

test('an id is escaped in its attribute', () => {
  assert.is(lines({ stream: '"><script>&' }), '<live-genre stream="&quot;>&lt;script>&amp;"></live-genre>');
});

test('visitors who may not look, or not send, need a token: then the snippet asks for one', () => {
  assert.equal((['manage', 'send', 'view', 'none'] as const).map((everybody) => [neededRole(everybody, 'demo'), neededRole(everybody, null)]), [[undefined, undefined], [undefined, undefined], [undefined, 'send'], ['view', 'send']]);
  assert.match(snippet(CARD, 'https://radio.org/', true), /<\/live-genre>\n<script>document\.querySelector\('live-genre'\)\.token = async \(\) => \(await fetch\('\/my-genre-token'\)\)\.text\(\);<\/script>$/);
  assert.is(tokenCommand('https://radio.org/', 'view', 'fm4', 'https://a.org'), `curl -X POST https://radio.org/v1/tokens/signed -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' -d '{"role":"view","stations":["fm4"],"origins":["https://a.org"]}'`);
  assert.not.match(tokenCommand('https://radio.org/', 'send', null, 'https://a.org'), 'stations');
});

test('warns about an address that others cannot reach', () => {
  assert.match(accessWarning(new URL('http://127.0.0.1:8080/')), 'only on this computer');
  assert.match(accessWarning(new URL('http://localhost/')), 'only on this computer');
  assert.match(accessWarning(new URL('http://radio.org/')), 'TLS');
  assert.is(accessWarning(new URL('https://radio.org/')), '');
});

test('finds the origin of a typed page address or host name', () => {
  assert.equal(['https://a.org/page?x', 'a.org', 'http://a.org:81', ' a.org '].map(originOf), ['https://a.org', 'https://a.org', 'http://a.org:81', 'https://a.org']);
  assert.equal(['', 'no such thing', 'ftp://a.org', 'javascript:alert(1)'].map(originOf), [undefined, undefined, undefined, undefined]);
});

test('tells which origins are allowed, and the flag that adds one to the others', () => {
  assert.ok(isAllowed('https://radio.org', [], 'https://radio.org'));
  assert.ok(isAllowed('https://a.org', ['*'], 'https://radio.org'));
  assert.not(isAllowed('https://a.org', ['https://b.org'], 'https://radio.org'));
  assert.is(allowedOriginsFlag(['https://b.org'], 'https://a.org'), '--allowed-origins https://b.org,https://a.org');
  assert.is(contentSecurityPolicy(new URL('https://radio.org/x')), 'script-src https://radio.org; connect-src https://radio.org wss://radio.org');
});

test('stations come first and once; without stations only streams are listed', async () => {
  const answers: Record<string, unknown> = {
    'v1/streams': { streams: [{ id: 'demo', name: 'Demo station', source: 'demo' }, { id: 'fm4', name: 'FM4', source: 'station' }, { id: 'a1', name: 'mine', source: 'client' }] },
    'v1/stations': { stations: [{ id: 'fm4', name: 'FM4' }] },
  };
  const get = async (path: string): Promise<{ ok: boolean; json(): Promise<unknown> }> => ({ ok: path in answers, json: async () => answers[path] });
  assert.equal((await fetchSources(get)).map(({ id, isTemporary }) => [id, isTemporary]), [['fm4', false], ['demo', false], ['a1', true]]);
  delete answers['v1/stations'];
  assert.equal((await fetchSources(get)).map(({ id }) => id), ['demo', 'fm4', 'a1']);
  let failure = '';
  await fetchAllowedOrigins(get).catch((error: Error) => { failure = error.message; });
  assert.match(failure, 'allowed origins');
});

test.run();
