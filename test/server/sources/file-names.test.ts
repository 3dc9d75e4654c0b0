import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isText, nameFromBytes, pathOf, readableName } from '../../../server/sources/file-names.js';

test('any bytes become a name and the same bytes again', () => {
  const byte = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0xc3, 0xa9, 0xe9, 0xf0, 0x9f, 0x8e, 0xb5, 0xed, 0xb3));
  fc.assert(fc.property(fc.array(byte, { maxLength: 20 }), (bytes) => {
    assert.equal([...Buffer.from(pathOf(nameFromBytes(Uint8Array.from(bytes))))], bytes);
  }), { numRuns: 2000 });
});

test('text stays as it is, and other bytes are readable', () => {
  assert.is(nameFromBytes(Buffer.from('Jóga 🎵.wav')), 'Jóga 🎵.wav');
  assert.is(pathOf('Jóga 🎵.wav'), 'Jóga 🎵.wav');
  assert.ok(isText('Jóga 🎵.wav'));
  const name = nameFromBytes(Buffer.from('caf\xe9.wav', 'latin1'));
  assert.not.ok(isText(name));
  assert.is(readableName(name), 'caf\\xe9.wav');
});

test.run();
