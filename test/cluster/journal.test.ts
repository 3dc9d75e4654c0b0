/** What the runs of `npm run cluster-test` are judged by, and the proxy that spoils their network. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../support/until.js';
import { alertsTwice, gapsAfter, longestGap, recordedTwice } from './journal.js';
import { TcpProxy } from './tcp-proxy.js';

const HEARD = new Map([['x', [100, 200, 900]], ['y', [150, 300, 450, 600, 750, 950]]]);

test('the longest gap reaches from or to the ends of the range', () => {
  assert.is(longestGap(HEARD, ['x'], 0, 1000), 700);
  assert.is(longestGap(HEARD, ['y'], 0, 1000), 200);
  assert.is(longestGap(HEARD, ['y'], 0, 2000), 1050);
  assert.is(longestGap(HEARD, ['x', 'never heard'], 0, 1000), 1000);
});

test('a gap counts from the last thing that happened in it', () => {
  assert.equal(gapsAfter(HEARD, ['x', 'y'], 0, 1000, [], 300), [{ station: 'x', fromMs: 200, toMs: 900 }]);
  assert.equal(gapsAfter(HEARD, ['x', 'y'], 0, 1000, [250, 610], 300), []);
  assert.is(gapsAfter(HEARD, ['x', 'y'], 0, 1000, [250, 590, 950], 300).length, 1);
});

test('rows that reach into the time of a higher number are found, and others not', () => {
  const row = (station: string, number: number, fromMs: number, toMs: number) => ({ station, number, fromMs, toMs });
  assert.equal(recordedTwice([row('x', 1, 0, 10), row('x', 1, 10, 20), row('x', 2, 20, 30), row('y', 1, 0, 25)]), []);
  assert.equal(recordedTwice([row('x', 2, 20, 30), row('x', 1, 0, 21)]), ['x until 21 under 1, and from 20 under 2']);
});

test('alerts alternate for each station, whatever is sent again', () => {
  const event = (station: string, type: string, at: string) => ({ id: `${station} ${type} ${at}`, station, type, at });
  const right = [event('x', 'down.raised', '1'), event('y', 'down.raised', '1'), event('x', 'down.recovered', '2'), event('x', 'down.raised', '1')];
  assert.equal(alertsTwice(right), []);
  assert.equal(alertsTwice([...right, event('y', 'down.raised', '3')]), ['y: down.raised at 1 and again at 3']);
});

test('the proxy holds one direction, passes it on later in order, and refuses', async () => {
  let seen = '';
  const peers: Socket[] = [];
  const server = createServer((socket) => {
    peers.push(socket);
    socket.on('data', (bytes) => (seen += bytes)).on('error', () => {});
    socket.write('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TcpProxy.start((server.address() as { port: number }).port);
  const client = connect(proxy.port, '127.0.0.1');
  let answers = '';
  client.on('data', (bytes) => (answers += bytes)).on('error', () => {});
  await until(() => answers === 'hello');

  proxy.hold('requests');
  client.write('1');
  client.write('2');
  peers[0]!.write(', still there');
  await until(() => answers === 'hello, still there');
  assert.is(seen, '');
  proxy.hold('answers');
  await until(() => seen === '12');
  peers[0]!.write('!');
  client.write('3');
  await until(() => seen === '123');
  assert.is(answers, 'hello, still there');
  proxy.hold();
  await until(() => answers === 'hello, still there!');

  const closed = new Promise((resolve) => client.once('close', resolve));
  await proxy.refuse();
  await closed;
  const [error] = await once(connect(proxy.port, '127.0.0.1'), 'error') as [NodeJS.ErrnoException];
  assert.is(error.code, 'ECONNREFUSED');
  await proxy.accept();
  const again = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await once(again, 'data');
  const end = new Promise((resolve) => again.once('close', resolve));
  await proxy.close();
  server.close();
  await end;
});

test.run();
