/** Figures of music against speech and noise. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrackResult } from '../../../server/evaluation/classify-tracks.js';
import { notMusicFiguresOf } from '../../../server/evaluation/not-music.js';
import { blocks } from './letter-blocks.js';

const track = (letters: string, music: number, truth = 0): TrackResult => ({ id: letters, truth, blocks: blocks(letters, 0.8, music), excerpts: [] });
const SPEECH = 0;
const NOISE = 1;

test('AUROC is computed against everything else and against each kind', () => {
  const { auroc, blockAuroc, tracks } = notMusicFiguresOf(
    [track('aaaaaaaa', 0.9), track('aaaaaaaa', 0.5)],
    [track('ssssssss', 0.6, SPEECH), track('????????', 0.1, NOISE)],
    'split',
  );
  assert.equal(tracks, [2, 1, 1]);
  assert.equal(auroc, { all: 0.75, speech: 0.5, noise: 1 });
  assert.equal(blockAuroc, auroc);
});

test('the first 2 s and silence are ignored unless there is nothing else', () => {
  const late = track('AAAAaaaa', 0.9);
  const results = { ...late, blocks: late.blocks.map((block) => (block.atMs <= 2000 ? { ...block, music: 0 } : block)) };
  assert.is(notMusicFiguresOf([results], [track('ssssssss', 0.8, SPEECH)], '').auroc.all, 1);
  // 500 ms of noise, then digital silence during which the last probability is kept.
  const dog = { ...track('?-------', 0.95, NOISE), blocks: blocks('?-------', 0, 0.95).map((block, index) => (index === 0 ? { ...block, music: 0.1 } : block)) };
  assert.is(notMusicFiguresOf([track('aaaaaaaa', 0.9)], [dog], '').auroc.noise, 1);
  assert.is(notMusicFiguresOf([track('aaaaaaaa', 0.9)], [track('--------', 1, NOISE)], '').auroc.noise, 1, 'silence is not music');
});

test('a track is classified by the majority of its judged blocks', () => {
  const figures = notMusicFiguresOf(
    [track('AAAAaaas', 1), track('AAAAass?', 1)],
    [track('AAAAaass-s', 0, SPEECH), track('AA??', 0, NOISE), track('AAAAAA', 0, NOISE)],
    '',
  );
  assert.equal(figures.confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
  assert.equal(figures.blockConfusion, [[4, 3, 1], [2, 3, 0], [0, 0, 2]]);
  assert.is(figures.musicCalledNotMusic, 0.5);
  assert.is(figures.musicBlocksCalledNotMusic, 0.5);
  assert.is(figures.notMusicCalledMusic, 0, 'a track without judged blocks is not classified');
  assert.is(figures.notMusicBlocksCalledMusic, 2 / 7);
});

test('without tracks on one side AUROC is null and shares are 0', () => {
  const figures = notMusicFiguresOf([track('AAAA', 1)], [], '');
  assert.equal(figures.auroc, { all: null, speech: null, noise: null });
  assert.is(figures.musicCalledNotMusic, 0);
});

test.run();
