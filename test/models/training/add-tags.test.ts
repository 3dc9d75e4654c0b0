/** The outputs for tags: fitted by the train command to a finished model, from teachers' answers. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cac } from 'cac';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { runCommand } from '../../../models/command-line.js';
import { firstTag, outputCount } from '../../../models/manifest.js';
import { loadBundle, saveBundle, type Bundle } from '../../../models/model-folder.js';
import { Random } from '../../../models/random.js';
import { Step } from '../../../models/step/tf-step.js';
import { withOutside } from '../../../models/training/add-outside.js';
import { withTags } from '../../../models/training/add-tags.js';
import { wholeTrack } from '../../../models/training/data/crops.js';
import type { Pack } from '../../../models/packs/pack.js';
import { register } from '../../../models/training/options.js';
import { train as runTraining } from '../../../models/training/training.js';
import type { Progress } from '../../../models/training/progress.js';
import { randomBundle, SILENT, SMALL_LAYERS } from '../fixtures.js';
import { npy, writePack } from '../packs.js';

const BANDS = FRONT_END_V1.bands;
const TRACKS = 1800;
const WINDOWS = 5;
/** Two blocks of four columns. */
const WINDOW_COLUMNS = 8;
const COLUMNS = WINDOWS * WINDOW_COLUMNS;
const WINDOW_S = (WINDOW_COLUMNS * FRONT_END_V1.hop) / FRONT_END_V1.sampleRate;

/** Every ninth track is loud in the low bands, every ninth in the high ones. */
const kindOf = (track: number): 'low' | 'high' | 'other' => (track % 9 === 0 ? 'low' : track % 9 === 4 ? 'high' : 'other');

function music(): Pack {
  const random = new Random(1);
  const levels = new Uint8Array(TRACKS * COLUMNS * BANDS);
  for (let at = 0; at < levels.length; at++) {
    const kind = kindOf(Math.floor(at / (COLUMNS * BANDS)));
    const band = at % BANDS;
    levels[at] = 130 + (kind === 'low' && band < 21 ? 30 : 0) + (kind === 'high' && band > 42 ? 30 : 0) + 10 * random.normal();
  }
  return {
    folder: '', name: 'music', frontEnd: FRONT_END_V1, labels: [], levels,
    tracks: Array.from({ length: TRACKS }, (_, index) => ({ id: `m${index}`, start: index * COLUMNS, columns: COLUMNS, source: index % 7, firstWindow: index * WINDOWS, windows: WINDOWS })),
  };
}

/** A teacher that hears low music as happy, high music as a piano, knows a label of the model, and guesses at house. */
async function writeTeacher(folder: string, pack: Pack): Promise<void> {
  const random = new Random(2);
  await writePack(folder, pack);
  const json = JSON.parse(await readFile(join(folder, 'music.json'), 'utf8')) as object;
  await writeFile(join(folder, 'music.json'), JSON.stringify({ ...json, windowSeconds: WINDOW_S }));
  await writeFile(join(folder, 'tags.json'), JSON.stringify({ one: ['Happy music', 'Piano', 'label 0', 'House music'] }));
  const logits = Float32Array.from({ length: TRACKS * WINDOWS * 4 }, (_, at) => {
    const kind = kindOf(Math.floor(at / 4 / WINDOWS));
    const isIt = [kind === 'low', kind === 'high', true, random.next() < 0.1][at % 4];
    return (isIt ? 2 : -4) + 0.3 * random.normal();
  });
  await writeFile(join(folder, 'music.one_tags.npy'), npy('<f4', [TRACKS * WINDOWS, 4], logits));
}

const tags = suite<{ folder: string; teacher: string; pack: Pack }>('tags', { folder: '', teacher: '', pack: music() });

tags.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-tags-'));
  context.teacher = join(context.folder, 'teacher');
  await writeTeacher(context.teacher, context.pack);
});

tags.after(({ folder }) => rm(folder, { recursive: true }));

async function run(progress: Progress, ...args: string[]): Promise<void> {
  const cli = cac('train');
  register(cli, (options) => runTraining(options, progress));
  await runCommand(cli, ['--backend', 'wasm', '--only', 'tags', ...args]);
}

/** The tags' probabilities at the end of the first track of each kind. */
function answers({ manifest, weights }: Bundle, pack: Pack): number[][] {
  const step = new Step({ manifest, weights });
  const found = [0, 4, 1].map((index) => {
    const columns = wholeTrack(pack, pack.tracks[index]!, manifest.normalisation);
    const state = step.newState();
    let last: number[] = [];
    for (let at = 0; at < columns.length; at += 4 * BANDS) last = [...step.run([columns.subarray(at, at + 4 * BANDS)], [state])];
    return last.slice(firstTag(manifest));
  });
  step.dispose();
  return found;
}

