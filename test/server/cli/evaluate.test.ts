/** The command on a small pack and a random model: every key that programs read, and refusals. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel.js';
import { saveBundle } from '../../../models/bundle.js';
import type { Pack } from '../../../models/pack.js';
import { randomBundle } from '../../models/fixtures.js';
import { toyPack, writePack } from '../../models/packs.js';

const BIN = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));
const LABELS = ['label 0', 'label 1', 'label 2'];

const evaluate = suite<{ folder: string }>('evaluate', { folder: '' });

evaluate.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-evaluate-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(join(context.folder, 'model'), manifest, weights);
  await writePack(context.folder, smallPack());
});
evaluate.after(({ folder }) => rm(folder, { recursive: true }));

/** Six tracks of three genres, by the model's own names. */
function smallPack(change: Partial<Pack> = {}): Pack {
  const toy = toyPack('small', { tracks: 6, columns: 100 });
  const { labels = LABELS } = change;
  return { ...toy, ...change, labels, tracks: toy.tracks.map((track, index) => ({ ...track, genre: labels[index % 3]! })) };
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
    'accuracyAfterS', 'medianTimeToCorrectMs', 'flipsPerMinute', 'ece', 'calibration',
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

  await writePack(folder, smallPack({ name: 'hop', frontEnd: { ...FRONT_END_V1, hop: 512 } }));
  const hop = await run(folder, '--split', 'hop');
  assert.match(hop.stderr, /front end has hop 1920, the pack's levels 512/);

  await writePack(folder, smallPack({ labels: ['polka', 'waltz', 'march'] }));
  const labels = await run(folder, '--split', 'small');
  assert.match(labels.stderr, /"polka"; the model knows label 0, label 1, label 2/);
});

evaluate.run();
