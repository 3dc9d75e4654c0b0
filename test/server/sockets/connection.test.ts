import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection } from '../../../server/sockets/connection.js';
import type { EncodedMessage } from '../../../server/protocol/encoded-message.js';

const SETTINGS = { maxUnsentBytes: 100_000, pingIntervalMs: 60_000, retryAfterMs: 5000 };

/** Both ends of a real WebSocket. */
async function withPair(work: (connection: Connection, client: WebSocket) => Promise<void>): Promise<void> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ server: http });
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const [[ws]] = await Promise.all([connected, once(client, 'open')]);
  try {
    await work(new Connection(ws, SETTINGS), client);
  } finally {
    client.terminate();
    ws.terminate();
    await once(http.close(), 'close');
  }
}

const PADDING = ' '.repeat(500_000);
const message = (type: EncodedMessage['type'], number: number): EncodedMessage => ({ type, json: `${JSON.stringify({ type, number })}${PADDING}` });

test('a slow reader gets the newest prediction and columns instead of a queue, and every other message', () => withPair(async (connection, client) => {
  const received: string[] = [];
  client.on('message', (data) => {
    const { type, number } = JSON.parse(String(data)) as { type: string; number: number };
    received.push(`${type} ${number}`);
  });
  client.pause();
  connection.send(message('ready', 0));
  for (let number = 1; number <= 100; number++) {
    connection.send(message('prediction', number));
    connection.send(message('columns', number));
    // Let the kernel accept what it can.
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(connection.ws.bufferedAmount < SETTINGS.maxUnsentBytes + 2 * PADDING.length, `${connection.ws.bufferedAmount} bytes`);
  }
  connection.send(message('restarted', 101));
  client.resume();
  while (!received.includes('columns 100') || !received.includes('restarted 101')) await once(client, 'message');
  assert.ok(received.length < 100, `${received.length} of 202`);
  assert.is(received[0], 'ready 0');
  assert.ok(received.includes('prediction 100'));
}));

test('after close nothing is sent or buffered', () => withPair(async (connection, client) => {
  client.terminate();
  await once(connection.ws, 'close');
  connection.send(message('prediction', 1));
  connection.fail('idle', 'Too late.');
  assert.is(connection.ws.bufferedAmount, 0);
}));

test.run();