tags('--only tags adds the tags that the network can tell and changes no other weight; a second time they are fitted again', async ({ folder, teacher, pack }) => {
  const [from, first, second] = ['from', 'first', 'second'].map((name) => join(folder, name)) as [string, string, string];
  const { manifest, weights } = randomBundle();
  await saveBundle(from, manifest, weights);
  const lines: string[] = [];
  const common = ['--teacher', teacher, '--name', 'random', '--model-version', '0.0.2'];
  await run({ ...SILENT, log: (line) => lines.push(line) }, ...common, '--from', from, '--model', first);
  const bundle = await loadBundle(first);
  assert.equal(bundle.manifest.tags!.map(({ name, kind }) => [name, kind]), [['happy', 'mood'], ['piano', 'sound']]);
  assert.ok(bundle.manifest.tags!.every(({ usual }) => Math.abs(usual - 0.1) < 0.005));
  assert.ok(lines.some((line) => /^tags: kept +piano +AUROC (1\.000|0\.9\d\d), \d+ held-out windows of \d+ tracks have it \(Piano\)$/.test(line)), lines.join('\n'));
  assert.ok(lines.some((line) => /^tags: dropped house +AUROC 0\.[3-7]/.test(line)), lines.join('\n'));

  const bytes = (name: string): Promise<Buffer> => readFile(join(name, 'weights.bin'));
  const [before, after] = [await bytes(from), await bytes(first)];
  const width = 16; // mean and deviation of a GRU of 8
  const start = before.length - 4 * 3 * (width + 1);
  assert.ok(before.subarray(0, start).equals(after.subarray(0, start)));
  for (let row = 0; row <= width; row++) assert.ok(before.subarray(start + 12 * row, start + 12 * (row + 1)).equals(after.subarray(start + 20 * row, start + 20 * row + 12)), `row ${row}`);
  assert.is(after.length, before.length + 4 * 2 * (width + 1));

  const [low, high, other] = answers(bundle, pack);
  assert.ok(low![0]! > 0.6 && high![0]! < 0.2 && other![0]! < 0.2, `happy: ${low}, ${high}, ${other}`);
  assert.ok(low![1]! < 0.2 && high![1]! > 0.6 && other![1]! < 0.2, `piano: ${low}, ${high}, ${other}`);

  await run(SILENT, ...common, '--from', first, '--model', second);
  assert.ok((await bytes(second)).equals(after));
  assert.is((await loadBundle(second)).manifest.trainedOn, bundle.manifest.trainedOn);
});

tags('the output for music of none of the labels comes before the tags, whichever is added first', () => {
  const bundle = randomBundle();
  const two = { kernel: Float32Array.from({ length: 32 }, (_, at) => at), bias: Float32Array.of(1, 2) };
  const one = { kernel: Float32Array.from({ length: 16 }, (_, at) => -at), bias: Float32Array.of(-1) };
  const named = [{ name: 'happy', kind: 'mood', usual: 0.1 }, { name: 'piano', kind: 'sound', usual: 0.1 }] as const;
  const both = withTags(withOutside(bundle, one), named, two);
  assert.equal([...both.weights], [...withOutside(withTags(bundle, named, two), one).weights]);
  assert.equal([...both.weights.subarray(-6)].slice(3), [-1, 1, 2]);
  assert.is(outputCount(both.manifest), 6);
});

tags('in a mixture of two experts the tags come before the second one, which stays as it was', () => {
  const { manifest, weights } = randomBundle([...SMALL_LAYERS.slice(0, -1), { type: 'dense', units: 7, activation: 'linear' }]);
  const bundle: Bundle = { manifest: { ...manifest, labels: manifest.labels.slice(0, 3), mixture: true }, weights };
  const changed = withTags(bundle, [{ name: 'happy', kind: 'mood', usual: 0.1 }], { kernel: new Float32Array(16).fill(5), bias: Float32Array.of(6) });
  assert.is(outputCount(changed.manifest), 8);
  assert.equal([...changed.weights.subarray(-8)], [...weights.subarray(-7, -4), 6, ...weights.subarray(-4)]);
});

tags('a teacher without tags of the vocabulary is refused', async ({ folder, teacher }) => {
  const from = join(folder, 'plain');
  const { manifest, weights } = randomBundle();
  await saveBundle(from, manifest, weights);
  await writeFile(join(teacher, 'tags.json'), '{}');
  const errors: unknown[] = [];
  await run(SILENT, '--teacher', teacher, '--from', from, '--model', join(folder, 'none')).catch((error: unknown) => errors.push(error));
  assert.match(String(errors[0]), /no named tags/);
});

tags.run();
