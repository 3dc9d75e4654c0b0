/** `livegenre similar` and `livegenre playlist` as a user starts them, on a kept library and on real files. */
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saveBundle } from '../../../models/model-folder.js';
import { register as registerPlaylist } from '../../../server/cli/playlist.js';
import { register as registerSimilar } from '../../../server/cli/similar.js';
import { randomBundle, seeded } from '../../models/fixtures.js';
import { keptLibrary, type KeptLibrary } from '../library/alike/kept-library.js';
import { Recordings } from '../sources/recordings.js';
import { refusal, run } from './in-process.js';

const test = suite<{ kept: KeptLibrary }>('livegenre similar');

test.before((context) => {
  context.kept = keptLibrary();
});
test.after(({ kept }) => kept.remove());

const song = ({ folder }: KeptLibrary, number: number): string => join(folder, `Artist ${number}/Album ${number}/0${number} Song ${number}.mp3`);

test('lists the tracks most like one of the library, for people and as JSON', async ({ kept }) => {
  const { stdout, stderr, exitCode } = await run(['similar', song(kept, 0), '-n', '2']);
  assert.equal([exitCode, stderr], [0, '']);
  assert.is(stdout, '0.97  Artist 2 – Song 2  jazz, 1:00  Artist 2/Album 2/02 Song 2.mp3\n0.88  Artist 4 – Song 4  jazz, 1:00  Artist 4/Album 4/04 Song 4.mp3\n');
  const { tracks } = JSON.parse((await run(['similar', song(kept, 0), '--library', kept.folder, '-n', '1', '--json'])).stdout) as { tracks: { title: string; similarity: number }[] };
  assert.equal(tracks.map(({ title, similarity }) => [title, similarity]), [['Song 2', 0.9698]]);
});

test('a playlist walks from a track, and is written with paths relative to it', async ({ kept }) => {
  const out = join(kept.folder, 'lists.m3u8');
  const { exitCode, stderr } = await run(['playlist', '--like', song(kept, 0), '--minutes', '2.5', '--out', out]);
  assert.equal([exitCode, stderr], [0, '3 tracks, 3:00.\n']);
  assert.equal(readFileSync(out, 'utf8').split('\n'), [
    '#EXTM3U', '#PLAYLIST:lists', '#EXTINF:60,Artist 0 – Song 0', './Artist 0/Album 0/00 Song 0.mp3', '#EXTINF:60,Artist 2 – Song 2', './Artist 2/Album 2/02 Song 2.mp3', '#EXTINF:60,Artist 4 – Song 4', './Artist 4/Album 4/04 Song 4.mp3', '',
  ]);
});

test('a playlist of genres has only them, and says when there is no more', async ({ kept }) => {
  const { stdout, stderr } = await run(['playlist', '--genre', 'rock', '--minutes', '5', '--json'], { LIVEGENRE_LIBRARY: kept.file });
  assert.equal((JSON.parse(stdout) as { tracks: { title: string }[] }).tracks.map(({ title }) => title), ['rock']);
  assert.match(stderr, 'Only 1:00: the library has no more that fits.');
  for (const wish of [['--mood', 'lively'], ['--tag', 'guitar'], ['--genre', 'rock', '--mood', 'Lively', '--tag', 'guitar']]) {
    const answer = await run(['playlist', ...wish, '--json'], { LIVEGENRE_LIBRARY: kept.file });
    assert.equal((JSON.parse(answer.stdout) as { tracks: { title: string }[] }).tracks.map(({ title }) => title), ['rock'], wish.join(' '));
  }
});

test('what can not be asked is refused', async ({ kept }) => {
  const playlist = (...args: string[]): Promise<string> => refusal(registerPlaylist, ['playlist', '--library', kept.folder, ...args]).then(({ stderr }) => stderr);
  assert.match(await playlist(), 'Name a file with --like, genres with --genre, or what else is wanted with --mood and --tag.');
  assert.match(await playlist('--genre', 'polka'), '--genre must be one or more of these, with commas, not "polka": jazz, rock.');
  assert.match(await playlist('--genre', 'jazz', '--min-p', '0.95'), 'No track of the library is of these genres');
  assert.match(await playlist('--mood', 'blue'), '--mood must be one or more of these, with commas, not "blue": calm, lively, sad, happy.');
  assert.match(await playlist('--tag', ','), '--tag must be one or more of these, with commas: piano, guitar.');
  assert.match(await playlist('--genre', 'jazz', '--out', 'list.txt'), '--out must end with .m3u8 or .json.');
  assert.match(await playlist('--like', 'x', '--min-p', '0.5'), '--min-p is for --genre.');
  assert.match((await refusal(registerSimilar, ['similar'])).stderr, 'Name the file.');
  assert.match((await refusal(registerSimilar, ['similar', 'x', '--library', join(kept.folder, 'Artist 0')])).stderr, 'There is no library');
});

test('a run keeps what a file from elsewhere is compared with', async () => {
  const recordings = new Recordings();
  try {
    const random = seeded(5);
    const { manifest, weights } = randomBundle();
    const model = join(recordings.folder, 'model');
    await saveBundle(model, manifest, weights, { size: 8, values: Float32Array.from({ length: 17 * 8 }, () => random() - 0.5) });
    const music = join(recordings.folder, 'music');
    mkdirSync(music);
    const first = recordings.wav('first.wav', 8, 3);
    for (const [name, path] of [['first.mp3', first], ['second.mp3', recordings.wav('second.wav', 12, 8)]] as const) renameSync(recordings.encode(path, name, '-metadata', `title=${name.slice(0, -4)}`), join(music, name));
    assert.is((await run(['library', music, '--model', model, '--jobs', '1'])).exitCode, 0);
    const { stdout, stderr } = await run(['similar', first, '--library', music, '--model', model, '--json']);
    const { tracks } = JSON.parse(stdout) as { tracks: { title: string; similarity: number }[] };
    assert.equal(tracks.map(({ title }) => title), ['second'], `its copy is left out; ${stderr}`);
    const other = await run(['similar', first, '--library', music]);
    assert.match(other.stderr, 'The library was heard with another model.');
  } finally {
    recordings.remove();
  }
});

test.run();
