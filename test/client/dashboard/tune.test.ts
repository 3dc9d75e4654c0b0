/** Models of the page that tunes in: where sound is, and what was heard. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { historyCsv, historyM3u, TuneHistory } from '../../../client/dashboard/model/tune-history.js';
import { soundAddresses } from '../../../client/dashboard/tuned-sound.js';

test('a station\'s own address comes first where the page may use it', () => {
  const served = ['http://server/relay'];
  assert.equal(soundAddresses('http://radio.example/a', false, served), ['http://radio.example/a', ...served]);
  assert.equal(soundAddresses('https://radio.example/a', true, served), ['https://radio.example/a', ...served]);
  for (const [url, isSecure] of [[undefined, false], ['http://radio.example/a', true], ['http://user:password@radio.example/a', false], ['file:///a.mp3', false], ['no address', false]] as const) {
    assert.equal(soundAddresses(url, isSecure, served), served, url);
  }
});

function heard(): TuneHistory {
  const history = new TuneHistory();
  const at = (minute: number): number => Date.UTC(2026, 10, 30, 12, minute);
  history.begin({ fromMs: at(0), stationId: 'a', stationName: 'Radio "A", live', reason: 'start', titles: [], url: 'http://a.example/' });
  for (const title of ['One – Two', 'One – Two', null, '=cmd()']) history.title(title);
  history.begin({ fromMs: at(5), stationId: 'b', stationName: 'B', reason: 'speech', titles: [] });
  history.begin({ fromMs: at(6), stationId: 'a', stationName: 'Radio "A", live', reason: 'next', titles: [], url: 'http://a.example/' });
  return history;
}

test('the history is CSV, a line for each title, without formulas', () => {
  assert.equal(historyCsv(heard().rows).split('\r\n'), [
    'from,to,station,title,reason',
    '2026-11-30T12:00:00.000Z,2026-11-30T12:05:00.000Z,"Radio ""A"", live",One – Two,start',
    '2026-11-30T12:00:00.000Z,2026-11-30T12:05:00.000Z,"Radio ""A"", live",\'=cmd(),start',
    '2026-11-30T12:05:00.000Z,2026-11-30T12:06:00.000Z,B,,speech',
    '2026-11-30T12:06:00.000Z,,"Radio ""A"", live",,next',
    '',
  ]);
});

test('the history is a playlist of each station once; titles after the end are not taken', () => {
  const history = heard();
  assert.is(historyM3u(history.rows, (id) => `http://server/${id}/relay`), '#EXTM3U\n#EXTINF:-1,Radio "A", live\nhttp://a.example/\n#EXTINF:-1,B\nhttp://server/b/relay\n');
  history.end(1e13);
  history.title('Later');
  assert.equal(history.rows.at(-1)!.titles, []);
});

test.run();
