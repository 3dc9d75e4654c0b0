/** The command on real files: pages that need nothing else, what it tells, and refusals. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { register } from '../../../server/cli/inspect.js';
import { Recordings } from '../sources/recordings.js';
import { modelFolder, refusal, run } from './in-process.js';

const inspect = suite<{ recordings: Recordings; model: Awaited<ReturnType<typeof modelFolder>> }>('inspect', { recordings: undefined as never, model: undefined as never });

inspect.before(async (context) => {
  context.recordings = new Recordings();
  context.model = await modelFolder();
});
inspect.after(({ recordings, model }) => {
  recordings.remove();
  model.remove();
});

inspect('a file becomes a page with all pictures, which asks for nothing', async ({ recordings, model }) => {
  const wav = recordings.wav('<a> & b.wav', 8);
  const out = join(recordings.folder, 'new', 'page.html');
  const { exitCode, stdout, stderr } = await run(['inspect', wav, '-o', out, '--model', model.path, '--genre', 'label 1']);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, `${out}: <a> & b.wav, 0:08, label`);
  assert.match(stdout, /looked at 0:00 to 0:0\d: the log odds of label 1 fall by -?\d+\.\d\d without the 10 %/);
  const page = readFileSync(out, 'utf8');
  assert.match(page, '<h1>&lt;a&gt; &amp; b.wav</h1>');
  for (const title of ['Scores of stretches of 4 s', 'Waveform', 'Mel spectrogram', 'Chromagram', 'Tempogram', 'Most important for label 1', 'For and against label 1', 'What the map says and does not']) assert.match(page, `>${title}</h3>`);
  assert.is([...page.matchAll(/<img src="data:image\/png;base64,/g)].length, 5);
  assert.not.match(page, /<script|https?:\/\/|url\(|<link|@import/);
  assert.is([...page.matchAll(/ (?:src|href)="(?!data:|#)/g)].length, 0);
});

inspect('--at explains from there on, and must be in the file', async ({ recordings, model }) => {
  const wav = recordings.wav('later.wav', 6, 5);
  const at = (seconds: string) => run(['inspect', wav, '-o', recordings.folder, '--model', model.path, '--at', seconds]);
  const [inside, outside] = [await at('3'), await at('7')];
  assert.match(inside.stdout, 'looked at 0:02 to 0:0');
  assert.ok(existsSync(join(recordings.folder, 'later.wav.html')));
  assert.equal([outside.exitCode, outside.stdout], [2, '']);
  assert.match(outside.stderr, '--at must be before the end of later.wav, at 6.0 s; it is 7.');
});

inspect('a folder becomes a folder of pages; what is broken or silent is listed', async ({ recordings, model }) => {
  const music = join(recordings.folder, 'music');
  mkdirSync(join(music, 'polka'), { recursive: true });
  recordings.wav('music/polka/one.wav', 3);
  recordings.wav('music/two.wav', 3, 2);
  recordings.write('music/broken.mp3', new TextEncoder().encode('not music'));
  recordings.silence('music/silent.wav', 5);
  const out = join(recordings.folder, 'pages');
  const { exitCode, stdout, stderr } = await run(['inspect', music, '-o', out, '--model', model.path]);
  assert.is(exitCode, 0, stderr);
  for (const name of ['two.wav.html', 'polka/one.wav.html']) assert.match(readFileSync(join(out, name), 'utf8'), '</html>');
  assert.match(stdout, 'Skipped 2 files:');
  assert.match(stdout, 'silent.wav: is silent');
  assert.match(stdout, 'broken.mp3: is not audio');
  assert.not.ok(existsSync(join(out, 'silent.wav.html')));
});

inspect('a file that is cut off is shown as far as it goes, and the exit code says so', async ({ recordings, model }) => {
  const bytes = readFileSync(recordings.encode(recordings.wav('whole.wav', 6), 'whole.flac'));
  const cut = recordings.write('cut.flac', bytes.subarray(0, bytes.length / 2));
  const out = join(recordings.folder, 'cut.html');
  const { exitCode, stdout } = await run(['inspect', cut, '-o', out, '--model', model.path]);
  assert.is(exitCode, 1);
  assert.match(stdout, 'the file is cut off or damaged');
  assert.match(readFileSync(out, 'utf8'), 'What could be decoded is shown.');
});

inspect('silent, broken and missing files, and options that can not be used, are told', async ({ recordings, model }) => {
  const silent = recordings.silence('still.wav', 5);
  const empty = recordings.write('empty.flac', new Uint8Array(0));
  for (const [file, message] of [[silent, 'still.wav is silent.'], [empty, 'empty.flac is empty (0 bytes).']] as const) {
    const { exitCode, stderr, stdout } = await run(['inspect', file, '-o', join(recordings.folder, 'none.html'), '--model', model.path]);
    assert.equal([exitCode, stdout], [1, '']);
    assert.match(stderr, `livegenre: ${message}`);
  }
  assert.not.ok(existsSync(join(recordings.folder, 'none.html')));
  const cases: readonly (readonly [args: string[], message: string])[] = [
    [['inspect'], 'Name one file or one folder of music.'],
    [['inspect', join(recordings.folder, 'nothing.mp3')], 'There is no file or folder'],
    [['inspect', recordings.folder], 'Name the folder for the pages with -o.'],
    [['inspect', recordings.folder, '-o', silent], '-o must name a folder'],
    [['inspect', recordings.folder, '-o', 'out', '--at', '3'], '--at is for one file.'],
    [['inspect', silent, '-o', silent], '-o names the sound file itself'],
    [['inspect', silent, '--at', '-3'], '--at must be a number of seconds from 0 on'],
    [['inspect', silent, '--model', model.path, '--genre', 'polka'], '--genre must be one of label 0, label 1, label 2; it is "polka".'],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stderr } = await refusal(register, args);
    assert.equal([exitCode, stderr.includes(message)], [2, true], stderr);
  }
});

inspect.run();
