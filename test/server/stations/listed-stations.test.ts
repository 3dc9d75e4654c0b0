/** Lists as other programs write them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { listedStations } from '../../../server/stations/listed-stations.js';

const read = (text: string): string[] => listedStations(Buffer.from(text)).map(({ name, url }) => `${name} ${url}`);
const refusal = (text: string): string => {
  try {
    return read(text).join();
  } catch (error) {
    return (error as Error).message;
  }
};

test('PLS: names by number, in any order', () => {
  assert.equal(read('[playlist]\r\nTitle2=Two\r\nFile1=http://a.example/one\r\nFile2=http://b.example:8000/\r\nTitle1=Radio  One\r\nLength1=-1\r\nNumberOfEntries=2\r\n'), ['Radio One http://a.example/one', 'Two http://b.example:8000/']);
});

test('M3U: the name after attributes, else the host; one address once', () => {
  assert.equal(read('#EXTM3U\n#EXTINF:-1 tvg-logo="http://x/a,b.png" group-title="Jazz, Blues",Blue, Hour\nhttp://a.example/x\n#RADIOBROWSERUUID:1\nhttps://b.example/\nhttp://a.example/x\n/local/file.mp3\n'), ['Blue, Hour http://a.example/x', 'b.example https://b.example/']);
});

test('a long name is cut', () => {
  assert.equal(listedStations(Buffer.from(`#EXTINF:-1,${'n'.repeat(101)}\nhttp://a.example/`)).map(({ name }) => name.length), [100]);
});

test('OPML: outlines of any depth, with entities', () => {
  assert.equal(read('<?xml version="1.0"?>\n<opml version="2.0"><body><outline text="Jazz"><outline type="audio" text="A &amp; B" URL="http://a.example/?x=1&amp;y=2"/><outline title=\'C\' xmlUrl=\'http://c.example/\' /></outline></body></opml>'), ['A & B http://a.example/?x=1&y=2', 'C http://c.example/']);
});

test('radio-browser: the resolved address, whatever else is in it', () => {
  assert.equal(read(JSON.stringify([{ stationuuid: '1', name: '\tRadio ', url: 'http://a.example/x.pls', url_resolved: 'http://a.example/x', tags: 'jazz' }, { name: 'B', url: 'http://b.example/', url_resolved: '' }, { name: 'No address' }, null])), ['Radio http://a.example/x', 'B http://b.example/']);
});

test('what is no list, or has no station, is refused with the reason', () => {
  assert.match(refusal('<html><body>No</body></html>'), /is no OPML, M3U, PLS or JSON/);
  assert.match(refusal('[{"name": "A"'), /JSON can not be read/);
  assert.match(refusal('#EXTM3U\nsong.mp3'), /no station with an http/);
  fc.assert(fc.property(fc.constantFrom('', '[playlist]\n', '#EXTM3U\n', '<opml ', '[{'), fc.string({ maxLength: 300 }), (start, rest) => { refusal(start + rest); }), { numRuns: 300 });
});

test.run();
