/** `livegenre library` as a user starts it, on real files. */
import * as assert from 'uvu/assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type Libsql from 'libsql';
import { suite } from 'uvu';
import { errorLines, resultText } from '../../../server/cli/library.js';
import { progressText } from '../../../server/cli/library-progress.js';
import { Catalogue, DATABASE_IN_FOLDER, type TrackRow } from '../../../server/library/catalogue.js';
import { eventually } from '../../support/until.js';
import { Recordings, withPackagedFfmpeg } from '../sources/recordings.js';
import { modelFolder, run } from './in-process.js';
import { start } from './program.js';

const test = suite('livegenre library');
let recordings: Recordings;
/** An MP3, as it was before tags were written. */
let again: Buffer;
let model: Awaited<ReturnType<typeof modelFolder>>;

test.before(async () => {
  recordings = new Recordings();
  model = await modelFolder();
  const music = recordings.wav('music.wav', 6);
  recordings.encodeAll(music, [['a.mp3', []], ['b.flac', []]]);
  again = readFileSync(join(recordings.folder, 'a.mp3'));
  recordings.write('broken.mp3', Buffer.from('this is text and no sound'));
});
test.after(() => {
  recordings.remove();
  model.remove();
});

const rowsOf = (folder: string): TrackRow[] => {
  const catalogue = Catalogue.open(join(folder, DATABASE_IN_FOLDER), folder);
  try {
    return [...catalogue.rows()];
  } finally {
    catalogue.close();
  }
};

/** Without opening it as the program does, which may be making it. */
function hasAnswer(folder: string): boolean {
  try {
    const database = new (createRequire(import.meta.url)('libsql') as typeof Libsql)(join(folder, DATABASE_IN_FOLDER), { fileMustExist: true } as Libsql.Options);
    const { rows } = database.prepare('SELECT count(*) AS rows FROM results').get() as { rows: number };
    database.close();
    return rows > 0;
  } catch {
    // Not made yet.
    return false;
  }
}

test('a folder is heard once, written out, and its errors are listed', async () => {
  const { folder } = recordings;
  const out = ['--csv', join(folder, 'out.csv'), '--json', join(folder, 'out.json'), '--playlists', join(folder, 'lists'), '--links', join(folder, 'links'), '--min-p', '0'];
  const first = await run(['library', folder, '--model', model.path, '--jobs', '1', '--between', '00:00-24:00', ...out]);
  assert.is(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /^4 files: 4 heard in [\d:]+ \(\d+ × real time\)\.\n1 file has something wrong/);
  assert.equal(rowsOf(folder).map(({ path, error }) => [path, error === null]), [['a.mp3', true], ['b.flac', true], ['broken.mp3', false], ['music.wav', true]]);
  assert.is(readFileSync(join(folder, 'out.csv'), 'utf8').trimEnd().split('\r\n').length, 5);
  const { tracks } = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as { tracks: { file: string; genre: string | null; top: unknown[] }[] };
  assert.is(tracks.length, 4);
  const genre = tracks.find(({ file }) => file === 'a.mp3')!.genre;
  if (genre !== null) {
    assert.match(readFileSync(join(folder, `lists/${genre}.m3u8`), 'utf8'), '\n../a.mp3\n');
    assert.ok(existsSync(join(folder, 'links', genre, 'a.mp3')));
  }
  const second = await run(['library', folder, '--model', model.path]);
  assert.is(second.stdout.split('\n')[0], '4 files, none new or changed.');
  const errors = await run(['library', 'errors', folder]);
  assert.is(errors.exitCode, 1);
  assert.match(errors.stdout, /^Not audio \(1\)\n {2}broken\.mp3: is not audio that FFmpeg can read/);
});

test('tags are shown first, written when asked, and taken back', () => withPackagedFfmpeg(async () => {
  const { folder } = recordings;
  const before = readFileSync(join(folder, 'a.mp3'));
  const shown = await run(['library', 'tag', folder, '--min-p', '0']);
  assert.is(shown.exitCode, 0, shown.stderr);
  assert.match(shown.stdout, /^a\.mp3: genre none → Label \d; LIVEGENRE genre=Label \d; confidence=[\d.]+; model=random; version=[\w.]+; tag=written$/m);
  assert.match(shown.stdout, '3 files would change; --write changes them.\n1 file left alone: has something wrong.');
  assert.is(Buffer.compare(readFileSync(join(folder, 'a.mp3')), before), 0);
  const written = await run(['library', 'tag', folder, '--min-p', '0', '--write']);
  assert.match(written.stdout, '3 files changed.');
  assert.is.not(Buffer.compare(readFileSync(join(folder, 'a.mp3')), before), 0);
  assert.match((await run(['library', 'undo', folder])).stdout, '3 files as before.');
  assert.is((await run(['library', 'undo', folder])).stdout, 'There is nothing to undo.\n');
}));

