/** `livegenre watch` of a server behind a password. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { start } from './program.js';

const given = ({ headers }: IncomingMessage): string => Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();

test('the user name and password of the address are sent decoded, with requests and the upgrade, and not printed', async () => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(given(request));
    response.end(JSON.stringify({ streams: [{ id: 'demo', source: 'demo' }] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upgraded = once(server, 'upgrade') as Promise<[IncomingMessage, Socket]>;
  const watching = start(['watch', '--url', `ws://user:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}`]);
  try {
    const [request, socket] = await upgraded;
    socket.destroy();
    assert.is(given(request), 'user:p@ss');
    assert.equal(requests, ['user:p@ss']);
  } finally {
    watching.child.kill('SIGKILL');
    const { stdout, stderr } = await watching.ended;
    assert.not.match(stdout + stderr, /p%40ss|p@ss/);
    server.closeAllConnections();
    server.close();
  }
});

test.run();
