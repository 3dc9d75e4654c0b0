/** Streams of one node watched and resumed on another, over a real nats-server. */
import type { NatsConnection } from '@nats-io/transport-node';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../server/assemble.js';
import type { StreamInfo } from '../../server/protocol/messages.js';
import { DeadNetwork } from '../chaos/dead-network.js';
import { connect, refusedUpgrade, START, startTestServer, stream, type Client } from '../server/rig.js';
import { cut, tone } from '../server/sound.js';
import { eventually } from '../support/until.js';
import { NatsServer } from './nats-server.js';
import { Bench, interop } from './programs.js';

const test = interop('streams over NATS', ['nats-server']);
const bench = new Bench();
let [nats, way, a, b, outsider]: [NatsServer?, DeadNetwork?, RunningServer?, RunningServer?, NatsConnection?] = [];
test.before(async () => {
  nats = await NatsServer.start(bench);
  way = await DeadNetwork.open(Number(new URL(nats.url).port));
  // Each by itself, so that `after` closes those that run when one has failed.
  const [first, second] = await Promise.allSettled([
    startTestServer({ nats: [`nats://127.0.0.1:${way.port}`], node: 'a' }),
    startTestServer({ nats: [nats.url], node: 'b' }),
  ]);
  if (first.status === 'fulfilled') a = first.value;
  if (second.status === 'fulfilled') b = second.value;
  for (const each of [first, second]) if (each.status === 'rejected') throw each.reason;
  outsider = await nats.connect();
});
test.after(async () => {
  way?.close();
  await Promise.all([a?.close(), b?.close(), outsider?.close()]);
  await bench.close();
});

const watch = (server: RunningServer, id: string, query = ''): Promise<Client> => connect(server, `/v1/streams/${id}/watch${query}`);
const BYTES_PER_MS = 2 * 22.05;

