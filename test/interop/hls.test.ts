/** Stations of live HLS that a real FFmpeg cuts, in both kinds of segments. */
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join, normalize } from 'node:path';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../server/assemble.js';
import { newStationSchema } from '../../server/stations/config.js';
import { startTestServer } from '../server/rig.js';
import { BEAT } from './icecast.js';
import { Bench, interop, type Running } from './programs.js';
import { eventually } from '../support/until.js';

const test = interop('stations of HLS', ['ffmpeg']);

let bench: Bench;
let files: Server;
let server: RunningServer;
const asked: string[] = [];

test.before(async () => {
  bench = new Bench();
  files = createServer((request, response) => {
    asked.push(request.url!);
    createReadStream(join(bench.folder, normalize(request.url!))).on('error', () => response.writeHead(404).end('not there')).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  server = await startTestServer({ reconnectMinMs: 200, reconnectMaxMs: 1000 });
});
test.after(async () => {
  await server.close();
  files.closeAllConnections();
  files.close();
  await bench.close();
});

const glance = (id: string) => server.stations.get(id)!.glance();

async function cut(id: string, kind: readonly string[]): Promise<Running> {
  const folder = join(bench.folder, id);
  await mkdir(folder);
  const ffmpeg = bench.start('ffmpeg', [
    '-nostdin', '-hide_banner', '-loglevel', 'warning', '-re', ...BEAT, '-c:a', 'aac', '-b:a', '96k',
    '-f', 'hls', '-hls_time', '2', '-hls_list_size', '5', '-hls_flags', 'delete_segments', ...kind, join(folder, 'live.m3u8'),
  ]);
  const { port } = files.address() as { port: number };
  const url = `http://127.0.0.1:${port}/${id}/live.m3u8`;
  await eventually('a playlist', () => fetch(url).then(({ ok }) => ok, () => false), { log: () => ffmpeg.log });
  await server.stations.add(newStationSchema.parse({ id, name: id, url }));
  return ffmpeg;
}

for (const [id, kind] of Object.entries({ mpegts: [], fmp4: ['-hls_segment_type', 'fmp4'] })) {
  test(`${id} is heard for longer than its first playlist was, and without a break`, async () => {
    const ffmpeg = await cut(id, kind);
    const states: string[] = [];
    server.stations.events$.subscribe(({ station, event }) => {
      if (station.id === id && event.type === 'state') states.push(event.state);
    });
    const durationMs = (): number => server.streams.get(id)?.info().durationMs ?? 0;
    await eventually('20 s of sound', () => durationMs() > 20_000, { log: () => `${durationMs()} ms ${JSON.stringify(glance(id))} ${ffmpeg.log}` });
    assert.ok(glance(id).level! > -30);
    assert.is(server.stations.get(id)!.detail().source?.codec, 'aac');
    assert.equal(states.filter((state) => state !== 'connecting'), ['live'], 'live once, and never lost');
    assert.is(new Set(asked.filter((path) => path.startsWith(`/${id}/live`) && !path.endsWith('.m3u8'))).size,
      asked.filter((path) => path.startsWith(`/${id}/live`) && !path.endsWith('.m3u8')).length, 'no segment twice');
  });

  test(`${id} that ends is failing, and says so`, async () => {
    await server.stations.change(id, { url: `${server.stations.get(id)!.config.url}?gone` });
    await eventually('failing', () => glance(id).state === 'failing', { log: () => JSON.stringify(glance(id)) });
    assert.match(glance(id).reason!, /404/);
    await server.stations.remove(id);
  });
}

test.run();
