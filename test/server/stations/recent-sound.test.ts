import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RecentSound } from '../../../server/stations/recent-sound.js';

const sound = (byte: number, format: 'mp3' | 'aac' = 'mp3') => ({ type: 'encoded', format, bytes: Uint8Array.of(byte, byte) }) as const;

test('the newest sound is kept up to the limit, of one format', () => {
  const recent = new RecentSound(3);
  const kept = (): number[] => recent.list().map(({ bytes }) => bytes[0]!);
  for (const byte of [1, 2, 3]) recent.push(sound(byte));
  assert.equal(kept(), [2, 3], 'at least 3 bytes, in whole parts');
  recent.push(sound(4, 'aac'));
  assert.equal(kept(), [4]);
  recent.clear();
  assert.equal(kept(), []);
});

test.run();
