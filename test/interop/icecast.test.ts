/** Stations of a real Icecast, in the formats that radio comes in. */
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../server/assemble.js';
import { newStationSchema } from '../../server/stations/config.js';
import { startTestServer } from '../server/rig.js';
import { BEAT, Icecast } from './icecast.js';
import { Bench, freePort, interop } from './programs.js';
import { eventually } from '../support/until.js';

const test = interop('stations of Icecast', ['icecast2', 'ffmpeg']);

const FORMATS: Readonly<Record<string, readonly [codec: readonly string[], contentType: string]>> = {
  mp3: [['-c:a', 'libmp3lame', '-b:a', '128k', '-f', 'mp3'], 'audio/mpeg'],
  aac: [['-c:a', 'aac', '-b:a', '96k', '-f', 'adts'], 'audio/aac'],
  vorbis: [['-c:a', 'libvorbis', '-b:a', '96k', '-f', 'ogg'], 'application/ogg'],
  opus: [['-c:a', 'libopus', '-b:a', '64k', '-ar', '48000', '-f', 'ogg'], 'application/ogg'],
  flac: [['-c:a', 'flac', '-f', 'ogg'], 'application/ogg'],
};

let bench: Bench;
let icecast: Icecast;
let server: RunningServer;

test.before(async () => {
  bench = new Bench();
  icecast = new Icecast(bench, await freePort());
  await icecast.start();
  server = await startTestServer({ reconnectMinMs: 200, reconnectMaxMs: 1000, stallAfterMs: 3000 });
});
test.after(async () => {
  await server.close();
  await bench.close();
});

const glance = (id: string) => server.stations.get(id)!.glance();
const listen = (id: string, path = id) => server.stations.add(newStationSchema.parse({ id, name: id, url: `http://127.0.0.1:${icecast.port}/${path}` }));

for (const [format, [codec, contentType]] of Object.entries(FORMATS)) {
  test(`${format} is heard`, async () => {
    const source = await icecast.source(format, BEAT, codec, contentType);
    await listen(format);
    await eventually(`${format} is live with a level`, () => glance(format).state === 'live' && glance(format).level !== null, { log: () => `${JSON.stringify(glance(format))} ${source.log}` });
    assert.ok(glance(format).level! > -30, `${glance(format).level} dBFS`);
    assert.is(server.stations.get(format)!.detail().source?.codec, format);
    if (format !== 'mp3') await source.stop();
  });
}

test('the title that Icecast was given is now playing', async () => {
  await icecast.setTitle('mp3', 'Thelonious Monk - \'Round Midnight');
  await eventually('the title', () => glance('mp3').nowPlaying === 'Thelonious Monk - \'Round Midnight', { log: () => JSON.stringify(glance('mp3')) });
});

test('a mount that is gone fails and says why', async () => {
  await eventually('the mount answers 404', () => glance('flac').state === 'failing' && /404/.test(glance('flac').reason ?? ''), { log: () => JSON.stringify(glance('flac')) });
});

test('Icecast stops and comes back: so does the station, by itself', async () => {
  await icecast.stop();
  await eventually('failing', () => glance('mp3').state === 'failing', { log: () => JSON.stringify(glance('mp3')) });
  await icecast.start();
  await icecast.source('mp3', BEAT, ...FORMATS['mp3']!);
  await eventually('live again', () => glance('mp3').state === 'live' && glance('mp3').level !== null, { log: () => JSON.stringify(glance('mp3')) });
});

test('bytes without sound are silent', async () => {
  const source = await icecast.source('quiet', ['-f', 'lavfi', '-i', 'anullsrc=r=44100:cl=stereo'], ...FORMATS['mp3']!);
  await listen('quiet');
  await eventually('silent', () => glance('quiet').state === 'silent', { log: () => `${JSON.stringify(glance('quiet'))} ${source.log}` });
});

test('a source that hangs is stalled, not silent', async () => {
  const source = await icecast.source('hangs', BEAT, ...FORMATS['mp3']!);
  await listen('hangs');
  await eventually('live', () => glance('hangs').state === 'live', { log: () => source.log });
  source.child.kill('SIGSTOP');
  await eventually('stalled', () => glance('hangs').state === 'stalled', { log: () => JSON.stringify(glance('hangs')) });
  source.child.kill('SIGCONT');
  await eventually('live again', () => glance('hangs').state === 'live', { log: () => JSON.stringify(glance('hangs')) });
});

test.run();
