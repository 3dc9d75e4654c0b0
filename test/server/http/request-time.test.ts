import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { limitRequestTime } from '../../../server/http/request-time.js';

test('a request that does not end in time is cut off, a file is not', async () => {
  const http = createServer((request, response) => request.resume().on('end', () => response.end('whole')));
  limitRequestTime(http, 20);
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  const begun = (path: string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n1`);
    return socket;
  };
  const file = begun('/v1/classify');
  await once(begun('/v1/stations').resume(), 'close');
  file.write('2');
  const [answer] = await once(file, 'data') as [Buffer];
  assert.match(String(answer), /200 OK[\s\S]*whole$/);
  http.closeAllConnections();
  http.close();
});

test.run();
