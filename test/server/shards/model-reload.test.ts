/** A new model while streams run: what each of them gets, what viewers and the operator are told, and what a broken folder does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import type { RunningServer } from '../../../server/assemble.js';
import { Log } from '../../../server/log.js';
import type { Prediction, Ready, ReloadedModel, StationsMessage, Summary } from '../../../server/protocol/messages.js';
import { eventually, until } from '../../support/until.js';
import { modelOnDisk } from '../model-on-disk.js';
import { connect, sharedServer, stream } from '../rig.js';
import { cut, noise, tone } from '../sound.js';
import { SimulatedSources, station, URL_ONE } from '../stations/simulated-sources.js';

const NEW_LABELS = ['bass', 'middle', 'treble'];
const BLOCK_SAMPLES = 7680;

const test = suite('loading a new model');
const model = modelOnDisk();
const sources = new SimulatedSources();
const lines: string[] = [];
const shared = sharedServer(test, { model: model.folder, maxModels: 2, access: 'send', adminToken: 'key', idleTimeoutMs: 3_600_000, resumeWindowMs: 3_600_000 }, { listen: sources.listen, log: new Log('info', (line) => lines.push(line)) });
test.after(() => model.remove());
const AS_OPERATOR = { headers: { Authorization: 'Bearer key' } };

async function reload({ url }: RunningServer, init: RequestInit = AS_OPERATOR): Promise<{ status: number; body: ReloadedModel & { code: string; detail: string } }> {
  const response = await fetch(`${url}/v1/model`, { method: 'POST', ...init });
  return { status: response.status, body: await response.json() as ReloadedModel & { code: string; detail: string } };
}

/** Streams on each model, as Prometheus would read them. */
async function streamsOn({ url }: RunningServer): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`, AS_OPERATOR)).text();
  return Object.fromEntries([...text.matchAll(/^livegenre_model_streams\{model="(.+)"\} (\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]));
}

/** Status of an explanation for a genre. */
async function explained({ url }: RunningServer, genre: string): Promise<number> {
  const levels = new Uint8Array(12 * FRONT_END_V1.bands).fill(110, 0, 6 * FRONT_END_V1.bands);
  return (await fetch(`${url}/v1/explain?genre=${genre}`, { method: 'POST', body: levels, headers: { 'Content-Type': 'application/octet-stream' } })).status;
}

/** What must be the same whatever else happens. */
const heardIn = ({ seq, atMs, state, genre, p, level, top }: Prediction): unknown[] => [seq, atMs, state, genre, p, level, top];

test('streams end on the model that they began with, new ones get the new one, and stations move to it', () => shared(async (server) => {
  const sound = noise(12 * BLOCK_SAMPLES);
  const undisturbed = await stream(server);
  undisturbed.play(sound);
  undisturbed.tell({ type: 'stop' });
  const whole = await undisturbed.summary();

  await server.stations.add(station({ rules: [{ type: 'drift', expect: ['low'], windowS: 600, minShare: 0.5 }] }));
  sources.emitState(URL_ONE, 'live');
  const viewer = await connect(server, '/v1/streams/radio-one/watch');
  const all = await connect(server, '/v1/stations/watch');
  sources.emitAudio(URL_ONE, tone(200, 2000));
  await viewer.prediction(({ genre }) => genre === 'low');
  const old = await stream(server);
  const pieces = cut(sound, [10_001]);
  for (const piece of pieces.slice(0, 8)) old.play(piece);
  await old.prediction(({ seq }) => seq === 4);

  assert.is(await explained(server, 'low'), 200);
  await model.write({ version: '1', labels: NEW_LABELS });
  const { status, body } = await reload(server);
  assert.is(status, 200);
  assert.equal(body, { name: 'fake', version: '1', isNew: true, streamsBefore: 1, stationsToCheck: ['radio-one'] });
  assert.equal(await streamsOn(server), { 'fake 0': 1, 'fake 1': 1 });
  assert.ok(lines.some((line) => line.includes('a new model is in use')) && lines.some((line) => line.includes('the model has no label \\"low\\"')));
  assert.equal((await (await fetch(`${server.url}/v1/model`)).json() as { labels: string[] }).labels, NEW_LABELS);

  // The station's viewer stays connected and is told.
  sources.emitAudio(URL_ONE, tone(200, 2000));
  await viewer.prediction(({ genre }) => genre === 'bass');
  const later = viewer.messages.slice(viewer.messages.findIndex(({ type }) => type === 'restarted') - 1);
  assert.equal(later.slice(0, 3).map(({ type }) => type), ['ready', 'restarted', 'station']);
  assert.equal([(later[0] as Ready).model.labels, (later[0] as Ready).streamId], [NEW_LABELS, 'radio-one']);
  const times = viewer.predictions.map(({ seq }) => seq);
  assert.equal(times, times.map((_, index) => index + 1), 'its time goes on');
  assert.equal(viewer.predictions.at(-1)!.top.map(([label]) => label).sort(), NEW_LABELS);
  const { model: told } = await all.heard<StationsMessage>((message) => message.type === 'stations' && message.model?.version === '1');
  assert.equal(told, { name: 'fake', version: '1' });

  assert.equal([await explained(server, 'low'), await explained(server, 'bass')], [422, 200]);

  const young = await stream(server);
  assert.equal((await young.ready()).model.version, '1');
  young.play(tone(200, 2000));
  await young.prediction(({ genre }) => genre === 'bass');

  // The old one resumes on its own model, too.
  old.ws.terminate();
  const resumed = await stream(server, { resume: old.token });
  assert.equal([(await resumed.ready()).model.version, (await resumed.ready()).model.labels], ['0', ['low', 'middle', 'high']]);
  resumed.play(sound.subarray((await resumed.ready()).receivedBytes!));
  resumed.tell({ type: 'stop' });
  const { type: _, ...summary } = await resumed.summary();
  assert.equal(summary, withoutType(whole));
  const heard = [...old.predictions, ...resumed.predictions];
  const bySeq = new Map(heard.map((prediction) => [prediction.seq, prediction]));
  assert.ok(bySeq.size > 8);
  for (const prediction of undisturbed.predictions) {
    const other = bySeq.get(prediction.seq);
    if (other) assert.equal(heardIn(other), heardIn(prediction));
  }
  const left = await eventually('the old model is gone with its last stream', () => streamsOn(server), { fits: (models) => !('fake 0' in models) });
  assert.equal(left, { 'fake 1': 2 });
}));

function withoutType({ type: _, ...rest }: Summary): Omit<Summary, 'type'> {
  return rest;
}

test('what can not be used or is the same changes nothing; as many models as the limit allows', () => shared(async (server) => {
  assert.is((await reload(server, {})).status, 401);
  assert.is((await reload(server, { headers: { ...AS_OPERATOR.headers, Origin: 'https://stranger.example' } })).status, 403);

  writeFileSync(join(model.folder, 'weights.bin'), 'short');
  const broken = await reload(server);
  assert.equal([broken.status, broken.body.code], [409, 'bad-model']);
  assert.match(broken.body.detail, `The model in ${model.folder} can't be used: weights.bin has 5 bytes`);
  await model.write({ name: 'refused' });
  const refused = await reload(server);
  assert.equal([refused.status, refused.body.code], [409, 'bad-model']);
  assert.match(refused.body.detail, 'this model is refused');
  assert.is(lines.filter((line) => line.includes('no new model was loaded; the one before goes on')).length, 2);
  assert.is(server.streams.manifest.version, '1');

  for (const { id } of server.streams.list().filter(({ source }) => source === 'client')) server.streams.get(id)!.end();
  await until(() => server.streams.list().every(({ source }) => source !== 'client'));
  await model.write({ version: '2' });
  // Asked for twice at once: loaded once, and the second finds nothing new.
  const twice = await Promise.all([reload(server), reload(server)]);
  assert.equal(twice.map(({ body: { isNew } }) => isNew).sort(), [false, true]);

  const first = await stream(server);
  await model.write({ version: '3' });
  assert.is((await server.reloadModel()).streamsBefore, 1);
  await model.write({ version: '4' });
  const full = await reload(server);
  assert.equal([full.status, full.body.code], [503, 'too-many-models']);
  assert.match(full.body.detail, 'Streams still go on with as many');
  first.tell({ type: 'stop' });
  await first.closed();
  assert.is((await server.reloadModel()).version, '4');
  await model.write({ version: '5' });
  const late = server.reloadModel().then(() => 'loaded', ({ code }: { code: string }) => code);
  await server.close();
  assert.is(await late, 'going-away');
  assert.is(server.streams.manifest.version, '4');
}));

test.run();
