/** One table of hostile addresses against each of the four doors, and what may pass. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstValueFrom, NEVER, Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startMqtt } from '../../../../server/alerts/mqtt.js';
import { Outbox } from '../../../../server/alerts/outbox.js';
import { Webhooks } from '../../../../server/alerts/webhooks.js';
import { Log } from '../../../../server/log.js';
import { createGuard, RefusedAddress, type Guard, type GuardOptions, type Refusal } from '../../../../server/network/guard/guard.js';
import { parseAddress, specialKind } from '../../../../server/network/guard/special-address.js';
import { readSettings } from '../../../../server/settings.js';
import { openSource } from '../../../../server/sources/station/source-connection.js';
import { StationList } from '../../alerts/station-list.js';

/** As they may stand in an address: usual and unusual spellings, names, and names that DNS gives such addresses for. */
const HOSTILE: readonly string[] = [
  '127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '0177.0.0.1', '127.0.0.1.', '127.255.255.254', '0.0.0.0', '0',
  '10.0.0.1', '10.1', '0x0a000001', '172.16.0.1', '172.31.255.255', '192.168.0.1', '3232235521', '192.168.1',
  '169.254.169.254', '0xa9fea9fe', '169.254.1.1', '100.64.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192',
  '224.0.0.1', '239.255.255.255', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1', '203.0.113.1',
  '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:a00:1]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::1]', '[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2001:0:1::1]',
  '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]', '[4000::1]',
  'localhost', 'localhost.', 'private.test', 'mapped.test', 'zone.test', 'metadata.test',
];
const PUBLIC: readonly string[] = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8'];
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'localhost': ['127.0.0.1', '::1'], 'localhost.': ['127.0.0.1'], 'private.test': ['10.0.0.7'], 'mapped.test': ['::ffff:10.0.0.7'],
  'zone.test': ['fe80::1%lo'], 'metadata.test': ['169.254.169.254'], 'radio.lan': ['127.0.0.1'],
};

/** DNS, as somebody may run it. */
const lookup: GuardOptions['lookup'] = (host, _options, done) => {
  const addresses = NAMES[host];
  if (!addresses) return setImmediate(done, Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
  setImmediate(done, null, addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })));
};

const REFUSED = /leads to .*--allow-hosts/;
const log = new Log('error', () => {});

/** Each door: the reason why an address was refused. */
const DOORS: Readonly<Record<string, (host: string, guard: Guard) => Promise<string>>> = {
  station: (host, guard) => stationFault(`http://${host}:8000/`, guard),
  'station over TLS': (host, guard) => stationFault(`https://${host}/`, guard),
  webhook: async (host, guard) => {
    const outbox = await Outbox.open(undefined, log);
    return new Promise((resolve) => {
      const webhooks: Webhooks = new Webhooks({
        outbox, secret: '', guard, log: new Log('debug', (line) => {
          const { failure } = JSON.parse(line) as { failure?: string };
          if (failure !== undefined) void webhooks.close().then(() => resolve(failure));
        }),
      });
      webhooks.send({ id: 'x', station: { id: 'a', name: 'A' }, type: 'down', kind: 'raised', atMs: 0, fromMs: 0, toMs: null, sentence: '', rule: null, details: {} }, [`https://${host}/hook`]);
    });
  },
  'MQTT over TCP': (host, guard) => brokerFault(`mqtt://${host}`, guard),
  'MQTT over TLS': (host, guard) => brokerFault(`mqtts://${host}:8883`, guard),
  'MQTT over a WebSocket': (host, guard) => brokerFault(`ws://${host}/`, guard),
};

function stationFault(url: string, guard: Guard): Promise<string> {
  return new Promise((resolve) => {
    openSource(url, { settings: { stallAfterMs: 5000, stationFiles: '' }, guard }).subscribe({ error: (error: Error) => resolve(error.message), complete: () => resolve('connected') });
  });
}

