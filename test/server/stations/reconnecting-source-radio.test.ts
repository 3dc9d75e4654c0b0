/** The reconnecting source with a real radio server on a socket and real FFmpeg, with short timeouts. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reconnectingSource, type ConnectionEvent, type ConnectionState } from '../../../server/stations/reconnecting-source.js';
import { until } from '../../support/until.js';
import { Recordings } from '../sources/recordings.js';
import { ffmpegs, gone, HAS_FFMPEG, Radio } from '../sources/station/radio.js';
import { LOOPBACK } from '../../support/loopback.js';

const test = suite('reconnecting to a radio server');
const SETTINGS = { stallAfterMs: 2000, reconnectMinMs: 20, reconnectMaxMs: 100, stationFiles: '' };
let recordings: Recordings;
let radio: Radio;
let mp3: Uint8Array;
const stations: Station[] = [];

test.before(() => {
  recordings = new Recordings();
  if (HAS_FFMPEG) mp3 = readFileSync(recordings.encode(recordings.wav('music.wav', 3), 'music.mp3', '-ar', '44100', '-b:a', '128k'));
});
test.before.each(async () => {
  radio = await Radio.start();
});
test.after.each(async () => {
  // A station of a test that failed would connect again and again, and the process would never end.
  for (const station of stations.splice(0)) station.end();
  await radio.close();
  await gone();
});
test.after(() => recordings.remove());

/** An endless response: the music at once, then a little every 50 ms until the connection is closed. */
function serveEndless(path: string): string {
  radio.pages.set(path, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' }).write(mp3);
    let at = 0;
    const more = setInterval(() => response.write(mp3.subarray(at, at += 800)), 50);
    response.on('close', () => clearInterval(more));
  });
  return radio.url(path);
}

class Station {
  readonly states: ConnectionState[] = [];
  readonly eventTypes: ConnectionEvent['type'][] = [];
  readonly #subscription;

  constructor(url: string, settings: Partial<typeof SETTINGS> = {}) {
    stations.push(this);
    this.#subscription = reconnectingSource(url, { settings: { ...SETTINGS, ...settings }, guard: LOOPBACK }).subscribe((event) => {
      this.eventTypes.push(event.type);
      if (event.type === 'state') this.states.push(event);
    });
  }

  /** Waits until it has been live so many times. */
  live(times: number): Promise<void> {
    return until(() => this.states.filter(({ state }) => state === 'live').length >= times);
  }

  /** Waits for a state; one already passed counts. */
  async state(state: ConnectionState['state']): Promise<ConnectionState> {
    await until(() => this.states.some((each) => each.state === state));
    return this.states.find((each) => each.state === state)!;
  }

  end(): void {
    this.#subscription.unsubscribe();
  }
}

function check(name: string, body: () => Promise<void>): void {
  test(name, HAS_FFMPEG ? body : async () => console.log('skipped: no ffmpeg on this system'));
}

check('when FFmpeg is killed it fails with the signal, then resets and is live again', async () => {
  const station = new Station(serveEndless('/live'), { stallAfterMs: 10_000 });
  await station.live(1);
  process.kill(ffmpegs()[0]!, 'SIGKILL');
  const { reason, decoder } = await station.state('failing');
  assert.equal([reason, decoder?.signal], ['The decoder was ended by SIGKILL.', 'SIGKILL']);
  await station.live(2);
  assert.is(station.states.at(-1)!.decoder, null);
  assert.is(station.eventTypes.filter((type) => type === 'reset').length, 1);
});

check('a radio that stops sending is stalled, and live when it sends again', async () => {
  const station = new Station(radio.begin('/live', 'audio/mpeg', mp3));
  assert.is((await station.state('stalled')).reason, 'No bytes arrived for 2 s.');
  serveEndless('/live');
  await station.live(station.states.filter(({ state }) => state === 'live').length + 1);
});

check('a radio that is gone for a while, then answers with a page, then with audio, is live again', async () => {
  const station = new Station(serveEndless('/live'), { stallAfterMs: 10_000 });
  await station.live(1);
  radio.pages.delete('/live');
  for (const socket of radio.sockets) socket.destroy();
  await until(() => station.states.some(({ reason }) => reason === 'The server answers with 404 Not Found.'));
  radio.serve('/live', 'text/html', '<p>Back soon');
  await until(() => station.states.some(({ reason }) => reason === 'The server answers with a web page (text/html), not with audio.'));
  serveEndless('/live');
  await station.live(2);
});

check('bytes that are no sound any more are noticed within the stall time, and sound after them is heard', async () => {
  // Noise has what looks like single frames, from which FFmpeg makes short sounds.
  const noise = randomBytes(4000);
  let isNoisy = false;
  radio.pages.set('/live', (_, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' }).write(mp3);
    const more = setInterval(() => isNoisy && response.write(noise), 20);
    response.on('close', () => clearInterval(more));
  });
  const station = new Station(radio.url('/live'), { stallAfterMs: 3000 }); // three times as long as FFmpeg takes to start on a busy machine
  await station.live(1);
  isNoisy = true;
  assert.is((await station.state('failing')).reason, 'Bytes arrive, but no audio could be decoded from them for 3 s.');
  serveEndless('/live');
  await station.live(2);
});

check('silence counts as audio: the station stays live', async () => {
  const silence = readFileSync(recordings.encode(recordings.silence('silence.wav', 10), 'silence.mp3', '-ar', '44100', '-b:a', '128k'));
  radio.begin('/live', 'audio/mpeg', silence);
  const station = new Station(radio.url('/live'), { stallAfterMs: 5000 });
  await station.live(1);
  assert.equal(station.states.map(({ state }) => state), ['connecting', 'live']);
});

test.run();
