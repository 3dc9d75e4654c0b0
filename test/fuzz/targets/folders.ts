/** Folders that an operator may have from somebody else: models, packs, arrays. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'node:assert/strict';
import { loadBundle, ModelError, saveBundle } from '../../../models/model-folder.js';
import { readNpy } from '../../../models/packs/npy.js';
import { readPack } from '../../../models/packs/pack.js';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { randomBundle } from '../../models/fixtures.js';
import { npy as npyFile } from '../../models/packs.js';
import type { Target } from '../fuzz.js';

/** A target that reads a file or a folder; it gets a folder of its own. */
async function inFolder(make: (folder: string) => Target | Promise<Target>): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-fuzz-'));
  return { ...await make(folder), close: () => rm(folder, { recursive: true }) };
}

/** `model.json`; its weights stay as they are, so that only a valid network of their size is read. */
export const model = (): Promise<Target> => inFolder(async (folder) => {
  const { manifest, weights } = randomBundle();
  await saveBundle(folder, manifest, weights, { size: 4, values: new Float32Array(4 * 1000) });
  const path = join(folder, 'model.json');
  const withEmbedding = readFileSync(path);
  await saveBundle(folder, manifest, weights);
  return {
    name: 'model',
    shape: 'json',
    seeds: [readFileSync(path), withEmbedding],
    words: ['conv2d', 'dense', 'gru', 'statistics', 'layers', 'labels', 'tags', 'kinds', 'outside', 'mixture', 'frontEnd', 'smoothing', 'music', 'speech', 'noise', 'relu'],
    async run(input) {
      writeFileSync(path, input);
      try {
        const { manifest: { labels } } = await loadBundle(folder);
        assert.ok(labels.length > 0);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    },
  };
});

/** `NAME.json` of a pack. */
export const pack = (): Promise<Target> => inFolder((folder) => {
  const levels = npyFile('|u1', [6, 64], new Uint8Array(6 * 64));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'a.levels.npy'), levels);
  const json = { settings: FRONT_END_V1, labels: ['x', 'y'], tracks: [{ id: '1', genre: 'x', start: 0, columns: 4, audio: 'a.mp3' }, { id: '2', start: 4, columns: 2 }] };
  return {
    name: 'pack',
    shape: 'json',
    seeds: [Buffer.from(JSON.stringify(json)), Buffer.from(JSON.stringify({ ...json, features: { chroma: { size: 12 } } }))],
    words: ['settings', 'tracks', 'start', 'columns', 'labels', 'features', 'size', 'bands', 'hop'],
    async run(input) {
      writeFileSync(join(folder, 'a.json'), input);
      await refusing(() => readPack(folder, 'a'));
    },
  };
});

export const npy = (): Promise<Target> => inFolder((folder) => {
  const path = join(folder, 'a.npy');
  return {
    name: 'npy',
    shape: 'bytes',
    seeds: [
      npyFile('<f4', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)), npyFile('|u1', [5], new Uint8Array(5)), npyFile('<f2', [4], new Uint16Array([0, 1, 0x7c00, 0xffff])),
      npyFile('<f8', [2, 2], new Float64Array(4), true), Buffer.concat([Buffer.from('\x93NUMPY\x02\0\x40\0\0\0', 'latin1'), Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (), }".padEnd(64)), Buffer.alloc(4)]),
    ],
    words: ["'descr': '", "'shape': (", '<f4', '|u1', '<f8', '>i2', '|O', 'True', 'False', '-1', '1e9', '(,)', '99999999999999999999', '0.5', '\xff\xff'],
    async run(input) {
      writeFileSync(path, input);
      await refusing(async () => {
        const { shape, data } = await readNpy(path);
        assert.equal(data.length, shape.reduce((product, size) => product * size, 1));
      });
    },
  };
});

/** Runs what refuses bad files with a plain Error. */
async function refusing(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if ((error as Error).constructor !== Error) throw error;
  }
}
