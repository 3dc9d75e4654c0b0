/** The command on a small pack and a random model: every key that programs read, and refusals. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { saveBundle } from '../../../models/model-folder.js';
import type { Pack } from '../../../models/packs/pack.js';
import { register } from '../../../server/cli/evaluate.js';
import { wavFile } from '../../../server/sources/wav.js';
import { noise } from '../../dsp/signals.js';
import { randomBundle } from '../../models/fixtures.js';
import { toyPack, writePack } from '../../models/packs.js';
import { refusal, run, type Ended } from './in-process.js';

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
function smallPack(change: Partial<Pack> = {}, columns = 100): Pack {
  const toy = toyPack('small', { tracks: 6, columns });
  const { labels = LABELS } = change;
  return { ...toy, ...change, labels, tracks: toy.tracks.map((track, index) => ({ ...track, genre: labels[index % 3]! })) };
}

/** Without a process of its own, where it is refused before anything is measured. */
const refuse = (folder: string, ...args: string[]): Promise<Ended> => refusal(register, ['evaluate', '--data', folder, '--model', join(folder, 'model'), ...args]);

const evaluated = (folder: string, ...args: string[]): Promise<Ended> => run(['evaluate', '--data', folder, '--model', join(folder, 'model'), ...args]);

evaluate('prints every figure as JSON', async ({ folder }) => {
  const { exitCode, stdout, stderr } = await evaluated(folder, '--split', 'small', '--json');
  assert.is(exitCode, 0, stderr);
  const figures = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(Object.keys(figures), [
    'data', 'split', 'source', 'tracks', 'trackAccuracy', 'trackAccuracy95', 'segmentAccuracy', 'perGenre', 'macroF1', 'confusion',
    'accuracyAfterS', 'medianTimeToCorrectMs', 'flipsPerMinute', 'ece', 'calibration',
    'eceCrossFitted',
  ]);
  assert.is(figures['split'], 'small');
  assert.is(figures['source'], 'levels');
  assert.is(figures['tracks'], 6);
  assert.equal((figures['confusion'] as number[][]).map((row) => row.reduce((sum, count) => sum + count)), [2, 2, 2]);
  assert.equal(Object.keys(figures['accuracyAfterS'] as object), ['1', '2', '3', '5', '10', '20', '30']);
  assert.equal(Object.keys((figures['perGenre'] as Record<string, object>)['label 0']!), ['precision', 'recall', 'f1', 'support']);
});

evaluate('prints a table for people', async ({ folder }) => {
  const { stdout } = await evaluated(folder, '--split', 'small');
  assert.match(stdout, / small, levels: 6 tracks/);
  assert.match(stdout, 'accuracy, whole tracks');
  assert.match(stdout, /label 2 +\d/);
});

evaluate('puts several data folders side by side', async ({ folder }) => {
  const { stdout } = await evaluated(folder, '--data', folder, '--split', 'small');
  assert.match(stdout, /accuracy, whole tracks +(\d+\.\d %) +\1\n/);
  assert.is(stdout.match(/ small, levels: 6 tracks/g)?.length, 2);
  const { stdout: json } = await evaluated(folder, '--data', folder, '--split', 'small', '--json');
  const [first, second] = JSON.parse(json) as unknown[];
  assert.equal(first, second);
});

