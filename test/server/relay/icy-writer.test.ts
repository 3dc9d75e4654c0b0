import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ICY_INTERVAL, IcyWriter } from '../../../server/relay/icy-writer.js';
import { IcyBody } from '../../../server/sources/station/icy.js';

/** What a player reads. */
function read(bytes: Uint8Array): { readonly sound: Uint8Array; readonly titles: (string | null)[] } {
  const titles: (string | null)[] = [];
  const sound = new IcyBody(ICY_INTERVAL, (title) => titles.push(title)).push(bytes);
  return { sound, titles };
}

test('the sound is unchanged and titles come at the interval, however it is cut', () => {
  const sound = Uint8Array.from({ length: 3 * ICY_INTERVAL + 5 }, (_, index) => index % 251);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 20 }), (lengths) => {
    const writer = new IcyWriter();
    writer.setTitle('Björk – Jóga');
    const parts: Uint8Array[] = [];
    for (let at = 0, index = 0; at < sound.length; index += 1) {
      const length = lengths[index % lengths.length]!;
      parts.push(writer.push(sound.subarray(at, at + length)));
      at += length;
    }
    const found = read(new Uint8Array(Buffer.concat(parts)));
    assert.equal(found.titles, ['Björk – Jóga']);
    assert.ok(Buffer.from(found.sound).equals(sound));
  }), { numRuns: 30 });
});

test('any title can be read again, and a long one is cut', () => {
  const title = (text: string): string | null | undefined => {
    const writer = new IcyWriter();
    writer.setTitle(text);
    return read(writer.push(new Uint8Array(ICY_INTERVAL))).titles[0];
  };
  assert.is(title('It\'s a "quote"; yes'), 'It\'s a "quote"; yes');
  assert.is(title("Don't';StreamUrl='http://x'"), "Don't’;StreamUrl='http://x'");
  assert.is(title('two\nlines'), 'two lines');
  assert.ok(title('🎵'.repeat(3000))!.length > 400);
});

test.run();
