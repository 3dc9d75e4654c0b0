import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ownNames } from '../../../server/network/own-names.js';

test('names of this server, with any port and spelling; addresses in digits are nobody\'s name', () => {
  const isOwn = ownNames({ host: 'nas.lan', publicUrl: ['https://Radio.example/genres', 'http://[2001:db8::1]:8080'] }, 'Box');
  const own = ['localhost', 'LOCALHOST:8080', 'localhost.', 'nas.lan:8080', 'radio.example', 'radio.example:443', 'box', 'box.local:1', '127.0.0.1', '192.168.1.7:8080', '[::1]:8080', '[2001:db8::1]', '127.1', undefined];
  const strange = ['evil.example', 'evil.example:8080', 'localhost.evil.example', 'evil-localhost', 'radio.example.evil', 'sub.radio.example', 'nas', '', ':8080', 'evil.example#localhost', 'evil@localhost', 'localhost/evil', 'a b', 'radio.example:99999'];
  assert.equal(own.filter((header) => !isOwn(header)), []);
  assert.equal(strange.filter((header) => isOwn(header)), []);
});

test.run();
