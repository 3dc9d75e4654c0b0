/** The command on a small pack and a random model: every key that programs read, and refusals. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel.js';
import { saveBundle } from '../../../models/bundle.js';
import { randomBundle, seeded } from '../../models/fixtures.js';

const BIN = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));
const LABELS = ['label 0', 'label 1', 'label 2'];
const COLUMNS = 100;

const evaluate = suite<{ folder: string }>('evaluate', { folder: '' });

evaluate.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-evaluate-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(join(context.folder, 'model'), manifest, weights);
  const random = seeded(3);
  const levels = Uint8Array.from({ length: 6 * COLUMNS * 64 }, () => 100 + 80 * random());
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${6 * COLUMNS}, 64), }`.padEnd(117) + '\n';
  await writeFile(join(context.folder, 'small.levels.npy'), Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]), Buffer.from(header), levels]));
  await writePack(context.folder, 'small', LABELS, {});
});
evaluate.after(({ folder }) => rm(folder, { recursive: true }));

async function writePack(folder: string, name: string, labels: string[], settings: object): Promise<void> {
  const tracks = Array.from({ length: 6 }, (_, index) => ({ id: `t${index}`, genre: labels[index % 3], start: index * COLUMNS, columns: COLUMNS }));
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ settings: { ...FRONT_END_V1, ...settings }, labels, tracks }));
}

function run(folder: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, 'evaluate', '--data', folder, '--model', join(folder, 'model'), ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

evaluate('prints every figure as JSON', async ({ folder }) => {
  const { code, stdout, stderr } = await run(folder, '--split', 'small', '--json');
  assert.is(code, 0, stderr);
  const figures = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(Object.keys(figures), [
    'split', 'source', 'tracks', 'trackAccuracy', 'trackAccuracy95', 'segmentAccuracy', 'perGenre', 'macroF1', 'confusion',
    'accuracyAfterS', 'medianTimeToCorrectMs', 'flipsPerMinute', 'ece',
  ]);
  assert.is(figures['split'], 'small');
  assert.is(figures['source'], 'levels');
  assert.is(figures['tracks'], 6);
  assert.equal((figures['confusion'] as number[][]).map((row) => row.reduce((sum, count) => sum + count)), [2, 2, 2]);
  assert.equal(Object.keys(figures['accuracyAfterS'] as object), ['1', '2', '3', '5', '10', '20', '30']);
  assert.equal(Object.keys((figures['perGenre'] as Record<string, object>)['label 0']!), ['precision', 'recall', 'f1', 'support']);
});

evaluate('prints a table for people', async ({ folder }) => {
  const { stdout } = await run(folder, '--split', 'small');
  assert.match(stdout, 'small, from levels: 6 tracks');
  assert.match(stdout, 'right over the whole track');
  assert.match(stdout, /label 2 +\d/);
});

evaluate('says what is missing or does not fit', async ({ folder }) => {
  const missing = await run(folder, '--split', 'nothing');
  assert.is(missing.code, 1);
  assert.match(missing.stderr, /There is no data pack .*nothing\.json/);

  const silent = await run(folder, '--split', 'small', '--audio');
  assert.is(silent.code, 2);
  assert.match(silent.stderr, 'No track of small');

  await writePack(folder, 'hop', LABELS, { hop: 512 });
  await copyFile(join(folder, 'small.levels.npy'), join(folder, 'hop.levels.npy'));
  const hop = await run(folder, '--split', 'hop');
  assert.match(hop.stderr, /front end has hop 1920, the pack's levels 512/);

  await writePack(folder, 'small', ['polka', 'waltz', 'march'], {});
  const labels = await run(folder, '--split', 'small');
  assert.match(labels.stderr, /"polka"; the model knows label 0, label 1, label 2/);
});

evaluate.run();
