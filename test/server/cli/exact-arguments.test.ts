import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exactArguments } from '../../../server/cli/exact-arguments.js';
import { pathOf } from '../../../server/sources/file-names.js';

const bytes = Buffer.from('node\0--some-option\0program.js\0classify\0caf\xe9.wav\0\0J\xc3\xb3ga.wav\0', 'latin1');

test('an argument that is not UTF-8 gets its bytes back, and the others stay', () => {
  const argv = ['/usr/bin/node', '/here/program.js', 'classify', 'caf\ufffd.wav', '', 'Jóga.wav'];
  const exact = exactArguments(argv, () => bytes);
  assert.equal(Buffer.from(pathOf(exact[3]!)), Buffer.from('caf\xe9.wav', 'latin1'));
  assert.equal(exact.filter((_, index) => index !== 3), argv.filter((_, index) => index !== 3));
});

test('without the bytes, or where they are not the same arguments, nothing changes', () => {
  const argv = ['node', 'program.js', 'caf\ufffd.wav'];
  assert.equal(exactArguments(argv, () => { throw new Error('not Linux'); }), argv);
  assert.equal(exactArguments(argv, () => Buffer.from('other\0')), argv);
});

test.run();
