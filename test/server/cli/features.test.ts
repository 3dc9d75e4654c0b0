/** The command on small collections: packs that train and evaluate can read, what it tells, and refusals. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readFeature, readPack } from '../../../models/packs/pack.js';
import { register } from '../../../server/cli/features.js';
import { eventually } from '../../support/until.js';
import { Recordings } from '../sources/recordings.js';
import { modelFolder, refusal, run } from './in-process.js';
import { start } from './program.js';

const features = suite<{ recordings: Recordings; folder: string; wav: string }>('features', { recordings: undefined as never, folder: '', wav: '' });

features.before((context) => {
  context.recordings = new Recordings();
  context.folder = context.recordings.folder;
  context.wav = context.recordings.wav('music.wav', 5);
});
features.after(({ recordings }) => recordings.remove());

/** Copies of the recording at these paths. */
function collect(wav: string, folder: string, ...paths: string[]): string {
  for (const path of paths) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    cpSync(wav, join(folder, path));
  }
  return folder;
}

features('a folder becomes a pack; what is broken is listed and does not stop it', async ({ recordings, folder, wav }) => {
  const music = collect(wav, join(folder, 'music'), 'polka/one.wav', 'polka/album/two.wav', 'march/three.wav');
  recordings.write('music/march/broken.mp3', new TextEncoder().encode('not music'));
  recordings.write('music/march/empty.flac', new Uint8Array(0));
  recordings.write('music/nowhere.wav', new Uint8Array(4));
  mkdirSync(join(music, 'waltz'));
  recordings.write('music/waltz/broken.wav', new Uint8Array(4));
  const out = join(folder, 'one', 'pack');
  const { exitCode, stdout, stderr } = await run(['features', '--audio', music, '--out', out, '--features', 'chroma,tempogram']);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, `${join(out, 'train')}.json: 3 tracks of 2 genres, 0:1`);
  assert.match(stdout, 'Skipped 4 files:');
  assert.match(stdout, 'march/empty.flac: is empty (0 bytes)');
  assert.match(stdout, /march\/broken\.mp3: is not audio/);
  assert.match(stdout, 'nowhere.wav: lies in no genre\'s folder');

  const pack = await readPack(out, 'train');
  assert.equal(pack.labels, ['march', 'polka'], 'a genre without tracks is no label');
  assert.equal(pack.tracks.map(({ id, genre }) => [id, genre]), [['march/three.wav', 'march'], ['polka/album/two.wav', 'polka'], ['polka/one.wav', 'polka']]);
  for (const { audio, id } of pack.tracks) assert.is(resolve(pack.folder, audio!), join(music, id));
  assert.is((await readFeature(pack, 'tempogram')).length / 48, pack.levels.length / 64);
  assert.is((await readFeature(pack, 'chroma')).length / 12, pack.levels.length / 64);
  const { skipped } = JSON.parse(readFileSync(join(out, 'train.json'), 'utf8')) as { skipped: { file: string; reason: string }[] };
  assert.equal(skipped.map(({ file }) => file), ['nowhere.wav', 'march/broken.mp3', 'march/empty.flac', 'waltz/broken.wav']);
});

features('evaluate hears the same from the pack as from its files', async ({ folder, wav }) => {
  const labels = ['label 0', 'label 1', 'label 2'];
  const music = collect(wav, join(folder, 'labels'), ...labels.map((label) => `${label}/a.wav`));
  const out = join(folder, 'evaluated');
  await run(['features', '--audio', music, '--out', out, '--name', 'mine']);
  const model = await modelFolder();
  try {
    const evaluate = (...args: string[]) => run(['evaluate', '--data', out, '--split', 'mine', '--model', model.path, '--json', ...args]);
    const [levels, audio] = [await evaluate(), await evaluate('--audio')];
    assert.is(levels.exitCode, 0, levels.stderr);
    const figures = (text: string) => (JSON.parse(text) as { tracks: number; confusion: number[][] });
    assert.is(figures(levels.stdout).tracks, 3);
    assert.equal(figures(levels.stdout).confusion, figures(audio.stdout).confusion);
  } finally {
    model.remove();
  }
});

features('a share is put aside, the same with the same seed', async ({ folder, wav }) => {
  const names = Array.from({ length: 4 }, (_, n) => `a/${n}.wav`);
  const music = collect(wav, join(folder, 'eight'), ...names, ...names.map((name) => name.replace('a', 'b')));
  const ids = async (out: string, pack: string): Promise<string[]> => (await readPack(join(folder, out), pack)).tracks.map(({ id }) => id);
  await run(['features', '--audio', music, '--out', join(folder, 'split'), '--valid', '0.5']);
  await run(['features', '--audio', music, '--out', join(folder, 'again'), '--valid', '0.5', '--jobs', '1']);
  const [train, valid] = [await ids('split', 'train'), await ids('split', 'valid')];
  assert.is(train.length, 4);
  assert.is(valid.filter((id) => id.startsWith('a/')).length, 2);
  assert.equal([...train, ...valid].sort(), readdirSync(music, { recursive: true }).map(String).filter((path) => path.endsWith('.wav')).sort());
  assert.equal([await ids('again', 'train'), await ids('again', 'valid')], [train, valid]);
});

