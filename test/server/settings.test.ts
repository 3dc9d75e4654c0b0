import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { envOf, flagOf, readSettings, SettingError, SETTINGS, withDefaults, type SettingName } from '../../server/settings.js';

const names = Object.keys(SETTINGS) as SettingName[];

function refusal(flags: Record<string, unknown>, env: Record<string, string> = {}): string {
  try {
    readSettings(flags, env);
  } catch (error) {
    assert.instance(error, SettingError);
    return (error as Error).message;
  }
  return 'accepted';
}

test('the defaults apply when nothing is given, and each default passes its own parser', () => {
  const settings = readSettings({}, {});
  assert.equal(settings, withDefaults());
  for (const name of names) {
    const value = SETTINGS[name].default as unknown;
    assert.equal(SETTINGS[name].parse(Array.isArray(value) ? value.join(',') : String(value)), value, name);
  }
});

test('flags override the environment, which overrides the defaults', () => {
  assert.is(readSettings({ port: 1 }, { LIVEGENRE_PORT: '2', PORT: '3' }).port, 1);
  assert.is(readSettings({}, { LIVEGENRE_PORT: '2', PORT: '3' }).port, 2);
  assert.is(readSettings({}, { PORT: '3' }).port, 3);
});

test('an empty variable counts as not set', () => {
  assert.is(readSettings({}, { PORT: '', LIVEGENRE_MODEL: '' }).port, 8080);
});

test('unrelated environment variables are ignored', () => {
  assert.is(readSettings({}, { HOST: 'x86_64-conda-linux-gnu' }).host, '127.0.0.1');
});

test('an invalid value is rejected with its source, the value and the expected format', () => {
  assert.is(refusal({ port: 'eighty' }), '--port must be a whole number from 0 to 65535; it is "eighty".');
  assert.is(refusal({}, { LIVEGENRE_MAX_STREAMS: '-1' }), 'LIVEGENRE_MAX_STREAMS must be a whole number from 0 to 100000; it is "-1".');
  assert.is(refusal({}, { PORT: '8080.5' }), 'PORT must be a whole number from 0 to 65535; it is "8080.5".');
  assert.is(refusal({ backend: 'gpu' }), '--backend must be one of auto, native, wasm; it is "gpu".');
  assert.is(refusal({ demo: 'maybe' }), '--demo must be on or off; it is "maybe".');
  assert.is(refusal({ port: [1, 2] }), '--port is given 2 times; give it once.');
  assert.match(refusal({ allowedOrigins: 'example.org' }), '--allowed-origins must be origins such as https://example.org');
  assert.match(refusal({ silenceEndDb: '-70' }), '--silence-end-db must be at least --silence-db (-60); it is -70.');
});

test('addresses are a list; what is wrong with one is said without showing it', () => {
  const webhooks = (value: string): readonly string[] => readSettings({ webhooks: value }, {}).webhooks;
  assert.equal(webhooks('http://a.example/x, https://b.example/y,'), ['http://a.example/x', 'https://b.example/y']);
  assert.equal(webhooks('http://user:pa,ss@a.example/,http://b.example'), ['http://user:pa,ss@a.example/', 'http://b.example']);
  assert.equal(readSettings({}, { LIVEGENRE_MQTT: 'mqtt://user:pa:ss,100%@broker' }).mqtt, ['mqtt://user:pa:ss,100%@broker']);
  for (const [name, value, reason] of [
    ['webhooks', 'http://a.example/x, b.example', /has a space in it/],
    ['webhooks', 'http://a.example/,http://s3cret:pa#ss@b.example/', /\(number 2: the # in its user name or password must be written as %23;/],
    ['webhooks', 'http://a.example:6667/s3cret', /port 6667/],
    ['mqtt', 'mqtt://s3cret:pa/ss@broker', /the \/ in its user name or password must be written as %2F/],
    ['mqtt', 'broker.s3cret:1883', /must be an mqtt:\/\/, mqtts:\/\/, ws:\/\/ or wss:\/\/ address/],
  ] as const) {
    assert.match(refusal({ [name]: value }), reason);
    assert.not.match(refusal({ [name]: value }), /s3cret|ss@/);
  }
});

test('the database is a file or PostgreSQL, and what is wrong with an address is said without showing it', () => {
  const database = (value: string): string => readSettings({ database: value }, {}).database;
  for (const good of ['radio/stations.db', ':memory:', 'C:\\radio\\stations.db', 'postgres://u:p%40ss@db.example:5433/radio?sslmode=verify-full', 'postgresql:///radio?host=/run/postgresql']) assert.is(database(good), good);
  for (const [value, reason] of [
    ['mysql://u:s3cret@h/d', /--database must be a file, or postgres:\/\/USER:PASSWORD@HOST\/DATABASE \(it begins with another scheme\)\./],
    ['postgres://u:s3cret@h', /names no database/],
    ['postgres://u:s3cret@h/', /names no database/],
    ['postgres://u:12#s3cret@h/d', /write it as %23/],
    ['postgres://u:s3/cret@h/d', /in a password, write/],
  ] as const) {
    assert.match(refusal({ database: value }), reason);
    assert.not.match(refusal({ database: value }), /s3/);
  }
});

test('on and off have several spellings', () => {
  for (const on of ['on', 'true', '1', true]) assert.is(readSettings({ demo: on }, {}).demo, true);
  for (const off of ['off', 'false', '0', false]) assert.is(readSettings({ demo: off }, {}).demo, false);
});

test('origins are a list', () => {
  assert.equal(readSettings({ allowedOrigins: 'https://a.org, http://b.org:8080' }, {}).allowedOrigins, ['https://a.org', 'http://b.org:8080']);
});

test('flags and variables are unique, and each has a description', () => {
  assert.is(new Set(names.map(flagOf)).size, names.length);
  assert.is(new Set(names.map(envOf)).size, names.length);
  assert.is(flagOf('maxMessageBytes'), '--max-message-bytes');
  assert.is(envOf('maxMessageBytes'), 'LIVEGENRE_MAX_MESSAGE_BYTES');
  for (const name of names) assert.ok(SETTINGS[name].description.length > 10, name);
});

test('any text gives a valid setting or an error sentence', () => {
  fc.assert(fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
    try {
      readSettings({}, { [envOf(name)]: value });
    } catch (error) {
      assert.instance(error, SettingError);
    }
  }));
});

test('every limit has a test that sets it', () => {
  const folder = fileURLToPath(new URL('../../../test/', import.meta.url));
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts') && !file.includes('doctor')).map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  const limits = names.filter((name) => /^max|^restart|TimeoutMs$|IntervalMs$|AfterMs$|WindowMs$/.test(name));
  assert.ok(limits.length > 25);
  assert.equal(limits.filter((name) => !new RegExp(`\\b${name}(: *\\d| \\}| *=)`).test(sources)), []);
});

test.run();
