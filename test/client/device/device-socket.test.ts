/** A classifier on the device that fails, as a page's worker may: live sound goes on, a file says where it stopped. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deviceSocket } from '../../../client/device/device-socket.js';
import type { DeviceEvents, DeviceStream } from '../../../client/device/device-stream.js';
import { withSpare } from '../../../client/device/spare-worker.js';
import { GenreClient, type Continued, type GenreError } from '../../../client/sdk/index.js';

/** A stream that answers `start` and counts what it gets. */
class FakeStream implements DeviceStream {
  waitingBytes = 0;
  received = 0;
  isClosed = false;
  readonly events: DeviceEvents;

  constructor(events: DeviceEvents, id: string) {
    this.events = events;
    this.id = id;
    queueMicrotask(() => events.opened());
  }

  readonly id: string;

  start(): void {
    this.events.message(JSON.stringify({ type: 'ready', streamId: this.id, name: '', resumeToken: this.id, receivedBytes: 0, model: { name: 'm', version: '1', labels: ['a'] }, blockMs: 350 }));
  }

  send(bytes: Uint8Array): void { this.received += bytes.length; }
  end(): void {}
  close(): void { this.isClosed = true; }
}

function classifier(live: boolean): { readonly client: GenreClient; readonly streams: FakeStream[] } {
  const streams: FakeStream[] = [];
  const open = (events: DeviceEvents): DeviceStream => {
    const stream = new FakeStream(events, `stream ${streams.length}`);
    streams.push(stream);
    return stream;
  };
  const client = new GenreClient({ url: 'ws://device.invalid', WebSocket: deviceSocket(open), encoding: 's16le', sampleRate: 8000, channels: 1, live, backoff: { firstMs: 1, ceilingMs: 1 } });
  return { client, streams };
}

/** Live sound waits until it fills a message. */
const SECOND = new Int16Array(8000);
const FAILURE = { code: 'internal', message: 'The worker failed.' } as const;

test('live sound goes on as a new stream', async () => {
  const { client, streams } = classifier(true);
  await client.connect();
  client.send(SECOND);
  assert.ok(streams[0]!.received > 0);
  const continued = new Promise<Continued>((resolve) => client.on('continued', resolve));
  streams[0]!.events.ended(FAILURE);
  const { previousId, streamId } = await continued;
  assert.equal([previousId, streamId], ['stream 0', streams.at(-1)!.id]);
  assert.ok(streams.slice(0, -1).every(({ isClosed }) => isClosed));
  client.send(SECOND);
  assert.ok(streams.at(-1)!.received > 0);
  client.close();
  assert.ok(streams.at(-1)!.isClosed);
});

test('a file ends with an error', async () => {
  const { client, streams } = classifier(false);
  await client.connect();
  client.send(new Int16Array(800));
  const closed = new Promise<GenreError>((resolve) => client.on('error', (error) => { if (client.state === 'closed') resolve(error); }));
  streams[0]!.events.ended(FAILURE);
  assert.is((await closed).code, 'resume-unknown');
});

test('nothing is sent on while the device is behind', async () => {
  const { client, streams } = classifier(false);
  await client.connect();
  streams[0]!.waitingBytes = 1e6;
  assert.not(client.send(new Int16Array(800)));
  assert.is(streams[0]!.received, 0);
  streams[0]!.waitingBytes = 0;
  await client.drained();
  assert.is(streams[0]!.received, 1600);
  client.close();
});

test('what was loaded before goes to the next stream, and only to that', async () => {
  const streams: FakeStream[] = [];
  const load = withSpare((events) => {
    streams.push(new FakeStream(events, `stream ${streams.length}`));
    return streams.at(-1)!;
  });
  const [WebSocket] = await Promise.all([load(), load()]);
  assert.is(streams.length, 1);
  const options = { url: 'ws://device.invalid', WebSocket, encoding: 's16le', sampleRate: 8000, channels: 1 } as const;
  const clients = [new GenreClient(options), new GenreClient(options)];
  const ids = await Promise.all(clients.map(async (client) => (await client.connect()).streamId));
  assert.equal(ids, ['stream 0', 'stream 1']);
  clients.forEach((client) => client.close());
  assert.ok(streams.every(({ isClosed }) => isClosed));
  assert.is(await load(), WebSocket);
  assert.is(streams.length, 3);
});

test('a device that can’t load says why, and may be tried again', async () => {
  let failures = 1;
  const load = withSpare((events) => {
    const stream = new FakeStream(failures-- > 0 ? { ...events, opened: () => events.ended(FAILURE) } : events, '');
    return stream;
  });
  let reason = '';
  await load().catch((error: Error) => { reason = error.message; });
  assert.is(reason, 'The worker failed.');
  assert.type(await load(), 'function');
});

test.run();
