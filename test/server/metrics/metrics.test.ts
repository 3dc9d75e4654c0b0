import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../server/assemble.js';
import { connect, killShards, sharedServer, stream, withServer } from '../rig.js';
import { eventually, until } from '../../support/until.js';
import { tone } from '../sound.js';
import { SimulatedSources, station, URL_ONE } from '../stations/simulated-sources.js';

/** By name with labels, as Prometheus would read them. */
async function scrape({ url }: RunningServer): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`);
  assert.is(response.status, 200);
  assert.match(response.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(' ');
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

/** What the shards counted comes once a second, with the messages of a stream: it is fed until then. */
function scraped(server: RunningServer, fits: (metrics: Map<string, number>) => boolean, play: () => void): Promise<Map<string, number>> {
  return eventually('the scraped metrics', () => {
    play();
    return scrape(server);
  }, { fits, everyMs: 100 });
}

const sources = new SimulatedSources();
const shared = sharedServer(test, {}, { listen: sources.listen });

test('streams, predictions, lag and CPU time are counted', () => shared(async (server) => {
  const client = await stream(server);
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  await viewer.ready();
  const metrics = await scraped(server, (all) => all.get('livegenre_predictions_total{shard="0"}')! >= 4, () => client.play(tone(300, 1000)));
  assert.is(metrics.get('livegenre_streams{source="client"}'), 1);
  assert.is(metrics.get('livegenre_streams{source="demo"}'), 0);
  assert.is(metrics.get('livegenre_senders'), 1);
  assert.is(metrics.get('livegenre_viewers'), 1);
  const predictions = metrics.get('livegenre_predictions_total{shard="0"}')!;
  assert.is(metrics.get('livegenre_lag_seconds_count{shard="0"}'), predictions);
  assert.is(metrics.get('livegenre_lag_seconds_bucket{le="+Inf",shard="0"}'), predictions);
  assert.ok(metrics.get('livegenre_lag_seconds_bucket{le="0.01",shard="0"}')! <= metrics.get('livegenre_lag_seconds_bucket{le="5",shard="0"}')!);
  for (const name of ['livegenre_sound_seconds_total{shard="0"}', 'process_cpu_seconds_total', 'process_resident_memory_bytes', 'livegenre_shard_up{shard="0"}']) {
    assert.ok(metrics.get(name)! > 0, name);
  }
  assert.is(metrics.get('livegenre_dropped_seconds_total{shard="0"}'), 0);
  assert.ok(metrics.has('nodejs_eventloop_lag_p99_seconds') && metrics.has('livegenre_queue_length{queue="blocks"}'));
}));

test('stations are counted by state, with up, level and failures of each', () => shared(async (server) => {
  await server.stations.add(station({ id: 'one', name: 'Радио "Один"' }));
  await server.stations.add(station({ id: 'off', enabled: false }));
  sources.emitState(URL_ONE, 'live');
  sources.emitAudio(URL_ONE, tone(300, 1000, { amplitude: 1 }));
  await until(() => server.stations.get('one')!.glance().level !== null);
  const live = await scrape(server);
  assert.is(live.get('livegenre_stations{state="live"}'), 1);
  assert.is(live.get('livegenre_stations{state="stopped"}'), 1);
  assert.is(live.get('livegenre_station_up{station="one"}'), 1);
  assert.is(live.get('livegenre_station_info{station="one",name="Радио \\"Один\\""}'), 1);
  assert.not.ok(live.has('livegenre_station_up{station="off"}'), 'nobody wants to be woken for one that is switched off');
  assert.ok(Math.abs(live.get('livegenre_station_level_dbfs{station="one"}')! + 3) < 0.2);
  sources.emitState(URL_ONE, 'failing', 'gone');
  const failing = await scrape(server);
  assert.is(failing.get('livegenre_stations{state="failing"}'), 1);
  assert.is(failing.get('livegenre_station_up{station="one"}'), 0);
  assert.is(failing.get('livegenre_station_failures_total{station="one"}'), 1);
  assert.not.ok(failing.has('livegenre_station_level_dbfs{station="one"}'));
}));

test('a restarted shard counts from 0', () => shared(async (server) => {
  const client = await stream(server);
  await scraped(server, (all) => all.get('livegenre_predictions_total{shard="0"}')! >= 3, () => client.play(tone(300, 1000)));
  killShards();
  await client.heard(({ type }) => type === 'restarted');
  assert.is((await scrape(server)).get('livegenre_predictions_total{shard="0"}'), 0);
}));

test('scraping needs the token unless everybody may manage', () => withServer({ access: 'send', adminToken: 'secret' }, async ({ url }) => {
  assert.is((await fetch(`${url}/metrics`)).status, 401);
  assert.is((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer secret' } })).status, 200);
}));

test.run();
