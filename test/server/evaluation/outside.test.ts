/** Figures of music of none of the labels. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TrackResult } from '../../../server/evaluation/classify-tracks.js';
import { notMusicFiguresOf } from '../../../server/evaluation/not-music.js';
import { outsideFiguresOf } from '../../../server/evaluation/outside.js';
import { blocks } from './letter-blocks.js';

/** `o` is music of none of the labels. */
function track(letters: string, smoothedOutside: number, early = smoothedOutside): TrackResult {
  const all = blocks(letters.replaceAll('o', '?')).map((block, index) => {
    const isOutside = letters[index] === 'o';
    return { ...block, isOutside, counts: block.counts || isOutside, smoothedOutside: block.atMs <= 2000 ? early : smoothedOutside };
  });
  return { id: letters, truth: 0, excerpts: [], blocks: all };
}

test('AUROC is that of the mean after 2 s over tracks, and that of the blocks', () => {
  const figures = outsideFiguresOf([track('AAAAaa', 0.2, 1), track('AAAAaaaa', 0.6)], [track('AAAAoo', 0.4, 0), track('AAAAoo', 0.9, 0)], 'valid');
  assert.equal([figures.split, figures.tracks, figures.auroc], ['valid', [2, 2], 0.75]);
  // Blocks: 0.2 twice and 0.6 four times against 0.4 and 0.9 twice each.
  assert.is(figures.blockAuroc, (2 * 2 + 2 * 6) / (4 * 6));
});

test('a short track is scored by its first blocks, and one without music not at all', () => {
  const figures = outsideFiguresOf([track('AA', 0.9, 0.1), track('ss--', 1)], [track('AA', 0.1, 0.9)], '');
  assert.equal([figures.auroc, figures.blockAuroc], [1, 1]);
  assert.equal(outsideFiguresOf([track('ss', 1)], [track('AA', 1)], '').auroc, null);
});

test('shares shown as unknown are of the judged blocks, without warm-up and silence', () => {
  const { labelledShownUnknown, outsideShownUnknown } = outsideFiguresOf([track('AAaaao--', 0), track('AAaa', 0)], [track('AAoa', 0)], '');
  assert.equal([labelledShownUnknown, outsideShownUnknown], [1 / 6, 0.5]);
  assert.is(outsideFiguresOf([], [], '').labelledShownUnknown, 0);
});

test('among speech and noise, music of none of the labels counts as music', () => {
  assert.equal(notMusicFiguresOf([track('AAooo?', 1)], [], '').blockConfusion[0], [3, 0, 1]);
});

test.run();
