import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Stretches } from '../../../server/pipe/stretches.js';
import type { StreamState, Stretch } from '../../../server/protocol/messages.js';

const BLOCK_MS = 500;
const LOW = [0.8, 0.2];
const HIGH = [0.1, 0.9];

/** Stretches of blocks of half a second. */
function stretchesOf(blocks: readonly (readonly [state: StreamState, countsAsMusic: boolean, probabilities: readonly number[]])[], { durationMs = BLOCK_MS * blocks.length, unknownBelow = 0 } = {}): Stretch[] {
  const found: Stretch[] = [];
  const stretches = new Stretches(['low', 'high'], (stretch) => found.push(stretch), { unknownBelow });
  blocks.forEach(([state, countsAsMusic, probabilities], index) => stretches.push({ atMs: BLOCK_MS * (index + 1), state, countsAsMusic, probabilities }));
  stretches.end(durationMs);
  return found;
}

const music = (count: number, probabilities: readonly number[]): [StreamState, boolean, readonly number[]][] => Array.from({ length: count }, () => ['music', true, probabilities]);

test('a stretch has 4 s, and one begins every 2 s; the last ends with the sound', () => {
  const found = stretchesOf(music(21, LOW), { durationMs: 10_600 });
  assert.equal(found.map(({ fromMs, toMs }) => [fromMs, toMs]), [[0, 4000], [2000, 6000], [4000, 8000], [6000, 10_000], [8000, 10_600]]);
});

test('sound shorter than a stretch is one, and no sound is none', () => {
  assert.equal(stretchesOf(music(1, LOW)).map(({ fromMs, toMs }) => [fromMs, toMs]), [[0, 500]]);
  assert.equal(stretchesOf(music(7, LOW)).map(({ fromMs, toMs }) => [fromMs, toMs]), [[0, 3500]]);
  assert.equal(stretchesOf([]), []);
});

test('its genre is the mean log score of its blocks of music, of all labels', () => {
  const [first, second, third] = stretchesOf([...music(8, LOW), ...music(4, HIGH)]);
  assert.equal([first!.genre, first!.p, first!.top], ['low', 0.8, [['low', 0.8], ['high', 0.2]]]);
  // Geometric means: sqrt(0.8 × 0.1) to sqrt(0.2 × 0.9).
  assert.equal([second!.genre, second!.p], ['high', 0.6]);
  assert.is(third, undefined);
});

test('where less than half is music, it has the state of what is heard instead', () => {
  const speech: [StreamState, boolean, readonly number[]] = ['speech', false, LOW];
  const [first, second] = stretchesOf([...music(3, LOW), ...Array.from({ length: 9 }, () => speech)]);
  assert.equal([first!.state, first!.genre, first!.p, first!.top], ['speech', null, 0, []]);
  assert.is(second!.state, 'speech');
  const [half] = stretchesOf([...music(4, LOW), ...Array.from({ length: 4 }, () => speech)]);
  assert.equal([half!.state, half!.genre], ['music', 'low']);
});

test('music that no label fits is unknown, with the ranking', () => {
  const [first] = stretchesOf(music(8, [0.55, 0.45]), { unknownBelow: 0.6 });
  assert.equal([first!.state, first!.genre, first!.p, first!.top.length], ['unknown', null, 0, 2]);
});

test('music that is shown as music of none of the labels for more than half of a stretch is unknown, with the ranking', () => {
  const found: Stretch[] = [];
  const stretches = new Stretches(['low', 'high'], (stretch) => found.push(stretch));
  for (let block = 0; block < 12; block++) stretches.push({ atMs: BLOCK_MS * (block + 1), state: block < 4 ? 'music' : 'unknown', countsAsMusic: true, isOutside: block >= 4, probabilities: LOW });
  stretches.end(6000);
  assert.equal(found.map(({ state, genre, p, top }) => [state, genre, p, top[0]]), [['music', 'low', 0.8, ['low', 0.8]], ['unknown', null, 0, ['low', 0.8]]]);
});

test.run();
