/** The embedding of a finished model, fitted by the train command. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cac } from 'cac';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { alikeFigures } from '../../../models/alike/precision.js';
import { loadBundle, saveBundle } from '../../../models/model-folder.js';
import { register } from '../../../models/training/options.js';
import { train as runTraining } from '../../../models/training/training.js';
import { randomBundle, SILENT } from '../fixtures.js';
import { npy, toyPack, writePack } from '../packs.js';

const embedding = suite<{ folder: string; lines: string[] }>('embedding', { folder: '', lines: [] });
const music = toyPack('music', { tracks: 36, columns: 70, seed: 5 });
const valid = toyPack('valid', { tracks: 45, columns: 70, seed: 9 });

embedding.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-embedding-'));
  context.lines = [];
  const [data, teacher] = [join(context.folder, 'data'), join(context.folder, 'teacher')];
  await writePack(data, toyPack('train', { tracks: 12, columns: 70 }));
  await writePack(data, valid);
  await writePack(teacher, { ...music, tracks: music.tracks.map((track, index) => ({ ...track, firstWindow: 2 * index, windows: 2 })) });
  const path = join(teacher, 'music.json');
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')) as object, windowSeconds: 3 }));
  const answers = music.tracks.flatMap(({ genre }) => [...music.labels, ...music.labels].map((label) => (label === genre ? 1 : 0)));
  await writeFile(join(teacher, 'music.x_embedding.npy'), npy('<f4', [2 * music.tracks.length, 3], Float32Array.from(answers)));
  const { manifest, weights } = randomBundle();
  await saveBundle(join(context.folder, 'from'), { ...manifest, labels: [...music.labels] }, weights);
});
embedding.after.each(({ folder }) => rm(folder, { recursive: true }));

async function run({ folder, lines }: { folder: string; lines: string[] }, ...args: string[]): Promise<void> {
  const cli = cac('train');
  register(cli, (options) => runTraining(options, { ...SILENT, log: (line) => lines.push(line) }));
  await runCommand(cli, ['--backend', 'wasm', '--data', join(folder, 'data'), '--teacher', join(folder, 'teacher'), '--from', join(folder, 'from'), '--only', 'embedding', ...args]);
}

embedding('--only embedding brings tracks together that the teacher hears alike, and changes no weight', async (context) => {
  const { folder, lines } = context;
  const to = join(folder, 'to');
  await run(context, '--model', to, '--name', 'another', '--model-version', '9');
  assert.equal(await readFile(join(to, 'weights.bin')), await readFile(join(folder, 'from', 'weights.bin')));
  const bundle = await loadBundle(to);
  const { embedding: added, ...rest } = bundle.manifest;
  assert.equal(rest, (await loadBundle(join(folder, 'from'))).manifest);
  assert.is(added!.size, 6, 'the teacher\'s three values and the three logits');
  const figures = await alikeFigures(bundle, valid, valid.tracks);
  assert.equal([figures!.tracks, figures!.withArtist, figures!.neighbours], [45, 0, 10]);
  assert.ok(figures!.embedding > 0.95, `${figures!.embedding}`);
  assert.ok(Math.abs(figures!.random - 14 / 44) < 1e-9);
  assert.match(lines.join('\n'), `${(100 * figures!.embedding).toFixed(1)} % of the 10 nearest tracks of valid have the same genre`);
});

embedding('it can be fitted again in place, and stays when the output for other music is added', async (context) => {
  const { folder } = context;
  const from = join(folder, 'from');
  await run(context, '--model', from);
  const first = await readFile(join(from, 'embedding.bin'));
  await run(context, '--model', from);
  assert.equal(await readFile(join(from, 'embedding.bin')), first, 'the same data give the same values');
  const cli = cac('train');
  register(cli, (options) => runTraining(options, SILENT));
  await writePack(join(folder, 'others'), { ...toyPack('train', { tracks: 6, columns: 70, seed: 4 }) });
  await runCommand(cli, ['--backend', 'wasm', '--data', join(folder, 'data'), '--outside', join(folder, 'others'), '--only', 'outside', '--from', from, '--model', join(folder, 'both')]);
  const both = await loadBundle(join(folder, 'both'));
  assert.is(both.manifest.outside, true);
  assert.equal(await readFile(join(folder, 'both', 'embedding.bin')), first);
});

embedding('it needs a model and a teacher, and trains nothing else', async (context) => {
  const problem = (...args: string[]): Promise<string> => run(context, ...args).then(() => assert.unreachable() as never, (error: Error) => error.message);
  assert.match(await problem('--outside', 'x'), 'trains nothing else');
  const cli = cac('train');
  register(cli, (options) => runTraining(options, SILENT));
  await runCommand(cli, ['--data', 'x', '--only', 'embedding', '--from', 'y']).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'needs --from, the model that gets the embedding, and --teacher'));
});

embedding.run();
