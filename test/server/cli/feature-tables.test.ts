/** `features --csv` on a file and on small collections: rows, names, labels, what it tells, and refusals. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CLIP_STATISTICS, clipStatistics } from '../../../dsp/descriptors/clip-statistics.js';
import { register } from '../../../server/cli/features.js';
import { DEMO_SAMPLE_RATE, DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';
import { eventually } from '../../support/until.js';
import { Recordings } from '../sources/recordings.js';
import { refusal, run } from './in-process.js';
import { start } from './program.js';

const tables = suite<{ recordings: Recordings; folder: string; wav: string }>('features --csv', { recordings: undefined as never, folder: '', wav: '' });

tables.before((context) => {
  context.recordings = new Recordings();
  context.folder = context.recordings.folder;
  context.wav = context.recordings.wav('music.wav', 7);
});
tables.after(({ recordings }) => recordings.remove());

/** Rows of both tables in `folder`, as cells; those of these tests need no quotes. */
function rowsIn(folder: string): { thirty: string[][]; three: string[][] } {
  const [thirty, three] = ['features_30_sec.csv', 'features_3_sec.csv'].map((name) => readFileSync(join(folder, name), 'utf8').split('\r\n').slice(1, -1).map((line) => line.split(',')));
  return { thirty: thirty!, three: three! };
}

tables('a file has a row in one table and one for each 3 s in the other, with the numbers of its samples', async ({ folder, wav }) => {
  const out = join(folder, 'one');
  const { exitCode, stdout, stderr } = await run(['features', wav, '--csv', '--out', out]);
  assert.is(exitCode, 0, stderr);
  assert.is(stdout, `${join(out, 'features_30_sec.csv')}: 1 row\n${join(out, 'features_3_sec.csv')}: 2 rows\n`);
  const { thirty, three } = rowsIn(out);
  const label = basename(dirname(wav));
  assert.equal(thirty.map((row) => [row[0], row[1], row.at(-1)]), [['music.wav', String(7 * 22050), label]]);
  assert.equal(three.map((row) => [row[0], row[1], row.at(-1)]), [['music.0.wav', '66150', label], ['music.1.wav', '66150', label]]);
  const samples = Float32Array.from(toS16(new DemoSynth(1).render(7 * DEMO_SAMPLE_RATE)), (sample) => sample / 32768);
  [[thirty[0]!, samples] as const, [three[1]!, samples.slice(66_150, 2 * 66_150)] as const].forEach(([row, clip]) => {
    clipStatistics(clip, 22050).forEach((value, n) => assert.ok(Math.abs(Number(row[n + 1]) - value) <= 1e-6 * (Math.abs(value) + 1e-3), `${CLIP_STATISTICS[n]}: ${row[n + 1]}, not ${value}`));
  });
});

tables('a folder has a row for each file in order, its folder\'s name as label, and a list of what can not be read', async ({ recordings, folder, wav }) => {
  const music = join(folder, 'music');
  const brief = recordings.wav('brief.wav', 3);
  for (const path of ['polka/polka.00000.wav', 'polka/album/b.wav', 'march/march.00000.wav', 'loose.wav']) {
    mkdirSync(dirname(join(music, path)), { recursive: true });
    cpSync(path.startsWith('polka/polka') ? wav : brief, join(music, path));
  }
  recordings.write('music/march/broken.mp3', new TextEncoder().encode('not music'));
  recordings.silence('music/march/silence.wav', 2);
  recordings.wav('music/march/short.wav', 2);
  recordings.write('music/march/empty.flac', new Uint8Array(0));
  const out = join(folder, 'all');
  const { exitCode, stdout, stderr } = await run(['features', '--csv', '--audio', music, '--out', out, '--jobs', '2']);
  assert.is(exitCode, 0, stderr);
  const { thirty, three } = rowsIn(out);
  assert.equal(thirty.map((row) => [row[0], row.at(-1)]), [['loose.wav', 'music'], ['march.00000.wav', 'march'], ['short.wav', 'march'], ['album/b.wav', 'polka'], ['polka.00000.wav', 'polka']]);
  assert.equal(three.map(([name]) => name), ['loose.0.wav', 'march.00000.0.wav', 'album/b.0.wav', 'polka.00000.0.wav', 'polka.00000.1.wav']);
  assert.match(stdout, 'Skipped 3 files:');
  for (const reason of [/march\/broken\.mp3: is not audio/, /march\/empty\.flac: is empty/, /march\/silence\.wav: is silent/]) assert.match(stdout, reason);
});

tables('of a long file at 44,100 Hz in stereo the first 30 s count', async ({ recordings, folder }) => {
  const long = recordings.encode(recordings.wav('longer.wav', 32), 'long.flac', '-ar', '44100', '-ac', '2');
  const out = join(folder, 'long');
  assert.is((await run(['features', long, '--csv', '--out', out])).exitCode, 0);
  const { thirty, three } = rowsIn(out);
  assert.equal([thirty[0]![1], three.length, three[9]![0]], ['661500', 10, 'long.9.flac']);
});

tables('Ctrl-C stops it and leaves nothing', async ({ folder, wav }) => {
  const music = join(folder, 'many', 'a');
  mkdirSync(music, { recursive: true });
  for (let n = 0; n < 40; n++) cpSync(wav, join(music, `${n}.wav`));
  const out = join(folder, 'stopped');
  const { child, ended } = start(['features', music, '--csv', '--out', out, '--jobs', '1']);
  await eventually('the tables are begun', () => existsSync(join(out, 'features_3_sec.csv.part')), { everyMs: 2 });
  child.kill('SIGINT');
  const { exitCode, stderr } = await ended;
  assert.is(exitCode, 130);
  assert.match(stderr, 'Stopped');
  assert.equal(readdirSync(out), []);
});

tables('says what is wrong with the request', async ({ recordings, folder, wav }) => {
  const refused = async (code: number, message: RegExp, ...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await refusal(register, ['features', '--csv', ...args]);
    assert.is(exitCode, code, stderr);
    assert.match(stderr, message);
  };
  const out = join(folder, 'never');
  await refused(2, /Name a file or a folder/);
  await refused(2, /Name one file or folder/, wav, '--audio', folder);
  await refused(2, /There is no file or folder .*missing/, join(folder, 'missing'), '--out', out);
  await refused(2, /are for packs; leave them away with --csv/, wav, '--features', 'mfcc', '--out', out);
  for (const name of ['empty', 'divided/train', 'divided/valid']) mkdirSync(join(folder, name), { recursive: true });
  await refused(1, /There is no sound in .*empty/, join(folder, 'empty'), '--out', out);
  await refused(2, /has train and valid folders/, join(folder, 'divided'), '--out', out);
  assert.not(existsSync(out));
  const broken = recordings.write('broken.wav', new Uint8Array(9));
  const { exitCode, stdout, stderr } = await run(['features', broken, '--csv', '--out', out]);
  assert.is(exitCode, 1);
  assert.match(stdout, /Skipped 1 file:\n {2}broken\.wav: /);
  assert.match(stderr, /No file of .*broken\.wav could be used/);
  assert.equal(readdirSync(out), []);
});

tables.run();