async function brokerFault(url: string, guard: Guard): Promise<string> {
  const reasons = new Subject<string>();
  const first = firstValueFrom(reasons);
  const mqtt = await startMqtt({
    url, prefix: 'x', discovery: 'y', stations: new StationList(), openAlerts: () => [], event$: NEVER, guard,
    log: new Log('warn', (line) => reasons.next((JSON.parse(line) as { reason: string }).reason)),
  });
  const reason = await first;
  await mqtt.close();
  return reason;
}

for (const [door, open] of Object.entries(DOORS)) {
  test(`${door}: no hostile address is connected to`, async () => {
    const guard = createGuard({ allowHosts: ['192.168.77.0/24', '*.lan'], lookup });
    const passed = await Promise.all(HOSTILE.map(async (host) => [host, await open(host, guard)] as const));
    assert.equal(passed.filter(([, reason]) => !REFUSED.test(reason)), []);
  });
}

test('unusual spellings that reach the system\'s own resolver are refused, too', async () => {
  const guard = createGuard({ allowHosts: [] });
  for (const host of ['2130706433', '0x7f000001', '127.1', '0177.0.0.1', '127.0.0.1.', '::1%lo']) {
    const error = await new Promise<Error>((resolve) => guard.connect({ host, port: 80 }).on('error', resolve));
    assert.match(error.message, /this machine itself/, host);
  }
});

test('addresses of the public internet are not special', () => {
  assert.equal(PUBLIC.filter((text) => specialKind(parseAddress(text)!) !== undefined), []);
});

/** A web server on this machine that counts connections. */
async function withCounter(answer: (port: number) => { status: number; location?: string }, work: (port: number, count: () => number) => Promise<void>): Promise<void> {
  let count = 0;
  const server: Server = createServer((_, response) => {
    const { status, location } = answer(port);
    response.writeHead(status, location === undefined ? {} : { location }).end();
  }).on('connection', () => count++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await work(port, () => count);
  } finally {
    server.close();
  }
}

test('a redirect is checked as the first address is, and so is each port', () => withCounter((port) => ({ status: 302, location: `http://[::ffff:127.0.0.1]:${port + 1}/` }), async (port, count) => {
  const guard = createGuard({ allowHosts: [`radio.lan:${port}`], lookup });
  assert.match(await stationFault(`http://radio.lan:${port}/`, guard), REFUSED);
  assert.is(count(), 1);
}));

test('the connection goes to the address that was checked, and another answer of DNS is checked again', () => withCounter(() => ({ status: 404 }), async (port, count) => {
  const given = ['127.0.0.1', '10.0.0.7'];
  const changing: GuardOptions['lookup'] = (_host, _options, done) => done(null, [{ address: given.shift()!, family: 4 }]);
  const guard = createGuard({ allowHosts: [`127.0.0.1:${port}`], lookup: changing });
  assert.match(await stationFault(`http://rebinding.test:${port}/`, guard), /404/);
  assert.is(given.length, 1, 'one answer for check and connection');
  assert.match(await stationFault(`http://rebinding.test:${port}/`, guard), REFUSED);
  assert.is(count(), 1);
}));

test('of several addresses those that may be connected to are left', () => withCounter(() => ({ status: 404 }), async (port) => {
  const mixed: GuardOptions['lookup'] = (_host, _options, done) => done(null, [{ address: '10.0.0.1', family: 4 }, { address: '127.0.0.1', family: 4 }]);
  assert.match(await stationFault(`http://both.test:${port}/`, createGuard({ allowHosts: [`127.0.0.1:${port}`], lookup: mixed })), /404/);
}));

