import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutCredentials } from '../../../client/sdk/credentials.js';
import { GenreViewer } from '../../../client/sdk/node.js';

/** What is written before the @, and what a server must get. */
const CREDENTIALS = [
  ['user:pass', 'user:pass'], ['user:p%40ss', 'user:p@ss'], ['us%3Aer:a%2Fb%23c', 'us:er:a/b#c'], ['user:100%', 'user:100%'], ['user:100%25', 'user:100%'],
  ['user:%2540', 'user:%40'], ['user:pa:ss', 'user:pa:ss'], ['j%C3%BCrgen:gr%C3%BC%C3%9Fe', 'jürgen:grüße'], ['user:%E9', 'user:%E9'], [':token', ':token'],
] as const;

const given = ({ headers }: IncomingMessage): string => Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();

test('the user name and password of an address are decoded once', () => {
  for (const [written, meant] of CREDENTIALS) {
    const { url, headers } = withoutCredentials(`wss://${written}@example.org:81/below`);
    assert.is(url, 'wss://example.org:81/below');
    assert.is(Buffer.from(headers['authorization']!.slice('Basic '.length), 'base64').toString(), meant, written);
  }
  assert.equal(withoutCredentials('ws://localhost:8080'), { url: 'ws://localhost:8080/', headers: {} });
});

test('the upgrade gets the same', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upgrade = async (): Promise<string> => {
    const [request, socket] = await once(server, 'upgrade') as [IncomingMessage, Socket];
    socket.destroy();
    return given(request);
  };
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const [written, meant] of CREDENTIALS) {
      const viewer = new GenreViewer({ url: `ws://${written}@${host}`, stream: 's' });
      const upgraded = upgrade();
      viewer.open();
      assert.is(await upgraded, meant, written);
      viewer.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.run();
