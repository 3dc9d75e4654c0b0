/** Tuning in over HTTP: real sockets and FFmpeg, stations whose sound the test makes. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../server/assemble.js';
import { ICY_INTERVAL } from '../../../server/relay/icy-writer.js';
import { findOperatorsFfmpeg } from '../../../server/sources/ffmpeg.js';
import { IcyBody } from '../../../server/sources/station/icy.js';
import { eventually, until } from '../../support/until.js';
import { Radio, HIGH, LOW } from '../../e2e/radio.js';
import { ask } from '../http/rest/ask.js';
import { startTestServer } from '../rig.js';
import { station } from '../stations/simulated-sources.js';

const ONE = 'http://127.0.0.1/one';
const TWO = 'http://127.0.0.1/two';
let radio: Radio;
let server: RunningServer;

test.before(async () => {
  findOperatorsFfmpeg(); // or the reason why this can't run
  radio = new Radio();
  server = await startTestServer({ maxTuned: 1 }, { listen: radio.listen });
  await server.stations.add(station({ id: 'one', name: 'One', url: ONE }));
  await server.stations.add(station({ id: 'two', name: 'Two', url: TWO }));
  radio.broadcast(ONE, LOW, 'A – B');
  radio.broadcast(TWO, LOW);
  await until(() => server.stations.list().every((each) => each.glance().genre === 'low'));
});
test.after(async () => {
  await server.close();
  radio.close();
});

/** The sound in an MP3 stream with titles, as it comes. */
async function listen(path: string): Promise<{ readonly response: Response; readonly titles: (string | null)[]; soundBytes(): number; close(): void }> {
  const abort = new AbortController();
  const response = await fetch(`${server.url}${path}`, { headers: { 'icy-metadata': '1' }, signal: abort.signal });
  const titles: (string | null)[] = [];
  const body = new IcyBody(ICY_INTERVAL, (title) => titles.push(title));
  let bytes = 0;
  const reading = (async () => {
    for await (const part of response.body ?? []) bytes += body.push(part as Uint8Array).length;
  })().catch(() => {}); // ended by `close`
  return { response, titles, soundBytes: () => bytes, close: () => { abort.abort(); void reading; } };
}

test('a player hears the wish with titles, and hops when the station turns to something else', async () => {
  const player = await listen('/v1/tune/low.mp3?otherS=1&minP=0.1');
  assert.equal([player.response.status, player.response.headers.get('content-type'), player.response.headers.get('icy-metaint')], [200, 'audio/mpeg', String(ICY_INTERVAL)]);
  await until(() => player.titles.length > 0);
  const [first] = player.titles;
  const isOne = first === 'A – B';
  assert.is(first, isOne ? 'A – B' : 'Two');
  radio.broadcast(isOne ? ONE : TWO, HIGH, isOne ? 'A – B' : null);
  await until(() => player.titles.length > 1);
  assert.is(player.titles[1], isOne ? 'Two' : 'A – B');
  assert.ok(player.soundBytes() > 2 * ICY_INTERVAL);

  const second = await ask(server, 'GET', '/v1/tune/low.mp3');
  assert.equal([second.status, second.body.code], [503, 'too-many-viewers']);
  player.close();
  await eventually('the listener is gone', () => ask(server, 'GET', '/metrics'), { fits: ({ text }) => text.includes('livegenre_listeners 0') });
  radio.broadcast(isOne ? ONE : TWO, LOW);
});

test('what nobody plays, what the model does not know, and other addresses are refused with the reason', async () => {
  for (const [path, status, words] of [
    ['/v1/tune/middle.mp3', 404, /No station plays middle now/], ['/v1/tune/polka.mp3', 422, /knows no "polka"/], ['/v1/tune/low.ogg', 404, /end with .mp3 or .m3u/],
  ] as const) {
    const { status: is, body } = await ask(server, 'GET', path);
    assert.is(is, status, path);
    assert.match(body.detail, words);
  }
  assert.is((await ask(server, 'HEAD', '/v1/tune/middle.mp3')).status, 200);
});

test('the playlist names the stream at the address that was asked', async () => {
  const { headers, text } = await ask(server, 'GET', '/v1/tune/low,high.m3u?speechS=5');
  assert.match(headers.get('content-type')!, 'audio/x-mpegurl');
  assert.is(text, `#EXTM3U\n#EXTINF:-1,livegenre: low,high\n${server.url}/v1/tune/low,high.mp3?speechS=5\n`);
});

test('a station\'s own bytes are relayed unchanged, from some seconds ago on, until the format changes', async () => {
  const none = await ask(server, 'GET', '/v1/stations/two/relay');
  assert.equal([none.status, none.body.code], [404, 'not-found']);
  const send = (format: 'mp3' | 'aac', text: string): void => radio.emit(TWO, { type: 'encoded', format, bytes: Buffer.from(text) });
  send('aac', 'old');
  send('mp3', 'a');
  send('mp3', 'bc');
  const response = await fetch(`${server.url}/v1/stations/two/relay`);
  assert.is(response.headers.get('content-type'), 'audio/mpeg');
  send('mp3', 'd');
  send('aac', 'e');
  assert.is(await response.text(), 'abcd');
});

test.run();
