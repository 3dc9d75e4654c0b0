import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clientReader } from '../../../server/network/client-address.js';
import { readSettings } from '../../../server/settings.js';

const client = (trustProxy: string, remoteAddress: string, forwarded?: string, proto?: string) => clientReader(readSettings({ trustProxy }, {}).trustProxy)({
  socket: { remoteAddress }, headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }), ...(proto !== undefined && { 'x-forwarded-proto': proto }) },
});

test('headers count from trusted proxies only, from the right to the first address that is none', () => {
  const P = '127.0.0.1,10.0.0.0/8,fd00::/8';
  for (const [trusted, remote, forwarded, address] of [
    ['', '127.0.0.1', '9.9.9.9', '127.0.0.1'],
    [P, '8.8.8.8', '9.9.9.9', '8.8.8.8'],
    [P, '::ffff:8.8.8.8', undefined, '8.8.8.8'],
    [P, '127.0.0.1', '9.9.9.9', '9.9.9.9'],
    [P, '::ffff:127.0.0.1', '1.1.1.1, 9.9.9.9, 10.2.3.4', '9.9.9.9'],
    [P, '10.0.0.1', '10.0.0.2, 10.0.0.3', '10.0.0.2'],
    [P, '127.0.0.1', '9.9.9.9:4711', '9.9.9.9'],
    [P, 'fd00::1', '[2606:4700::1]:443', '2606:4700::1'],
    [P, '127.0.0.1', '9.9.9.9, unknown', '127.0.0.1'],
    [P, '127.0.0.1', '9.9.9.9, 0x7f.1', '127.0.0.1'],
    [P, '127.0.0.1', '', '127.0.0.1'],
  ] as const) assert.is(client(trusted, remote, forwarded).address, address, `${remote} ${forwarded}`);
});

test('the scheme that a trusted proxy was asked by', () => {
  assert.ok(client('127.0.0.1', '127.0.0.1', '9.9.9.9', 'https').isSecure);
  assert.not.ok(client('127.0.0.1', '127.0.0.1', '9.9.9.9', 'http').isSecure);
  assert.not.ok(client('127.0.0.1', '127.0.0.1', '9.9.9.9', 'https, http').isSecure);
  assert.not.ok(client('', '127.0.0.1', '9.9.9.9', 'https').isSecure);
});

test('proxies are addresses or networks, never all addresses', () => {
  for (const bad of ['0.0.0.0/0', '::/0', 'proxy.lan', '10.0.0.0/33', '127.1', '*']) assert.throws(() => readSettings({ trustProxy: bad }, {}), /--trust-proxy must be/, bad);
});

test.run();
