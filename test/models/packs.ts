/** Small synthetic data packs with learnable genres, and functions that write packs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FRONT_END_V1 } from '../../dsp/mel/mel-columns.js';
import type { Pack } from '../../models/packs/pack.js';
import { Random } from '../../models/random.js';

const BANDS = FRONT_END_V1.bands;

/** Tracks of noise, each genre with its own loud third of the bands. */
export function toyPack(name: string, { tracks = 12, columns = 140, seed = 1 } = {}): Pack {
  const random = new Random(seed);
  const labels = ['low', 'middle', 'high'];
  const levels = new Uint8Array(tracks * columns * BANDS);
  for (let index = 0; index < levels.length; index++) {
    const genre = Math.floor(index / (columns * BANDS)) % 3;
    const isLoud = Math.floor(((index % BANDS) * 3) / BANDS) === genre;
    levels[index] = 130 + (isLoud ? 30 : 0) + 10 * random.normal();
  }
  return {
    folder: '',
    name,
    frontEnd: FRONT_END_V1,
    labels,
    levels,
    tracks: Array.from({ length: tracks }, (_, index) => ({ id: `${name}${index}`, genre: labels[index % 3]!, start: index * columns, columns })),
  };
}

/** A .npy file in NumPy's format. */
export function npy(descr: string, shape: readonly number[], values: ArrayBufferView, fortran = false): Buffer {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`.padEnd(117) + '\n';
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** Writes a pack for `readPack`. */
export async function writePack(folder: string, { name, frontEnd, labels, tracks, levels }: Pack): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ settings: frontEnd, labels, tracks }));
  await writeFile(join(folder, `${name}.levels.npy`), npy('|u1', [levels.length / BANDS, BANDS], levels));
}
