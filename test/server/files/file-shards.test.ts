import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileShards } from '../../../server/files/file-shards.js';
import type { Shards } from '../../../server/shards/shards.js';

/** Shards that only keep what was done with them. */
function simulated(): { readonly starts: string[][]; readonly shards: FileShards; readonly end: (index: number) => void } {
  const starts: string[][] = [];
  const ends: (() => void)[] = [];
  const shards = new FileShards(async () => {
    const done: string[] = [];
    const index = starts.push(done) - 1;
    return {
      retire: () => new Promise<void>((resolve) => {
        done.push('retired');
        ends[index] = resolve;
      }),
      close: async () => void done.push('closed'),
    } as unknown as Shards;
  });
  return { starts, shards, end: (index) => ends[index]!() };
}

test('after a renewal files get new shards, and those of before are left to end by themselves', async () => {
  const { starts, shards, end } = simulated();
  const first = await shards.running();
  assert.is(await shards.running(), first);
  shards.renew();
  assert.not.equal(await shards.running(), first);
  assert.equal(starts, [['retired'], []]);
  end(0);
  await Promise.resolve().then(() => {}).then(() => {});
  await shards.close();
  assert.equal(starts, [['retired'], ['closed']]);
});

test('closing closes those that were renewed and still run, and a renewal before the first file starts none', async () => {
  const { starts, shards } = simulated();
  shards.renew();
  assert.equal(starts, []);
  await shards.running();
  shards.renew();
  await shards.close();
  assert.equal(starts, [['retired', 'closed']]);
});

test.run();
