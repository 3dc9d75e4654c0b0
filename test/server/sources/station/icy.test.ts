import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { IcyBody, titleOf } from '../../../../server/sources/station/icy.js';
import { withMetadata } from './metadata.js';

test('sound and titles come apart, however the bytes are cut', () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 2000 }),
    fc.integer({ min: 1, max: 300 }),
    fc.array(fc.constantFrom('', 'A - B', "It's; so", 'Ünï', 'x'.repeat(400)), { minLength: 1, maxLength: 4 }),
    fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 10 }),
    (sound, interval, titles, cuts) => {
      const heard: (string | null)[] = [];
      const body = new IcyBody(interval, (title) => heard.push(title));
      const bytes = withMetadata(sound, interval, titles.map((title) => (title === '' ? '' : `StreamTitle='${title}';StreamUrl='';`)));
      const parts: Uint8Array[] = [];
      for (let at = 0, k = 0; at < bytes.length; k += 1) {
        const size = cuts[k % cuts.length]!;
        parts.push(Uint8Array.from(body.push(bytes.subarray(at, at + size))));
        at += size;
      }
      assert.equal(Buffer.concat(parts), Buffer.from(sound));
      const said = Array.from({ length: Math.floor(sound.length / interval) }, (_, k) => titles[k % titles.length]!).filter((title) => title !== '');
      assert.equal(heard, said);
    },
  ));
});

test('quotes, semicolons and other fields are no end of a title', () => {
  for (const [block, title] of [
    ["StreamTitle='Artist - Title';", 'Artist - Title'],
    ["StreamTitle='Guns N' Roses - Don't Cry';StreamUrl='http://x/?a='';", "Guns N' Roses - Don't Cry"],
    ["StreamTitle='one; two'; three';", "one; two'; three"],
    ["StreamUrl='';StreamTitle='second';", 'second'],
    ["StreamTitle='no semicolon'", 'no semicolon'],
    ["StreamTitle='padded';\0\0\0garbage", 'padded'],
    ["StreamTitle='  two\tspaces\r\n ';", 'two spaces'],
    ["StreamTitle='';", null],
    ["StreamTitle=' ';", null],
    ["StreamUrl='http://x';", undefined],
    ["streamtitle='lower';", 'lower'],
    ["STREAMTITLE = 'upper';", 'upper'],
    ["Stream_Title='underscore';", 'underscore'],
    ['StreamTitle="double";StreamUrl="";', 'double'],
    ['StreamTitle=bare; StreamUrl=;', 'bare'],
    ["StreamTitle='cut of", 'cut of'],
    ["StreamTitle='unquoted url';StreamUrl=http://x", 'unquoted url'],
    ["StreamTitle='a';adw_ad='true';durationMilliseconds='30000';", 'a'],
    ["\xef\xbb\xbfStreamTitle='mark';", 'mark'],
    ['StreamTitle=;', null],
    ['S\0t\0r\0e\0a\0m', null],
    ['\x01\x02garbage', null],
    ['', undefined],
  ] as const) {
    assert.is(titleOf(Buffer.from(block, 'latin1')), title, block);
  }
});

test('a block whose title can not be read ends the title before', () => {
  const titles: (string | null)[] = [];
  const body = new IcyBody(10, (title) => titles.push(title));
  body.push(withMetadata(new Uint8Array(50), 10, ["StreamTitle='first';", "StreamUrl='http://x';", '', Buffer.from([1, 2, 3, 4]), "StreamTitle='second';"]));
  assert.equal(titles, ['first', null, 'second']);
});

test('a title of many quotes takes no time', () => {
  const startMs = performance.now();
  for (let k = 0; k < 100; k += 1) titleOf(Buffer.from(`StreamTitle='${"'; a".repeat(1000)}`));
  assert.ok(performance.now() - startMs < 1000);
});

test('titles are UTF-8, or else Latin-1', () => {
  assert.is(titleOf(Buffer.from("StreamTitle='Björk – Jóga';", 'utf8')), 'Björk – Jóga');
  assert.is(titleOf(Buffer.from("StreamTitle='Björk - Jóga';", 'latin1')), 'Björk - Jóga');
});

test.run();
