/** Tokens at the sockets of a real server, and what streams know of each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { connect, refusedUpgrade, sharedServer, START, withServer, type Client } from '../rig.js';
import { ManualClock } from '../../support/manual-clock.js';
import { tone } from '../sound.js';
import type { RunningServer } from '../../../server/assemble.js';

const ADMIN = { authorization: 'Bearer sesame' };
const shared = sharedServer(test, { access: 'none', adminToken: 'sesame', maxUnproven: 1 });

async function pageToken({ url }: RunningServer, fields: object = {}): Promise<string> {
  const answer = await fetch(`${url}/v1/tokens/signed`, { method: 'POST', headers: { ...ADMIN, 'content-type': 'application/json' }, body: JSON.stringify(fields) });
  assert.is(answer.status, 201);
  return (await answer.json() as { token: string }).token;
}

async function stream(server: RunningServer, start: object = {}): Promise<Client & { readonly id: string; readonly token: string }> {
  const client = await connect(server, '/v1/stream', { headers: ADMIN });
  client.tell({ ...START, ...start });
  const { streamId, resumeToken } = await client.ready();
  return Object.assign(client, { id: streamId, token: resumeToken! });
}

test('a page sends sound with its token as a subprotocol, which the server does not select', () => shared(async (server) => {
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, [`livegenre.token.${await pageToken(server)}`, 'livegenre.v1'], { origin: server.url });
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  assert.is(ws.protocol, 'livegenre.v1');
  ws.send(JSON.stringify(START));
  const [ready] = await new Promise<[Buffer]>((resolve) => ws.once('message', (data) => resolve([data as Buffer])));
  assert.is((JSON.parse(String(ready)) as { type: string }).type, 'ready');
  ws.close(1000);
  await new Promise((resolve) => ws.once('close', resolve));
}));

test('a client sends its token in start, and sound at once', () => shared(async (server) => {
  const client = await connect(server);
  client.tell({ ...START, token: await pageToken(server) });
  client.play(tone(200, 2000));
  client.tell({ type: 'stop' });
  assert.is((await client.summary()).durationMs, 2000);
  assert.is(await client.closed(), 1000);
}));

test('without a token, or with a wrong one, start is refused', () => shared(async (server) => {
  for (const token of [undefined, 'wrong', await pageToken(server, { role: 'view' })]) {
    const client = await connect(server);
    client.tell({ ...START, token });
    client.play(tone(200, 100));
    assert.equal([await client.closed(), client.error?.code], [1008, 'no-token']);
  }
  assert.is(server.streams.list().length, 0);
}));

test('few connections may bring their token later; a wrong one in the header is refused before the upgrade', () => shared(async (server) => {
  assert.is((await refusedUpgrade(server, '/v1/stream', { headers: { authorization: 'Bearer wrong' } })).status, 401);
  const waiting = await connect(server);
  const { status, body, headers } = await refusedUpgrade(server, '/v1/stream');
  assert.equal([status, body.code, headers['www-authenticate']], [401, 'no-token', 'Bearer']);
  const other = await connect(server, '/v1/stream', { headers: ADMIN });
  for (const client of [waiting, other]) {
    client.ws.close(1000);
    await client.closed();
  }
}));

test('viewers need a token too, and a bound one sees its own streams only', () => shared(async (server) => {
  assert.is((await refusedUpgrade(server, '/v1/stations/watch')).status, 401);
  const sender = await stream(server);
  const { id: streamId } = sender;
  const bearer = async (fields: object) => ({ headers: { authorization: `Bearer ${await pageToken(server, fields)}` } });
  const own = await connect(server, `/v1/streams/${streamId}/watch`, await bearer({ stations: [streamId] }));
  assert.is((await own.ready()).streamId, streamId);
  assert.is((await refusedUpgrade(server, `/v1/streams/${streamId}/watch`, await bearer({ stations: ['other'] }))).status, 403);
  assert.equal(await (await fetch(`${server.url}/v1/streams`, await bearer({}))).json(), { streams: [] }); // streams of clients are listed for managers
  for (const client of [own, sender]) {
    client.ws.close(1000);
    await client.closed();
  }
}));

test('sockets end with the token that they need: a stream goes on with the next one', async () => {
  const clock = new ManualClock();
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-ends-'));
  await withServer({ access: 'view', adminToken: 'sesame', database: join(folder, 'tokens.db'), idleTimeoutMs: 3_600_000 }, async (server) => {
    const ask = (method: string, path: string, body?: object) => fetch(`${server.url}${path}`, { method, headers: { ...ADMIN, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) });
    const { token, id } = await (await ask('POST', '/v1/tokens', { name: 'recorder', role: 'send' })).json() as { token: string; id: string };
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    const sender = await connect(server, '/v1/stream', bearer);
    sender.tell(START);
    const { resumeToken, streamId } = await sender.ready();
    const proving = await connect(server);
    proving.tell({ ...START, token });
    await proving.ready();
    const viewer = await connect(server, `/v1/streams/${streamId}/watch`, bearer); // everybody may look
    const admin = await stream(server);
    assert.is((await ask('DELETE', `/v1/tokens/${id}`)).status, 204);
    for (const client of [sender, proving]) assert.equal([await client.closed(), client.error?.code], [4002, 'token-ended']);
    assert.is((await refusedUpgrade(server, '/v1/stream', bearer)).status, 401);
    const brief = await pageToken(server, { seconds: 60 });
    const again = await connect(server, '/v1/stream', { headers: { authorization: `Bearer ${brief}` } });
    again.tell({ ...START, resume: resumeToken });
    assert.is((await again.ready()).streamId, streamId);
    clock.advance(60_000);
    assert.is(await again.closed(), 4002);
    assert.equal([viewer.closeCode, admin.closeCode], [undefined, undefined]);
    for (const client of [viewer, admin]) client.ws.terminate();
  }, { scheduler: clock }).finally(() => rmSync(folder, { recursive: true }));
});

test('streams hear nothing of each other, and options of one do not change another', () => shared(async (server) => {
  const alone = async (start: object, hz: number): Promise<unknown[]> => {
    const client = await stream(server, start);
    return heard(client, hz);
  };
  const heard = async (client: Client, hz: number): Promise<unknown[]> => {
    for (let i = 0; i < 4; i++) client.play(tone(hz, 500));
    client.tell({ type: 'stop' });
    await client.closed();
    return client.messages.filter(({ type }) => type === 'prediction' || type === 'summary' || type === 'columns').map((message) => ({ ...message, lagMs: 0 }));
  };
  const [low, high] = [{ topK: 1 }, { topK: 3, spectrogram: true }];
  const undisturbed = [await alone(low, 200), await alone(high, 5000)];
  const [first, second] = [await stream(server, low), await stream(server, high)];
  assert.equal(await Promise.all([heard(first, 200), heard(second, 5000)]), undisturbed);
  assert.not.ok(first.messages.some(({ type }) => type === 'columns'));
  assert.not.ok(second.messages.some((message) => JSON.stringify(message).includes(first.id)));
}));

test('only the token of a stream takes it over; its id does not', () => shared(async (server) => {
  const own = await stream(server);
  for (const resume of [own.id, `${own.token.slice(0, -1)}_`, '']) {
    const other = await connect(server, '/v1/stream', { headers: ADMIN });
    other.tell({ ...START, resume });
    assert.equal([await other.closed(), other.error?.code], [1008, 'resume-unknown'], resume);
  }
  const claimed = await stream(server, { continues: own.token });
  assert.is.not(claimed.id, own.id);
  for (const client of [own, claimed]) {
    client.tell({ type: 'stop' });
    assert.is(await client.closed(), 1000);
  }
}));

test.run();
