import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { readNpy } from '../../../models/packs/npy.js';
import { readPack, trackLevels } from '../../../models/packs/pack.js';
import { npy } from '../packs.js';

const pack = suite<{ folder: string }>('pack', { folder: '' });

pack.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-pack-'));
});
pack.after.each(({ folder }) => rm(folder, { recursive: true }));

async function write(folder: string, tracks: unknown, columns = 4, labels = ['a', 'b']): Promise<void> {
  await writeFile(join(folder, 'p.json'), JSON.stringify({ settings: FRONT_END_V1, labels, tracks }));
  await writeFile(join(folder, 'p.levels.npy'), npy('|u1', [columns, 64], Uint8Array.from({ length: columns * 64 }, (_, index) => index)));
}

pack('tracks are rows of the levels', async ({ folder }) => {
  await write(folder, [{ id: 'one', genre: 'a', start: 0, columns: 1 }, { id: 'two', genre: 'b', start: 1, columns: 3, audio: 'two.flac' }]);
  const read = await readPack(folder, 'p');
  assert.is(read.tracks[1]!.audio, 'two.flac');
  assert.equal([...trackLevels(read, read.tracks[1]!)].slice(0, 3), [64, 65, 66]);
});

pack('invalid packs are rejected with the file and the reason', async ({ folder }) => {
  const refusal = async (expected: RegExp): Promise<void> => {
    try {
      await readPack(folder, 'p');
    } catch (error) {
      assert.match((error as Error).message, expected);
      return;
    }
    assert.unreachable();
  };
  await refusal(/There is no data pack .*p\.json/);
  await writeFile(join(folder, 'p.json'), '{');
  await refusal(/p\.json is not JSON/);
  await write(folder, [{ id: 'one', genre: 'a', start: 2, columns: 3 }]);
  await refusal(/one ends at column 5, but the levels end at 4/);
  await write(folder, [{ id: 'one', genre: 'polka', start: 0, columns: 3 }]);
  await refusal(/one has the genre "polka"/);
  await write(folder, [{ id: 'one', start: 'x', columns: 3 }]);
  await refusal(/tracks\.0\.start/);
});

pack('arrays of four types and both orders are read', async ({ folder }) => {
  const path = join(folder, 'a.npy');
  const cases: Array<[string, ArrayBufferView, number[]]> = [
    ['<f8', new Float64Array([1.5, -2]), [1.5, -2]],
    ['<f4', new Float32Array([1.5, -2]), [1.5, -2]],
    ['<f2', new Uint16Array([0x3e00, 0xc000, 0x0001, 0x7c00]), [1.5, -2, 2 ** -24, Infinity]],
    ['|u1', new Uint8Array([7, 255]), [7, 255]],
  ];
  for (const [descr, values, expected] of cases) {
    await writeFile(path, npy(descr, [expected.length], values));
    assert.equal([...(await readNpy(path)).data], expected);
  }
  await writeFile(path, npy('|u1', [2, 3], new Uint8Array([1, 4, 2, 5, 3, 6]), true));
  assert.equal([...(await readNpy(path)).data], [1, 2, 3, 4, 5, 6]);
});

pack('a shape that is none is rejected', async ({ folder }) => {
  const path = join(folder, 'shape.npy');
  for (const shape of ['2(2(2, 2', '-1, -4', '0.5, 8', '1e1', '99999999999999999999']) {
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
    await writeFile(path, Buffer.concat([Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'), Buffer.from(`${header}\n`), new Uint8Array(64)]));
    await readNpy(path).then(() => assert.unreachable(shape), (error: Error) => assert.match(error.message, `has the shape (${shape}), which is none`));
  }
});

pack('truncated arrays and unsupported types are rejected', async ({ folder }) => {
  const path = join(folder, 'a.npy');
  await writeFile(path, npy('<f4', [3], new Float32Array(2)));
  await readNpy(path).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'truncated'));
  await writeFile(path, npy('<i8', [1], new Float64Array(1)));
  await readNpy(path).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, '<i8'));
  await writeFile(path, 'no array at all');
  await readNpy(path).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'not a .npy file'));
});

pack.run();
