import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection, ErrorReportingSocket } from '../../../server/sockets/connection.js';
import { ERRORS } from '../../../server/protocol/errors.js';
import type { EncodedMessage } from '../../../server/protocol/encoded-message.js';

const SETTINGS = { maxUnsentBytes: 100_000, pingIntervalMs: 60_000, retryAfterMs: 5000 };

/** Both ends of a real WebSocket. */
async function withPair(work: (connection: Connection, client: WebSocket) => Promise<void>): Promise<void> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new WebSocketServer({ noServer: true, WebSocket: ErrorReportingSocket });
  const upgraded = once(http, 'upgrade') as Promise<[IncomingMessage, Duplex, Buffer]>;
  const connected = upgraded.then(([request, socket, head]) => new Promise<ErrorReportingSocket>((resolve) => {
    server.handleUpgrade(request, socket, head, (accepted) => {
      const opened = accepted as ErrorReportingSocket;
      opened.socket = socket;
      resolve(opened);
    });
  }));
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const [ws] = await Promise.all([connected, once(client, 'open')]);
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

test('messages of every length arrive whole, in order with pings and with the close', () => withPair(async (connection, client) => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) => 'x'.repeat(length)).concat('“ö” \u{1f3b5}'.repeat(30), '\ud800');
  const received: string[] = [];
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : String(data))).on('ping', () => received.push('ping'));
  for (const json of texts) {
    connection.send({ type: 'summary', json });
    connection.ws.ping();
  }
  connection.close('idle');
  const [code] = await once(client, 'close') as [number];
  assert.is(code, ERRORS.idle.closeCode);
  assert.equal(received, texts.flatMap((text) => [text.replace('\ud800', '\ufffd'), 'ping']));
}));

test('after close nothing is sent or buffered', () => withPair(async (connection, client) => {
  client.terminate();
  await once(connection.ws, 'close');
  connection.send(message('prediction', 1));
  connection.fail('idle', 'Too late.');
  assert.is(connection.ws.bufferedAmount, 0);
}));

test.run();
