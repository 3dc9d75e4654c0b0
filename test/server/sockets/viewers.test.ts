import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StreamInfo } from '../../../server/protocol/messages.js';
import { connect, refusedUpgrade, sharedServer, stream, withServer } from '../rig.js';
import { until } from '../../support/until.js';
import { noise, tone } from '../sound.js';

const shared = sharedServer(test);

test('a viewer gets the stream\'s messages, the summary and close code 1000', () => shared(async (server) => {
  const client = await stream(server, { name: 'mine' });
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  const ready = await viewer.ready();
  assert.is(ready.streamId, client.id);
  assert.is(ready.name, 'mine');
  assert.is(ready.resumeToken, undefined, 'a viewer can not take the stream over');
  client.play(tone(300, 2000));
  client.tell({ type: 'stop' });
  assert.is(await viewer.closed(), 1000);
  assert.equal(viewer.messages.slice(1), client.messages.slice(1));
  assert.is(viewer.messages.at(-1)!.type, 'summary');
}));

test('columns are sent to viewers who request them, if the stream has them', () => shared(async (server) => {
  for (const [spectrogram, query, expected] of [[true, '?spectrogram=1', 2], [true, '', 0], [false, '?spectrogram=1', 0]] as const) {
    const client = await stream(server, { spectrogram });
    const viewer = await connect(server, `/v1/streams/${client.id}/watch${query}`);
    await viewer.ready();
    client.play(noise(2 * 7680 + 128));
    client.tell({ type: 'stop' });
    await viewer.closed();
    assert.is(viewer.messages.filter(({ type }) => type === 'columns').length, expected);
  }
}));

test('connected viewers are counted and limited', () => withServer({ maxViewers: 2 }, async (server) => {
  const client = await stream(server);
  const path = `/v1/streams/${client.id}/watch`;
  const info = (): StreamInfo => server.streams.get(client.id)!.info();
  const first = await connect(server, path);
  await connect(server, path);
  assert.is(info().viewers, 2);
  const { status, headers, body } = await refusedUpgrade(server, path);
  assert.is(status, 503);
  assert.is(body.code, 'too-many-viewers');
  assert.is(headers['retry-after'], '5');
  first.ws.terminate();
  await until(() => info().viewers === 1 && server.viewers.size === 1);
  await connect(server, path);
}));

test('a viewer that sends a message gets an error', () => shared(async (server) => {
  const client = await stream(server);
  const viewer = await connect(server, `/v1/streams/${client.id}/watch`);
  viewer.play(noise(10));
  assert.is(await viewer.closed(), 1007);
  assert.is(viewer.error!.code, 'bad-message');
  assert.is(client.closeCode, undefined);
}));

test.run();
