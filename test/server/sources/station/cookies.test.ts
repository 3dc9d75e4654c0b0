import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cookies } from '../../../../server/sources/station/cookies.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

/** The cookies that a request to `to` sends after `from` has set these. */
function sent(from: string, lines: readonly string[], to: string, laterMs = 0): string | undefined {
  const cookies = new Cookies();
  cookies.store(new URL(from), lines, NOW);
  return cookies.for(new URL(to), NOW + laterMs);
}

test('cookies go back to the host that set them, below their path', () => {
  const from = 'http://radio.example/dir/list';
  for (const [line, to, cookie] of [
    ['sid=1; Path=/', 'http://radio.example:8000/live', 'sid=1'],
    ['sid=1', 'http://radio.example/dir/live', 'sid=1'],
    ['sid=1', 'http://radio.example/live', undefined],
    ['sid=1', 'http://radio.example/directory', undefined],
    ['sid=1; Path=/', 'http://other.example/live', undefined],
    ['sid=1; Path=/', 'http://cdn.radio.example/live', undefined],
    ['sid=1; Path=/; Domain=.radio.example', 'http://radio.example/', 'sid=1'],
    ['sid=1; path=/; SECURE', 'http://radio.example/', undefined],
    ['sid=1; path=/; secure', 'https://radio.example/', 'sid=1'],
    ['sid="a=b c"; path=/', 'http://radio.example/', 'sid="a=b c"'],
    ['=1; path=/', 'http://radio.example/', undefined],
    ['no pair', 'http://radio.example/dir/', undefined],
  ] as const) {
    assert.is(sent(from, [line], to), cookie, `${line} ${to}`);
  }
});

test('a domain must contain the host, and be more than one word', () => {
  const from = 'http://a.radio.example/';
  assert.is(sent(from, ['sid=1; Domain=radio.example'], 'http://b.radio.example/'), 'sid=1');
  assert.is(sent(from, ['sid=1; Domain=other.example'], 'http://other.example/'), undefined);
  assert.is(sent(from, ['sid=1; Domain=example'], 'http://b.example/'), undefined);
});

test('cookies end, are replaced, and can be taken back', () => {
  const url = 'http://radio.example/';
  assert.is(sent(url, ['a=1; Max-Age=10'], url, 9000), 'a=1');
  assert.is(sent(url, ['a=1; Max-Age=10'], url, 11_000), undefined);
  assert.is(sent(url, ['a=1; Expires=Thu, 01 Jan 2026 00:00:05 GMT'], url, 6000), undefined);
  assert.is(sent(url, ['a=1', 'b=2', 'a=3'], url), 'b=2; a=3');
  assert.is(sent(url, ['a=1', 'a=; Max-Age=0'], url), undefined);
});

test('there are at most 50, of 4,096 characters', () => {
  const url = 'http://radio.example/';
  assert.is(sent(url, Array.from({ length: 60 }, (_, k) => `c${k}=1`), url)!.split('; ').length, 50);
  assert.is(sent(url, [`a=${'x'.repeat(4096)}`], url), undefined);
});

test.run();
