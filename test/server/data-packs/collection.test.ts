import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pathOf } from '../../../server/sources/file-names.js';
import { recordingsIn, splitOff, type Recording } from '../../../server/data-packs/collection.js';

const collection = suite<{ folder: string }>('a collection', { folder: '' });

collection.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-collection-'));
});
collection.after.each(({ folder }) => rmSync(folder, { recursive: true }));

function files(folder: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'x');
  }
}

collection('the first folder is the genre, at any depth', async ({ folder }) => {
  files(folder, 'rock/b.mp3', 'rock/a.MP3', 'hard rock/band/album/01 song.flac', 'blues/no extension', 'stray.wav');
  const { recordings, stray } = await recordingsIn(folder);
  assert.equal(recordings.map(({ id, genre }) => [genre, id]), [
    ['blues', 'blues/no extension'], ['hard rock', 'hard rock/band/album/01 song.flac'], ['rock', 'rock/a.MP3'], ['rock', 'rock/b.mp3'],
  ]);
  assert.equal(recordings[3]!.path, join(folder, 'rock', 'b.mp3'));
  assert.equal(stray, [{ path: join(folder, 'stray.wav'), id: 'stray.wav', genre: basename(folder) }]);
});

collection('hidden files, known non-sound files and the pack folder are skipped', async ({ folder }) => {
  files(folder, 'rock/a.mp3', 'rock/cover.JPG', 'rock/list.m3u', 'rock/._a.mp3', '.git/config', 'readme.txt', 'packs/train.levels.npy', 'packs/other.bin');
  const { recordings, stray } = await recordingsIn(folder, join(folder, 'packs'));
  assert.equal(recordings.map(({ id }) => id), ['rock/a.mp3']);
  assert.equal(stray, []);
});

collection('names that are not UTF-8 are kept, and readable in ids', async ({ folder }) => {
  files(folder, 'rock/a.mp3');
  writeFileSync(Buffer.concat([Buffer.from(join(folder, 'rock/')), Buffer.from('caf\xe9.mp3', 'latin1')]), 'x');
  const { recordings } = await recordingsIn(folder);
  assert.equal(recordings.map(({ id }) => id), ['rock/a.mp3', 'rock/caf\\xe9.mp3']);
  assert.is(readFileSync(pathOf(recordings[1]!.path), 'utf8'), 'x');
});

collection('links are followed, without cycles', async ({ folder }) => {
  files(folder, 'elsewhere/song.mp3', 'music/rock/a.mp3');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'music', 'pop'));
  symlinkSync(join(folder, 'music'), join(folder, 'music', 'rock', 'round'));
  symlinkSync(join(folder, 'nowhere.mp3'), join(folder, 'music', 'rock', 'broken.mp3'));
  const { recordings } = await recordingsIn(join(folder, 'music'));
  assert.equal(recordings.map(({ id }) => id), ['pop/song.mp3', 'rock/a.mp3', 'rock/broken.mp3']);
});

const recordingsOf = (sizes: readonly number[]): Recording[] => sizes.flatMap((size, genre) => Array.from({ length: size }, (_, n) => ({ path: '', id: `${genre}/${n}`, genre: `${genre}` })));

collection('a split is complete, keeps the order and holds out the share of every genre', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.nat(), (sizes, share, seed) => {
    const all = recordingsOf(sizes);
    const { kept, heldOut } = splitOff(all, share, seed);
    assert.equal(all.filter((each) => kept.includes(each)), kept);
    assert.equal(all.filter((each) => heldOut.includes(each)), heldOut);
    assert.is(kept.length + heldOut.length, all.length);
    sizes.forEach((size, genre) => {
      const count = heldOut.filter((each) => each.genre === `${genre}`).length;
      assert.ok(Math.abs(count - share * size) <= 1, `${count} of ${size} at ${share}`);
      if (size > 1) assert.ok(count > 0 && count < size, 'both sides have some');
    });
  }));
});

collection('equal seeds give equal splits, different seeds different ones', () => {
  const all = recordingsOf([50, 50]);
  assert.equal(splitOff(all, 0.3, 1), splitOff(all, 0.3, 1));
  assert.not.equal(splitOff(all, 0.3, 1), splitOff(all, 0.3, 2));
});

collection.run();