async function measure(server: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `))!.split(' ')[1]);
}

test('a viewer on another node gets the same messages as one beside the sender', async () => {
  const sender = await stream(a!, { spectrogram: true, name: 'mine' });
  const viewers = [await watch(a!, sender.id, '?spectrogram=1'), await watch(b!, sender.id, '?spectrogram=1'), await watch(b!, sender.id)];
  for (const viewer of viewers) await viewer.ready();
  const info = await (await fetch(new URL(`/v1/streams/${sender.id}`, b!.url))).json() as StreamInfo;
  assert.equal([info.name, info.connected], ['mine', true]);
  const listed = async (): Promise<boolean> => (await (await fetch(new URL('/v1/streams', b!.url))).json() as { streams: StreamInfo[] }).streams.some(({ id }) => id === sender.id);
  await eventually('it is in the list of the other node', listed);
  await eventually('the viewers are counted where the stream is', () => a!.streams.get(sender.id)!.info().viewers === 3, { withinMs: 6000 });
  for (const piece of cut(tone(300, 2000), [4410])) sender.play(piece);
  sender.tell({ type: 'stop' });
  for (const viewer of viewers) assert.is(await viewer.closed(), 1000);
  const [near, far, plain] = viewers.map(({ messages }) => messages);
  assert.ok(far!.some(({ type }) => type === 'columns') && far!.at(-1)!.type === 'summary');
  assert.equal(far, near);
  assert.equal(plain, near!.filter(({ type }) => type !== 'columns'));
});

test('a stream is published only while another node has viewers of it; what is no message is ignored and counted', async () => {
  const sender = await stream(a!);
  assert.is(await measure(a!, 'livegenre_bus_streams{direction="published"}'), 0);
  const viewer = await watch(b!, sender.id);
  await viewer.ready();
  assert.is(await measure(a!, 'livegenre_bus_streams{direction="published"}'), 1);
  assert.is(await measure(b!, 'livegenre_bus_streams{direction="received"}'), 1);

  let subject = '';
  const spy = outsider!.subscribe('livegenre.stream.>', { callback: (_, message) => void (subject = message.subject) });
  await outsider!.flush();
  for (const piece of cut(tone(300, 1000), [4410])) sender.play(piece);
  await viewer.prediction();
  await eventually('the subject is known', () => subject !== '');
  const before = viewer.messages.length;
  const ignored = await measure(b!, 'livegenre_bus_ignored_total');
  const garbage = ['no JSON', '{}', '{"type":"prediction","seq":"1"}', '{"type":"ready","resumeToken":"x"}', 'x'.repeat(600_000)];
  for (const text of garbage) outsider!.publish(subject, text);
  await eventually('it is counted', async () => await measure(b!, 'livegenre_bus_ignored_total') === ignored + garbage.length);
  for (const other of ['livegenre.find', 'livegenre.let-go']) outsider!.publish(other, '[1]');
  await eventually('that is counted too', async () => await measure(b!, 'livegenre_bus_ignored_total') === ignored + garbage.length + 2);
  assert.equal(viewer.messages.slice(before).filter(({ type }) => type !== 'prediction'), []);
  spy.unsubscribe();

  viewer.ws.close();
  await eventually('nothing is published any more', async () => await measure(a!, 'livegenre_bus_streams{direction="published"}') === 0);
  sender.tell({ type: 'stop' });
  await sender.closed();
  assert.is((await refusedUpgrade(b!, `/v1/streams/${sender.id}/watch`)).status, 404);
  assert.is((await fetch(new URL('/v1/streams/nobody', b!.url))).status, 404);
});

test('a sender that resumes on another node takes its stream along, and its viewers stay', async () => {
  const sender = await stream(a!);
  const viewers = [await watch(a!, sender.id), await watch(b!, sender.id)];
  for (const piece of cut(tone(300, 3000), [4410])) sender.play(piece);
  for (const viewer of viewers) await viewer.prediction();
  const next = await connect(b!);
  const from = Math.round(1000 * BYTES_PER_MS);
  next.tell({ ...START, resume: sender.token, resumeFrom: { bytes: from, ms: 5 } });
  const ready = await next.ready();
  assert.equal([ready.streamId, ready.resumeToken, ready.receivedBytes], [sender.id, sender.token, from]);
  assert.equal(next.messages[1], { type: 'restarted', atMs: 1000 }, 'of PCM the bytes say the time');
  assert.is(await sender.closed(), 4001);
  for (const viewer of viewers) await viewer.heard(({ type }) => type === 'restarted');
  for (const piece of cut(tone(300, 3000), [4410])) next.play(piece);
  await next.prediction();
  next.tell({ type: 'stop' });
  const { durationMs } = await next.summary();
  assert.ok(durationMs > 3900 && durationMs < 4100, String(durationMs));
  for (const viewer of viewers) {
    assert.is(await viewer.closed(), 1000);
    const since = viewer.messages.slice(viewer.messages.findIndex(({ type }) => type === 'restarted') + 1);
    assert.equal(since, next.messages.slice(2));
  }
});

test('without a place to go on from, a token that is unknown here is refused as ever', async () => {
  const sender = await stream(a!);
  const next = await connect(b!);
  next.tell({ ...START, resume: sender.token });
  assert.is(await next.closed(), 1008);
  assert.is(sender.closeCode, undefined);
  sender.tell({ type: 'stop' });
  await sender.closed();
});

test('a stream goes on where its node is cut off, and its viewers on other nodes stay', async () => {
  const sender = await stream(a!);
  const viewer = await watch(b!, sender.id);
  for (const piece of cut(tone(300, 2000), [4410])) sender.play(piece);
  await viewer.prediction();
  way!.die();
  sender.ws.terminate();
  const next = await connect(b!);
  next.tell({ ...START, resume: sender.token, resumeFrom: { bytes: 0, ms: 0 } });
  assert.is((await next.ready()).streamId, sender.id);
  for (const piece of cut(tone(300, 4000), [4410])) next.play(piece);
  await next.prediction();
  await viewer.heard(({ type }) => type === 'restarted');
  assert.is(viewer.closeCode, undefined);
  next.tell({ type: 'stop' });
  assert.is(await viewer.closed(), 1000);
});

test.run();