evaluate('hears medleys, compares smoothing settings and says when a model can’t tell music', async ({ folder }) => {
  await writePack(folder, smallPack({ name: 'long' }, 240));
  const args = ['--split', 'long', '--medleys', '2', '--seed', '3', '--sweep', '--not-music', folder];
  const { exitCode, stdout, stderr } = await evaluated(folder, ...args, '--json');
  assert.is(exitCode, 0, stderr);
  const { medleys, sweep, notMusic } = JSON.parse(stdout);
  assert.equal([medleys.medleys, medleys.seed, medleys.all.changes], [2, 3, 10]);
  assert.equal(Object.keys(medleys.all), ['changes', 'medianMs', 'p90Ms', 'medianShownMs', 'p90ShownMs', 'neverShown']);
  assert.equal([sweep.tracks, sweep.medleys, sweep.delay], [6, 2, 'medianMedleyDelayMs']);
  assert.is(sweep.points.filter(({ isModels }: { isModels: boolean }) => isModels).length, 1);
  assert.match(notMusic, 'The model has no sound kinds');
  const { stdout: table } = await evaluated(folder, ...args);
  for (const line of [/2 medleys, .* seed 3/, /to tracks correct on their own +\d/, /Smoothing settings over 6 tracks and 2 medleys/, /The model has no sound kinds/]) assert.match(table, line);
});

evaluate('hears degraded sound beside the clean one', async ({ folder }) => {
  const pack = smallPack({ name: 'sound' });
  await mkdir(join(folder, 'noise'), { recursive: true });
  await writeFile(join(folder, 'noise', 'rain.wav'), wavFile(Int16Array.from(noise(22050, 1), (sample) => 5000 * sample), 22050));
  for (const { id } of pack.tracks.slice(0, 2)) await writeFile(join(folder, `${id}.wav`), wavFile(Int16Array.from(noise(5 * 22050, 2), (sample) => 9000 * sample), 22050));
  await writePack(folder, { ...pack, tracks: pack.tracks.map((track, index) => (index < 2 ? { ...track, audio: `${track.id}.wav` } : track)) });
  const { exitCode, stdout, stderr } = await evaluated(folder, '--split', 'sound', '--audio', '--degrade', 'gain-30db,noise-15db', '--noise', join(folder, 'noise'), '--json');
  assert.is(exitCode, 0, stderr);
  const { tracks, trackAccuracy, degraded } = JSON.parse(stdout);
  assert.is(tracks, 2);
  assert.equal(Object.keys(degraded), ['gain-30db', 'noise-15db']);
  for (const figures of Object.values(degraded) as Record<string, number>[]) {
    assert.is(figures['tracks'], 2);
    assert.is(figures['trackDifference'], 100 * (figures['trackAccuracy']! - trackAccuracy));
    assert.is(figures['trackDifference'], 50 * (figures['tracksGained']! - figures['tracksLost']!));
  }
});

evaluate('refuses what can’t be measured', async ({ folder }) => {
  for (const [args, message, code] of [
    [['--degrade', 'room'], /--degrade .* add --audio/, 2],
    [['--medleys', '0'], /--medleys must be a whole number from 1 on; it is "0"/, 2],
    [['--seed', 'x'], /--seed must be a whole number from 0 on/, 2],
    [['--medleys', '1'], /Medleys need tracks of at least two genres that last 20 s/, 1],
  ] as const) {
    const refused = await refuse(folder, '--split', 'small', ...args);
    assert.match(refused.stderr, message);
    assert.is(refused.exitCode, code);
  }
});

evaluate('says what is missing or does not fit', async ({ folder }) => {
  const missing = await evaluated(folder, '--split', 'nothing');
  assert.is(missing.exitCode, 1);
  assert.match(missing.stderr, /There is no data pack .*nothing\.json/);

  const silent = await refuse(folder, '--split', 'small', '--audio');
  assert.is(silent.exitCode, 2);
  assert.match(silent.stderr, 'No track of small');

  await writePack(folder, smallPack({ name: 'hop', frontEnd: { ...FRONT_END_V1, hop: 512 } }));
  const hop = await refuse(folder, '--split', 'hop');
  assert.match(hop.stderr, /front end has hop 1920, the pack's levels 512/);

  await writePack(folder, smallPack({ labels: ['polka', 'waltz', 'march'] }));
  const labels = await refuse(folder, '--split', 'small');
  assert.match(labels.stderr, /"polka"; the labels are label 0, label 1, label 2/);
});

evaluate.run();