features('folders train and valid are the split', async ({ folder, wav }) => {
  const music = collect(wav, join(folder, 'divided'), 'train/a/1.wav', 'train/b/2.wav', 'valid/a/3.wav', 'test/c/4.wav');
  const out = join(folder, 'packs');
  const { exitCode } = await run(['features', '--audio', music, '--out', out]);
  assert.is(exitCode, 0);
  for (const [name, ids] of [['train', ['a/1.wav', 'b/2.wav']], ['valid', ['a/3.wav']], ['test', ['c/4.wav']]] as const) {
    const pack = await readPack(out, name);
    assert.equal(pack.tracks.map(({ id }) => id), [...ids]);
    assert.equal(pack.labels, ['a', 'b', 'c']);
  }
  const asked = await refusal(register, ['features', '--audio', music, '--out', out, '--valid', '0.2']);
  assert.is(asked.exitCode, 2);
  assert.match(asked.stderr, 'has train and valid folders');
});

features('a collection that is divided by half is not taken for genres', async ({ folder, wav }) => {
  const music = collect(wav, join(folder, 'half'), 'train/a/1.wav', 'test/a/2.wav');
  const { exitCode, stderr } = await refusal(register, ['features', '--audio', music, '--out', join(folder, 'never')]);
  assert.is(exitCode, 2);
  assert.match(stderr, 'has a folder train and no valid');
});

features('without FFmpeg it says so once, and leaves nothing', async ({ folder, recordings, wav }) => {
  const music = collect(recordings.encode(wav, 'unheard.flac'), join(folder, 'unheard'), ...Array.from({ length: 6 }, (_, n) => `a/${n}.flac`));
  const out = join(folder, 'unwritten');
  const { exitCode, stderr } = await run(['features', '--audio', music, '--out', out], { FFMPEG_PATH: '/nowhere/ffmpeg' });
  assert.is(exitCode, 1);
  assert.match(stderr, /^livegenre: FFMPEG_PATH is "\/nowhere\/ffmpeg", which is not an executable file[^\n]*\n$/);
  assert.equal(readdirSync(out), []);
});

features('Ctrl-C stops it and leaves nothing', async ({ folder, wav }) => {
  const music = collect(wav, join(folder, 'many'), ...Array.from({ length: 40 }, (_, n) => `a/${n}.wav`));
  const out = join(folder, 'stopped');
  const { child, ended } = start(['features', '--audio', music, '--out', out, '--jobs', '1']);
  await eventually('the pack is begun', () => existsSync(join(out, 'train.levels.npy.part')), { everyMs: 2 });
  child.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  assert.is(exitCode, 130);
  assert.match(stderr, 'Stopped');
  assert.equal(readdirSync(out), []);
});

features('says what is wrong with the request', async ({ recordings, folder }) => {
  const refused = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await refusal(register, ['features', ...args]);
    assert.is(exitCode, code, stderr);
    assert.match(stderr, message);
  };
  const out = join(folder, 'never');
  const empty = join(folder, 'empty');
  mkdirSync(join(empty, 'a'), { recursive: true });
  await refused(2, /--audio.*--out/, '--audio', empty);
  await refused(2, /There is no folder .*missing/, '--audio', join(folder, 'missing'), '--out', out);
  await refused(1, /There is no sound in .*a folder for each genre/, '--audio', empty, '--out', out);
  await refused(2, /mfcc, chroma, contrast, tempogram, separated by commas, not "loudness"/, '--audio', empty, '--out', out, '--features', 'mfcc,loudness');
  await refused(2, /--valid must be a share above 0 and below 1.*it is "20"/, '--audio', empty, '--out', out, '--valid', '20');
  await refused(2, /--name must be letters/, '--audio', empty, '--out', out, '--name', '../up');
  await refused(2, /choose another --name/, '--audio', empty, '--out', out, '--name', 'valid', '--valid', '0.5');
  await refused(2, /--jobs/, '--audio', empty, '--out', out, '--jobs', '0');
  recordings.write('empty/a/broken.wav', new Uint8Array(9));
  const { exitCode, stderr } = await run(['features', '--audio', empty, '--out', out]);
  assert.is(exitCode, 1);
  assert.match(stderr, /None of the files in .* could be used/);
  assert.equal(readdirSync(out), []);
});

features.run();
