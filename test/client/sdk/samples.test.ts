import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Framer } from '../../../client/sdk/samples.js';

test('PCM is sent in whole frames, of at most 64 KiB', () => {
  const framer = new Framer({ encoding: 's16le', sampleRate: 22_050, channels: 3 });
  const lengths: number[] = [];
  framer.push(new Uint8Array(140_000), (chunk) => lengths.push(chunk.length));
  assert.equal(lengths, [65_532, 65_532, 8934]);
  assert.is(framer.heldBytes, 2);
});

test.run();
