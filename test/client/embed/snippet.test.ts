/** The lines that /embed gives out, and what it says of who may use them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchAllowedOrigins, fetchShowables } from '../../../client/embed/lists.js';
import { flagFor, isAllowed, obstacle, originOf, policy } from '../../../client/embed/reach.js';
import { snippet, type Choices } from '../../../client/embed/snippet.js';

const CARD: Choices = { stream: 'demo', size: 'card', theme: 'auto', properties: {} };
const lines = (choices: Partial<Choices>): string => snippet({ ...CARD, ...choices }, 'https://radio.org/').split('\n')[1]!;

test('the script of this server, and an element with what was chosen and no more', () => {
  assert.is(snippet(CARD, 'https://radio.org/live/'), '<script type="module" src="https://radio.org/live/widget.js"></script>\n<live-genre stream="demo"></live-genre>');
  assert.is(lines({ size: 'badge', theme: 'dark' }), '<live-genre stream="demo" size="badge" theme="dark"></live-genre>');
  assert.is(lines({ stream: null }), '<live-genre mic></live-genre>');
  assert.is(lines({ properties: { '--live-genre-accent': '#f60', '--live-genre-radius': '0em' } }), '<live-genre stream="demo" style="--live-genre-accent: #f60; --live-genre-radius: 0em"></live-genre>');
});

test('an id can not break out of its attribute', () => {
  assert.is(lines({ stream: '"><script>&' }), '<live-genre stream="&quot;>&lt;script>&amp;"></live-genre>');
});

test('an address that others can not reach is said to be so', () => {
  assert.match(obstacle(new URL('http://127.0.0.1:8080/')), 'this computer alone');
  assert.match(obstacle(new URL('http://localhost/')), 'this computer alone');
  assert.match(obstacle(new URL('http://radio.org/')), 'TLS');
  assert.is(obstacle(new URL('https://radio.org/')), '');
});

test('the origin of what is typed, be it a page or a name', () => {
  assert.equal(['https://a.org/page?x', 'a.org', 'http://a.org:81', ' a.org '].map(originOf), ['https://a.org', 'https://a.org', 'http://a.org:81', 'https://a.org']);
  assert.equal(['', 'no such thing', 'ftp://a.org', 'javascript:alert(1)'].map(originOf), [undefined, undefined, undefined, undefined]);
});

test('who is allowed, and how to allow one more without losing the others', () => {
  assert.ok(isAllowed('https://radio.org', [], 'https://radio.org'));
  assert.ok(isAllowed('https://a.org', ['*'], 'https://radio.org'));
  assert.not(isAllowed('https://a.org', ['https://b.org'], 'https://radio.org'));
  assert.is(flagFor(['https://b.org'], 'https://a.org'), '--allowed-origins https://b.org,https://a.org');
  assert.is(policy(new URL('https://radio.org/x')), 'script-src https://radio.org; connect-src https://radio.org wss://radio.org');
});

test('stations come first and once; without stations there are streams', async () => {
  const answers: Record<string, unknown> = {
    'v1/streams': { streams: [{ id: 'demo', name: 'Demo station', source: 'demo' }, { id: 'fm4', name: 'FM4', source: 'station' }, { id: 'a1', name: 'mine', source: 'client' }] },
    'v1/stations': { stations: [{ id: 'fm4', name: 'FM4' }] },
  };
  const get = async (path: string): Promise<{ ok: boolean; json(): Promise<unknown> }> => ({ ok: path in answers, json: async () => answers[path] });
  assert.equal((await fetchShowables(get)).map(({ id, isPassing }) => [id, isPassing]), [['fm4', false], ['demo', false], ['a1', true]]);
  delete answers['v1/stations'];
  assert.equal((await fetchShowables(get)).map(({ id }) => id), ['demo', 'fm4', 'a1']);
  let failure = '';
  await fetchAllowedOrigins(get).catch((error: Error) => { failure = error.message; });
  assert.match(failure, 'which origins');
});

test.run();
