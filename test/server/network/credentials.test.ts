/** A password gets where it should: to a station, to a webhook and to a broker, each a real server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NEVER } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startMqtt } from '../../../server/alerts/mqtt.js';
import { Outbox } from '../../../server/alerts/outbox.js';
import { Webhooks } from '../../../server/alerts/webhooks.js';
import { Log } from '../../../server/log.js';
import { fetchAnswer } from '../../../server/sources/station/fetch.js';
import { until } from '../../support/until.js';
import { startBroker } from '../alerts/broker.js';
import { StationList } from '../alerts/station-list.js';
import { LOOPBACK } from '../../support/loopback.js';

/** As typed, and as they must arrive. */
const PASSWORDS: readonly (readonly [typed: string, meant: string])[] = [
  ['pa:ss', 'pa:ss'], ['100%', '100%'], ['100%25', '100%'], ['p@ss', 'p@ss'], ['p%40%3A%2F%23', 'p@:/#'], ['a%zz', 'a%zz'], ['gr%C3%BCn', 'grün'], ['grün', 'grün'], [':::', ':::'], ['a,b', 'a,b'],
];
const log = new Log('error', () => {});
const basic = (password: string): string => `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

/** Remembers the `Authorization` header of each request. */
async function remember(): Promise<{ readonly host: string; readonly got: (string | undefined)[]; close(): void }> {
  const got: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    got.push(request.headers.authorization);
    response.end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, got, close: () => { server.close(); server.closeAllConnections(); } };
}

test('stations', async () => {
  const { host, got, close } = await remember();
  for (const [typed] of PASSWORDS) (await fetchAnswer(new URL(`http://user:${typed}@${host}/`), { signal: new AbortController().signal, timeoutMs: 5000, guard: LOOPBACK })).close();
  (await fetchAnswer(new URL(`http://:only@${host}/`), { signal: new AbortController().signal, timeoutMs: 5000, guard: LOOPBACK })).close();
  close();
  assert.equal(got, [...PASSWORDS.map(([, meant]) => basic(meant)), `Basic ${Buffer.from(':only').toString('base64')}`]);
});

test('webhooks', async () => {
  const { host, got, close } = await remember();
  const webhooks = new Webhooks({ outbox: await Outbox.open(undefined, log), secret: '', log, guard: LOOPBACK });
  for (const [index, [typed]] of PASSWORDS.entries()) {
    webhooks.send({ id: `alert-${index}`, station: { id: 'a', name: 'A' }, type: 'down', kind: 'raised', atMs: 0, fromMs: 0, toMs: null, sentence: '', rule: null, details: {} }, [`http://user:${typed}@${host}/`]);
    await until(() => got.length > index);
  }
  await webhooks.close();
  close();
  assert.equal(got, PASSWORDS.map(([, meant]) => basic(meant)));
});

test('brokers', async () => {
  const got: (readonly [string | undefined, string])[] = [];
  const broker = await startBroker({ authenticate: (_client, name, password, done) => {
    got.push([name, String(password)]);
    done(null, true);
  } });
  for (const [index, [typed]] of PASSWORDS.entries()) {
    const mqtt = await startMqtt({ url: `mqtt://us%3Aer:${typed}@127.0.0.1:${broker.port}`, prefix: 'livegenre', discovery: 'homeassistant', stations: new StationList(), openAlerts: () => [], event$: NEVER, log, guard: LOOPBACK });
    await until(() => got.length > index);
    await mqtt.close();
  }
  await broker.close();
  assert.equal(got, PASSWORDS.map(([, meant]) => ['us:er', meant]));
});

test.run();