test('killed at any moment, the next run goes on', async () => {
  const other = new Recordings();
  try {
    for (let file = 0; file < 24; file += 1) other.write(`${String(file).padStart(2, '0')}.mp3`, again);
    const { child, ended } = start(['library', other.folder, '--model', model.path, '--jobs', '1', '--nice', '5']);
    await eventually('an answer', () => hasAnswer(other.folder) || child.exitCode !== null, { everyMs: 50 });
    child.kill('SIGKILL');
    await ended;
    const before = rowsOf(other.folder).length;
    const { stdout, exitCode } = await withPackagedFfmpeg(() => run(['library', other.folder, '--model', model.path, '--jobs', '1']));
    assert.is(exitCode, 0);
    assert.match(stdout, before === 24 ? 'none new' : `24 files: ${24 - before} heard`);
    assert.is(rowsOf(other.folder).length, 24);
  } finally {
    other.remove();
  }
});

test('SIGINT ends it with 130 and keeps what was heard', async () => {
  const other = new Recordings();
  try {
    for (let file = 0; file < 48; file += 1) other.write(`${file}.mp3`, again);
    const { child, ended } = start(['library', other.folder, '--model', model.path, '--jobs', '1']);
    await eventually('an answer', () => hasAnswer(other.folder) || child.exitCode !== null, { everyMs: 50 });
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    if (rowsOf(other.folder).length < 48) assert.equal([exitCode, stderr], [130, 'Stopped; the next run goes on from here.\n']);
  } finally {
    other.remove();
  }
});

test('wrong usage says what is wrong', async () => {
  const stderrOf = async (...args: string[]): Promise<string> => {
    const { exitCode, stderr } = await run(['library', ...args]);
    assert.is(exitCode, 2, stderr);
    return stderr;
  };
  assert.match(await stderrOf(), 'Name the folder of music.');
  assert.match(await stderrOf(join(recordings.folder, 'nowhere')), 'There is no folder');
  assert.match(await stderrOf('errors', recordings.folder, '--links', 'x'), 'library errors has no use for --links.');
  assert.match(await stderrOf('tag', recordings.folder, '--replace', '--add'), '--replace and --add exclude each other.');
  assert.match(await stderrOf(recordings.folder, '--write'), 'library DIR has no use for --write.');
  const { exitCode, stderr } = await run(['library', recordings.folder, '--database', join(recordings.folder, 'music.wav/library.db')]);
  assert.is(exitCode, 1);
  assert.match(stderr, /^livegenre: The library can't be kept in .*Name another file with --database\.\n$/);
  assert.match(await stderrOf(recordings.folder, '--between', 'night'), '--between must be two times such as 01:00-06:00');
  assert.not.ok(readdirSync(recordings.folder).includes('nowhere'));
});

test('lines of progress, result and errors', () => {
  const progress = { files: 5000, done: 120, errors: 2, soundMs: 400_000, elapsedMs: 1000, leftMs: 4_810_000, waitMs: 0 };
  assert.is(progressText(progress), '120 of 5,000 files · 400 × real time · 2 errors · 1:20:10 left');
  assert.is(progressText({ ...progress, done: 0, errors: 0, leftMs: undefined }), '0 of 5,000 files · time left not known yet');
  assert.match(progressText({ ...progress, waitMs: 3_600_000 }), '· goes on in 1:00:00');
  const result = { files: 5000, heard: 4990, errors: 1, soundMs: 400_000, unreadable: ['a\nb'], isWhole: true };
  assert.is(resultText(result, 1000), '5,000 files: 4,990 heard in 0:01 (400 × real time), 10 as before.\n1 file has something wrong: livegenre library errors DIR lists them.\nNo permission to read the folder a?b; its tracks are kept as they were.');
  const wrong = { path: 'a\u001b.mp3', error: 'is silent', problem: 'nothing-to-judge' } as TrackRow;
  const cut = { path: 'b.mp3', error: 'is cut off', problem: 'damaged' } as TrackRow;
  assert.equal(errorLines([wrong, cut, { ...cut, path: 'c.mp3' }]), ['Damaged or cut off (2)', '  b.mp3: is cut off', '  c.mp3: is cut off', 'Silent or too short (1)', '  a?.mp3: is silent']);
});

test.run();
