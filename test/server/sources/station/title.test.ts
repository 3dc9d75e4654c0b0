import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanTitle, readTitle } from '../../../../server/sources/station/title.js';

test('entities are written out', () => {
  for (const [title, clean] of [
    ['Simon &amp; Garfunkel', 'Simon & Garfunkel'],
    ['Guns N&#39; Roses &#x2013; Don&apos;t Cry', "Guns N' Roses – Don't Cry"],
    ['Simon &amp;amp; Garfunkel', 'Simon & Garfunkel'],
    ['Beyonc&eacute; &Eacute;dith &QUOT;x&quot;', 'Beyoncé Édith "x"'],
    ['Don&#146;t', 'Don’t'],
    ['R&B; rock & roll &unknown; AT&T', 'R&B; rock & roll &unknown; AT&T'],
    ['a&#10;b&#0;', 'a b&#0;'],
    ['a&nbsp;b', 'a b'],
    ['&#1114112; &constructor;', '&#1114112; &constructor;'],
  ] as const) {
    assert.is(cleanTitle(title), clean);
  }
});

test('the attributes of iHeart and Akamai are no part of a title', () => {
  for (const [title, clean] of [
    ['All Things Dance - text="Evolution" song_spot="T" MediaBaseId="0" itunesTrackId="0" amgTrackId="0" TPID="0" cartcutId="0"', 'All Things Dance - Evolution'],
    ['Eagles - text="12" Mix" song_spot="M" MediaBaseId="1" length="00:03:25" unsID="-1"', 'Eagles - 12" Mix'],
    [' - text="Spot Block End" amgTrackId="-1"', 'Spot Block End'],
    ['text="Static" song_spot="M" amgArtworkURL="https:///v3/x?ops=fit(200,200),format(%22jpeg%22)" length="00:03:25"', 'Static'],
    ['title="Hotel California",artist="Eagles",url="song_spot=\\"M\\" MediaBaseId=\\"1\\""', 'Eagles - Hotel California'],
    ['A &amp; B - text=&quot;C&quot; song_spot=&quot;M&quot;', 'A & B - C'],
    ['Cut - text="Off', 'Cut - Off'],
    ['Jay-Z - text="99 Problems" song_spot="M"', 'Jay-Z - 99 Problems'],
    ['A "quoted" title', 'A "quoted" title'],
    ['song_spot="F" MediaBaseId="0"', null],
  ] as const) {
    assert.is(cleanTitle(title), clean);
  }
});

test('titles are one line, of at most 500 characters', () => {
  assert.is(cleanTitle(' a\t\r\n b\0 '), 'a b');
  assert.is(cleanTitle(' \n'), null);
  assert.is(cleanTitle('x'.repeat(4000))?.length, 500);
});

test('bytes that are no text are no title', () => {
  assert.is(readTitle(Uint8Array.of(1, 2, 3, 4, 5)), null);
  assert.is(readTitle(Buffer.from('\uFFFD\uFFFD\uFFFD?')), null);
  assert.is(readTitle(Uint8Array.of(0x81, 1, 0x8d, 2)), null);
  assert.is(readTitle(Buffer.from('Caf\xe9', 'latin1')), 'Café');
});

test.run();
