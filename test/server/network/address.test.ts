import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addressProblem, BROKER_ADDRESS, credentialsOf, hostOf, STATION_ADDRESS, WEBHOOK_ADDRESS, type AddressUse } from '../../../server/network/address.js';

const problem = (text: string, use: AddressUse = STATION_ADDRESS): string => addressProblem(text, use) ?? 'none';
/** Printable, with every character that means something in an address. */
const password$ = fc.string({ unit: fc.constantFrom(...'aZ09%:@/?#\\&=+;,.[]|"<> é東📻-_~!$\'()*') });

test('whatever is escaped as addresses want it is taken and read back', () => {
  fc.assert(fc.property(password$, password$, (name, password) => {
    const username = `u${name}`.replaceAll(':', '');
    const userInfo = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
    for (const [address, use] of [[`https://${userInfo}@radio.example/live`, STATION_ADDRESS], [`mqtt://${userInfo}@broker`, BROKER_ADDRESS]] as const) {
      assert.is(problem(address, use), 'none');
      assert.equal(credentialsOf(new URL(address)), { username, password });
    }
  }));
});

test('a password as people type it is read right, or refused: never is another host asked', () => {
  // "@a.b/" in a password can't be told from a host: see "an @ elsewhere is no password".
  const readsAsHost = /@(?:[^@/?#\\]*[^@/?#\\.]\.[^@/?#\\.]|\[)[^@]*[/?#\\]/;
  const typed$ = password$.map((text) => text.replaceAll(/%(?=[0-9a-f]{2})/gi, '')).filter((text) => text === text.trim() && !readsAsHost.test(text));
  fc.assert(fc.property(typed$, fc.constantFrom('http', 'wss', 'mqtt', 'mqtts'), fc.constantFrom('radio.example', 'localhost:8000', 'icecast', '[::1]:1883'), (password, scheme, host) => {
    const address = `${scheme}://user:${password}@${host}/x`;
    if (problem(address, scheme === 'http' ? STATION_ADDRESS : BROKER_ADDRESS) !== 'none') return;
    const url = new URL(address);
    assert.is(url.host, host);
    assert.is(credentialsOf(url)?.password ?? '', password);
  }), { numRuns: 1000 });
});

test('passwords that need no escape', () => {
  for (const password of ['100%', 'pa:ss', ':', 'p@ss', 'a%zz', '%', '5%1', 'a;b,c', 'pa ss', 'ä%', 'x+y']) {
    for (const [scheme, use] of [['http', STATION_ADDRESS], ['https', WEBHOOK_ADDRESS], ['mqtt', BROKER_ADDRESS], ['ws', BROKER_ADDRESS]] as const) {
      const address = `${scheme}://user:${password}@host.example`;
      assert.is(problem(address, use), 'none', address);
      assert.equal(credentialsOf(new URL(address)), { username: 'user', password }, address);
    }
  }
  assert.equal(credentialsOf(new URL('http://:secret@host/')), { username: '', password: 'secret' });
  assert.is(credentialsOf(new URL('http://host/')), undefined);
});

test('a character that ends the host is named with its escape, and the address is not quoted', () => {
  for (const [address, char, escape] of [
    ['http://user:pa/ss@radio.example/live', '/', '%2F'],
    ['http://user:12/ss@radio.example/live', '/', '%2F'],
    ['http://user:12/3/4@radio.example:8000', '/', '%2F'],
    ['http://user:pa#ss@radio.example/live', '#', '%23'],
    ['http://user:12#ss@radio.example/live', '#', '%23'],
    ['http://us#er:pw@radio.example/live', '#', '%23'],
    ['http://user:p@ss#word@radio.example/', '#', '%23'],
    ['http://user:pa?ss@radio.example/live', '?', '%3F'],
    ['http://user:12?ss@radio.example/live', '?', '%3F'],
    ['http://user:pa\\ss@radio.example/live', '\\', '%5C'],
    ['http://us/er:pw@radio.example/live', '/', '%2F'],
    ['mqtt://user:12/34@broker:1883', '/', '%2F'],
    ['mqtts://us/er:pw@broker', '/', '%2F'],
    ['ws://user:#1@broker/mqtt', '#', '%23'],
    ['http://user:@.//@radio.example/x', '/', '%2F'],
    ['http://user:@../@radio.example/x', '/', '%2F'],
  ] as const) {
    const found = problem(address, address.startsWith('http') ? STATION_ADDRESS : BROKER_ADDRESS);
    assert.ok(found.startsWith(`the ${char} in its user name or password must be written as ${escape};`), `${address}: ${found}`);
    assert.not.match(found, /ss@|34|er:|radio|broker/);
  }
});

test('an @ elsewhere is no password', () => {
  for (const address of [
    'http://radio.example/@live', 'http://radio.example:8000/live@hq.mp3', 'https://radio.example/live?user=me@example.org', 'http://localhost:8000/live@hq',
    'http://127.0.0.1:8000/a@b', 'http://[::1]:8000/a@b', 'http://icecast/live?listener=me@example.org', 'http://icecast/@live', 'http://me@example.org@radio.example/x',
    'http://user:pw@radio.example/live@hq.mp3', 'file:///music/a@b/c#1@2.mp3',
  ]) assert.is(problem(address), 'none', address);
});

test('what can never work is refused', () => {
  assert.is(problem('http://radio.example:0/live'), 'nothing can listen on port 0');
  assert.is(problem('mqtt://broker:0', BROKER_ADDRESS), 'nothing can listen on port 0');
  assert.match(problem('http://hooks.example:6666/x', WEBHOOK_ADDRESS), /^no request can be made to port 6666/);
  assert.is(problem('http://radio.example:6666/live'), 'none', 'stations are not fetched with fetch');
  assert.is(problem('http://hooks.example:80/', WEBHOOK_ADDRESS), 'none');
  for (const address of ['mqtt:broker', 'mqtt://', 'mqtt:///x', 'mqtt://br%20oker/']) assert.is(problem(address, BROKER_ADDRESS), 'it names no host', address);
  assert.is(problem('http://us%3Aer:pw@radio.example/'), 'its user name has a : in it, which HTTP can not send');
  assert.is(problem('mqtt://us%3Aer:pw@broker', BROKER_ADDRESS), 'none', 'MQTT has a field for each');
  assert.is(problem('mqtt://:pw@broker', BROKER_ADDRESS), 'it has a password without a user name, which a broker does not take');
  assert.match(problem('http://user:%E9@radio.example/'), /not UTF-8/);
  assert.match(problem('http://user:pw%0A@radio.example/'), /control character/);
  assert.match(problem('http://user:p\tw@radio.example/'), /control character/);
  assert.is(problem('ftp://radio.example/'), 'it must be an http://, https:// or file:// address');
  assert.is(problem('radio.example/live'), 'it must be an http://, https:// or file:// address');
});

test('hosts are as sockets want them', () => {
  for (const [address, host] of [['mqtt://[::1]:1883', '::1'], ['mqtt://Bücher.example', 'xn--bcher-kva.example'], ['mqtt://broker', 'broker'], ['http://EXAMPLE.org', 'example.org']] as const) {
    assert.is(hostOf(new URL(address)), host);
  }
});

test.run();
