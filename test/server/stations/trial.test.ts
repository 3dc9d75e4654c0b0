import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StationTrial } from '../../../server/protocol/messages.js';
import { FIRST_SOUND_MS, LISTEN_MS, tryStation } from '../../../server/stations/trial.js';
import { STATION_FORMAT } from '../../../server/sources/station/decoder.js';
import { ManualClock } from '../../support/manual-clock.js';
import { until } from '../../support/until.js';
import { ask } from '../http/rest/ask.js';
import { sharedServer, withServer } from '../rig.js';
import { silence, tone } from '../sound.js';
import { SimulatedSources, URL_ONE } from './simulated-sources.js';

const shared = sharedServer(test);
const MP3 = { codec: 'mp3', bitrateKbps: 64, contentType: 'audio/mpeg' };

interface Rig {
  readonly trial: Promise<StationTrial>;
  readonly sources: SimulatedSources;
  readonly clock: ManualClock;
  readonly leave: AbortController;
}

/** A trial on a clock of its own, scored by a real shard. */
function withTrial(work: (rig: Rig) => Promise<void>): () => Promise<void> {
  return () => shared(async ({ streams }) => {
    const [sources, clock, leave] = [new SimulatedSources(), new ManualClock(), new AbortController()];
    const trial = tryStation(URL_ONE, { listen: sources.listen, openStream: () => streams.trial(STATION_FORMAT), signals: [leave.signal], scheduler: clock });
    trial.catch(() => {});
    await work({ trial, sources, clock, leave });
    assert.is(sources.subscriberCount(URL_ONE), 0, 'the connection is closed');
    assert.equal([clock.actions.length, streams.list().length], [0, 0]);
  });
}

test('what was heard is told after five seconds of sound', withTrial(async ({ trial, sources, clock }) => {
  clock.advance(FIRST_SOUND_MS - 1);
  sources.emitState(URL_ONE, 'live');
  sources.emit(URL_ONE, { type: 'source', ...MP3 });
  sources.emit(URL_ONE, { type: 'title', title: 'Artist - Title' });
  sources.emitAudio(URL_ONE, tone(300, 6000, { amplitude: 1 }));
  clock.advance(LISTEN_MS);
  const { level, durationMs, p, ...rest } = await trial;
  assert.equal(rest, { alive: true, reason: null, format: MP3, title: 'Artist - Title', heard: 'music', genre: 'low' });
  assert.ok(Math.abs(level! + 3) < 0.2, String(level));
  assert.ok(durationMs > 5000 && p > 0.3);
}));

test('silence is alive, and has no genre', withTrial(async ({ trial, sources, clock }) => {
  sources.emitAudio(URL_ONE, silence(6000));
  clock.advance(LISTEN_MS);
  const { alive, heard, genre, level } = await trial;
  assert.equal([alive, heard, genre, level], [true, 'silence', null, -120]);
}));

test('a failure is told at once, with its reason and what was heard before', withTrial(async ({ trial, sources }) => {
  sources.emit(URL_ONE, { type: 'source', ...MP3 });
  sources.emitAudio(URL_ONE, tone(300, 3000));
  sources.emitState(URL_ONE, 'failing', 'The audio has ended.');
  const { alive, reason, format, level } = await trial;
  assert.equal([alive, reason, format], [false, 'The audio has ended.', MP3]);
  assert.ok(level! < -8 && level! > -10);
}));

test('no sound is waited for ten seconds', withTrial(async ({ trial, clock }) => {
  clock.advance(FIRST_SOUND_MS);
  assert.equal(await trial, { alive: false, reason: 'No sound came within 10 s.', format: null, title: null, heard: null, genre: null, p: 0, level: null, durationMs: 0 });
}));

test('a visitor who leaves ends it', withTrial(async ({ trial, leave, sources }) => {
  sources.emitAudio(URL_ONE, tone(300, 500));
  leave.abort(new Error('left'));
  assert.is(await trial.then(() => 'none', (error: Error) => error.message), 'left');
}));

test('over the API nothing is saved, whatever it is', () => {
  const sources = new SimulatedSources();
  return withServer({}, async (server) => {
    const body = { name: 'One', url: URL_ONE };
    const answer = ask(server, 'POST', '/v1/stations?test=1', body);
    await until(() => sources.subscriberCount(URL_ONE) === 1);
    sources.emitState(URL_ONE, 'failing', 'The server answers with 404 Not Found.');
    const { status, body: trial } = await answer;
    assert.equal([status, trial.alive, trial.reason], [200, false, 'The server answers with 404 Not Found.']);
    assert.equal([server.stations.list().length, server.streams.list().length, sources.subscriberCount(URL_ONE)], [0, 0, 0]);
    assert.is((await ask(server, 'POST', '/v1/stations?test=yes', body)).status, 422, 'and not added by a slip');
    assert.match((await ask(server, 'POST', '/v1/stations?test=1', { ...body, webhooks: ['http://a.example:25/'] })).body.detail, /^webhooks\[0\]/);
    const most = Array.from({ length: 20 }, () => ask(server, 'POST', '/v1/stations?test=1', body));
    await until(() => sources.subscriberCount(URL_ONE) === 20);
    assert.equal([(await ask(server, 'POST', '/v1/stations?test=1', body)).status], [503]);
    sources.emitState(URL_ONE, 'stalled', 'No bytes.');
    assert.equal((await Promise.all(most)).map(({ body: { reason } }) => reason), Array.from({ length: 20 }, () => 'No bytes.'));
    assert.is((await ask(server, 'POST', '/v1/stations?test=0', body)).status, 201);
  }, { listen: sources.listen });
});

test('it needs the permission to manage stations', () => withServer({ access: 'view', adminToken: 's3same' }, async (server) => {
  assert.is((await ask(server, 'POST', '/v1/stations?test=1', { name: 'One', url: URL_ONE })).status, 401);
}, { listen: new SimulatedSources().listen }));

test('a server that closes does not wait for a trial', async () => {
  const sources = new SimulatedSources();
  let trial: Promise<unknown> = Promise.resolve();
  await withServer({}, async (server) => {
    trial = ask(server, 'POST', '/v1/stations?test=1', { name: 'One', url: URL_ONE }).then(({ status }) => status, () => 'cut');
    await until(() => sources.subscriberCount(URL_ONE) === 1);
  }, { listen: sources.listen });
  assert.ok(['cut', 503].includes(await trial as string | number));
  assert.is(sources.subscriberCount(URL_ONE), 0);
});

test.run();
