/** Every protocol splits the tracks as documented, and no item is on both sides. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trackLevels, type Pack, type Track } from '../../../../models/packs/pack.js';
import { artistGroups, chunked, collectionFolds, consecutiveFolds, inFolds, pooled, splits, type Protocol } from '../../../../models/training/data/protocols.js';
import { Random } from '../../../../models/random.js';
import { toyPack } from '../../packs.js';

const TRAIN = toyPack('train', { tracks: 12 });
const VALID = toyPack('valid', { tracks: 6, seed: 9 });

const split = (protocol: Protocol, { folds = 3, compare = false, seed = 1 } = {}) => splits(TRAIN, VALID, { protocol, folds, compare }, new Random(seed));
const ids = ({ tracks }: Pack): string[] => tracks.map(({ id }) => id).sort();

function named(...names: string[]): Track[] {
  return names.map((id) => ({ id, genre: id.split('.')[0]!, split: 'train', start: 0, columns: 10 }));
}

test('fault-filtered is the two packs as they are', () => {
  const [only, ...others] = split('fault-filtered');
  assert.is(others.length, 0);
  assert.is(only!.train, TRAIN);
  assert.is(only!.valid, VALID);
});

test('pooled tracks keep their own levels', () => {
  const both = pooled(TRAIN, VALID);
  assert.is(both.tracks.length, 18);
  VALID.tracks.forEach((track, index) => assert.equal([...trackLevels(both, both.tracks[12 + index]!)], [...trackLevels(VALID, track)]));
});

test('random tracks keep the sizes of the packs, mix them, and depend only on the seed', () => {
  const [{ train, valid } = assert.unreachable() as never] = split('random-tracks');
  assert.is(train.tracks.length, 12);
  assert.equal([...ids(train), ...ids(valid)].sort(), [...ids(TRAIN), ...ids(VALID)].sort());
  assert.ok(valid.tracks.some(({ split: from }) => from === 'train') && train.tracks.some(({ split: from }) => from === 'valid'));
  assert.equal(split('random-tracks')[0]!.train.tracks, train.tracks);
  assert.not.equal(ids(split('random-tracks', { seed: 2 })[0]!.train), ids(train));
});

test('chunks last 4 s and start every 2 s', () => {
  const track = { id: 'a', genre: 'low', start: 0, columns: 140 };
  const { tracks } = chunked({ ...TRAIN, tracks: [track, { ...track, id: 'short', columns: 45 }] });
  assert.equal(tracks.map(({ id, start, columns }) => [id, start, columns]), [0, 1, 2, 3, 4].map((index) => [`a#${index}`, 23 * index, 46]));
});

test('random and artist-aware chunks are equally many on both sides', () => {
  const [mixed, apart] = split('random-chunks', { compare: true });
  assert.is(mixed!.train.tracks.length, apart!.train.tracks.length);
  assert.is(mixed!.valid.tracks.length, apart!.valid.tracks.length);
  assert.is(new Set([...ids(mixed!.train), ...ids(mixed!.valid)]).size, mixed!.train.tracks.length + mixed!.valid.tracks.length);
  const parents = (pack: Pack): Set<string> => new Set(ids(pack).map((id) => id.split('#')[0]!));
  assert.ok([...parents(mixed!.valid)].some((id) => parents(mixed!.train).has(id)), 'neighbouring chunks are on both sides');
  assert.not.ok([...parents(apart!.valid)].some((id) => parents(apart!.train).has(id)));
  assert.is(split('random-chunks').length, 1);
});

test('each track is held out in one fold and in the training set of the others', () => {
  const folds = split('kfold');
  assert.is(folds.length, 3);
  assert.equal(folds.flatMap(({ valid }) => ids(valid)).sort(), [...ids(TRAIN), ...ids(VALID)].sort());
  folds.forEach(({ train, valid }) => assert.equal([...ids(train), ...ids(valid)].sort(), [...ids(TRAIN), ...ids(VALID)].sort()));
});

test('runs of consecutive numbers are one group, unless the genre or the pack changes', () => {
  const tracks = [...named('rock.00003', 'rock.00001', 'rock.00002', 'rock.00007', 'jazz.00008'), { ...named('rock.00008')[0]!, split: 'valid' }];
  const groups = artistGroups({ ...TRAIN, tracks }).map((group) => group.map(({ id }) => id).join(' ')).sort();
  assert.equal(groups, ['jazz.00008', 'rock.00001 rock.00002 rock.00003', 'rock.00007', 'rock.00008']);
});

test('tracks of a known artist are one group wherever they are', () => {
  const tracks = named('rock.00001', 'rock.00009', 'rock.00002').map((track, index) => ({ ...track, artist: index < 2 ? 'A' : 'B' }));
  assert.equal(artistGroups({ ...TRAIN, tracks }).map((group) => group.length).sort(), [1, 2]);
});

test('a group stays in one fold, and genres are spread over the folds', () => {
  const tracks = ['rock', 'jazz'].flatMap((genre) => [0, 1, 2, 10, 11, 20, 21, 30].map((number) => ({ id: `${genre}.${number}`, genre, start: 0, columns: 140 })));
  const folds = splits({ ...TRAIN, tracks }, { ...VALID, tracks: [] }, { protocol: 'kfold', folds: 3, compare: false }, new Random(1));
  for (const { valid } of folds) {
    const held = ids(valid);
    for (const genre of ['rock', 'jazz']) {
      assert.ok([2, 3].includes(valid.tracks.filter((track) => track.genre === genre).length), held.join(' '));
      assert.is(held.includes(`${genre}.0`), held.includes(`${genre}.2`));
    }
  }
});

test('more folds than groups are rejected', () => {
  assert.throws(() => split('kfold', { folds: 99 }), /--folds 99: the 18 tracks form 18 groups/);
});

test('folds are consecutive runs of each class', () => {
  assert.equal(consecutiveFolds([0, 1, 0, 1, 0, 0, 1, 1], 2), [0, 0, 0, 0, 1, 1, 1, 1]);
  assert.equal(consecutiveFolds(['low', 'low', 'low', 'high'], 5), [0, 1, 3, 0]);
});

test('a collection is in one fold, and folds are of about one size', () => {
  const tracks = [1, 1, 1, 2, 2, 3, 3, 4].map((source, index): Track => ({ id: `${index}`, start: 0, columns: 1, source }));
  assert.equal(collectionFolds({ ...toyPack('train', { tracks: 1, columns: 20 }), tracks }, 3), [0, 0, 0, 1, 1, 2, 2, 1]);
});

test('without enough collections folds are consecutive', () => {
  const pack = { ...toyPack('train', { tracks: 1, columns: 20 }), tracks: [1, 2, 1, 2].map((source, index): Track => ({ id: `${index}`, genre: 'a', start: 0, columns: 1, source })) };
  assert.equal(collectionFolds(pack, 4), [0, 1, 2, 3]);
});

test('inFolds puts every track into one fold, in order of their numbers, without empty folds', () => {
  const pack = { ...TRAIN, tracks: named('low.3', 'high.1', 'low.1', 'low.4', 'high.2', 'low.2') };
  assert.equal(inFolds(pack, 2).map(ids), [['high.1', 'low.1', 'low.2'], ['high.2', 'low.3', 'low.4']]);
  assert.is(inFolds({ ...pack, tracks: named('low.1', 'low.2') }, 5).length, 2);
});

test.run();