test('the setting names exceptions by network, address, host, domain and port, and never all', () => {
  const passes = (allowHosts: string, host: string, port = 80): boolean => createGuard({ allowHosts: readSettings({ allowHosts }, {}).allowHosts }).refusedKind({ host, port }) === undefined;
  assert.ok(passes('10.0.0.0/8', '10.20.30.40'));
  assert.ok(passes('10.0.0.0/8', '[::ffff:10.20.30.40]'));
  assert.not.ok(passes('10.0.0.0/8', '192.168.0.1'));
  assert.ok(passes('radio.lan, 192.168.1.7:8000', '192.168.1.7', 8000));
  assert.not.ok(passes('192.168.1.7:8000', '192.168.1.7', 8001));
  assert.ok(passes('[fd00::1]:8000', 'fd00::1', 8000));
  assert.ok(passes('fd00::/8', '[fd12::1]'));
  assert.ok(passes('[fd00::]/8:8000', 'fd12::1', 8000));
  assert.not.ok(passes('*.lan,localhost', '127.0.0.1'), 'names are no addresses');
  for (const bad of ['*', '*.*', '0.0.0.0/0', '::/0', '128.0.0.0/1', '10.0.0.0/33', '10.0.0.1:0', 'http://a/', '127.1', '0x7f.1', '2130706433', 'a b', 'fe80::1%lo']) {
    assert.throws(() => readSettings({ allowHosts: bad }, {}), /--allow-hosts must be/, bad);
  }
});

test('names that the setting has pass, whatever they resolve to; the line to add is told once for each host', async () => {
  const told: Refusal[] = [];
  const guard = createGuard({ allowHosts: ['*.lan'], lookup, onRefused: (refusal) => told.push(refusal) });
  await withCounter(() => ({ status: 404 }), async (port) => {
    assert.match(await stationFault(`http://RADIO.lan:${port}/`, guard), /404/);
    assert.match(await stationFault(`http://127.0.0.1:${port}/`, guard), REFUSED);
    assert.match(await stationFault(`http://127.0.0.1:${port}/again`, guard), REFUSED);
    assert.equal(told, [{ host: '127.0.0.1', port, kind: 'this machine itself', add: '--allow-hosts *.lan,127.0.0.1' }]);
  });
});

test('refused hosts beyond the limit are refused without a word', async () => {
  const told: Refusal[] = [];
  const guard = createGuard({ allowHosts: [], onRefused: (refusal) => told.push(refusal), maxTold: 2 });
  for (const port of [1, 2, 3]) {
    const [error] = await once(guard.connect({ host: '127.0.0.1', port }), 'error');
    assert.instance(error, RefusedAddress);
  }
  assert.equal(told.map(({ port }) => port), [1, 2]);
});

test('nothing else in the server opens connections', () => {
  const folder = fileURLToPath(new URL('../../../../../server/', import.meta.url));
  // The commands talk to the server that their user names, and doctor to this machine.
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !/^(?:cli|doctor)\//.test(name));
  const opening = files.filter((name) => /(?<![.#\w])fetch\(|\bconnect\b[^;]*from 'node:(?:net|tls)'|from 'node:(?:dns|dgram|http2)'|\bEventSource\(/.test(readFileSync(join(folder, name), 'utf8')));
  assert.equal(opening.sort(), ['network/guard/guard.ts']);
  // These ask HTTP over sockets of the guard.
  const asking = files.filter((name) => /https?\)?\.request\(|new WebSocket\(/.test(readFileSync(join(folder, name), 'utf8')));
  assert.equal(asking.sort(), ['alerts/broker-connection.ts', 'alerts/post.ts', 'sources/station/fetch.ts']);
});

test('no proxy of the environment is asked', () => withCounter(() => ({ status: 404 }), async (port, count) => {
  const proxy = `http://127.0.0.1:${port}`;
  const before = { ...process.env };
  Object.assign(process.env, { http_proxy: proxy, HTTP_PROXY: proxy, https_proxy: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: '1', MQTTJS_SOCKS_PROXY: `socks5://127.0.0.1:${port}` });
  try {
    const guard = createGuard({ allowHosts: [], lookup });
    for (const open of Object.values(DOORS)) await open('unknown.test', guard);
    assert.is(count(), 0);
  } finally {
    // Not another object: `os.tmpdir` and child processes read the first one.
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}));

test.run();
