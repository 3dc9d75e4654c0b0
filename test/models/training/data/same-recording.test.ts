/** Finding a pack's recordings in another pack. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sameRecordings } from '../../../../models/training/data/same-recording.js';
import { toyPack } from '../../packs.js';

test('a recording is found at another offset, another one is not', () => {
  const music = toyPack('music', { tracks: 4, columns: 100 });
  const { tracks, levels } = toyPack('other', { tracks: 2, columns: 90, seed: 7 });
  // The first 60 columns are columns 30 to 89 of the third track; the second track stays another recording.
  const own = levels.slice();
  own.set(music.levels.subarray((200 + 30) * 64, (200 + 90) * 64), 0);
  const wanted = { ...music, name: 'wanted', tracks, levels: own };
  assert.equal(sameRecordings(wanted, music).map((track) => track?.id), ['music2', undefined]);
});

test('plain columns, such as silence, say nothing', () => {
  const music = toyPack('music', { tracks: 1, columns: 50 });
  const silent = { ...music, levels: new Uint8Array(music.levels.length).fill(40) };
  assert.equal(sameRecordings(silent, silent), [undefined]);
});

test.run();
