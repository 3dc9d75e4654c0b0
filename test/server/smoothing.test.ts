import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { Smoother } from '../../server/smoothing.js';

const LABELS = ['rock', 'jazz', 'disco'];
const BLOCK_MS = 348.3;
const SETTINGS = { timeConstantMs: 4000, margin: 0.1, holdMs: 1000, warmupMs: 2000 };
const ROCK = [0.8, 0.1, 0.1];
const JAZZ = [0.1, 0.8, 0.1];
const LOUD_DB = -20;

const smoother = (settings = SETTINGS): Smoother => new Smoother(settings, LABELS, BLOCK_MS);

/** Pushes blocks; returns the states and genres shown, one a block. */
function shown(subject: Smoother, blocks: number, probabilities: readonly number[], levelDb = LOUD_DB): string[] {
  return Array.from({ length: blocks }, () => {
    const { state, genre } = subject.push(probabilities, levelDb);
    return genre === null ? state : LABELS[genre]!;
  });
}

test('warms up for its time, showing no genre, then judges', () => {
  const subject = smoother();
  assert.equal(shown(subject, 7, ROCK), ['warming', 'warming', 'warming', 'warming', 'warming', 'rock', 'rock']);
});

test('while warming up the probabilities are there already', () => {
  const { state, genre, p, probabilities } = smoother().push(ROCK, LOUD_DB);
  assert.is(state, 'warming');
  assert.is(genre, null);
  assert.is(p, 0);
  assert.ok(Math.abs(probabilities[0]! - 0.8) < 1e-6);
});

test('steady scores give those scores, from the first block on', () => {
  const subject = smoother();
  for (let block = 0; block < 100; block++) {
    const { probabilities } = subject.push(ROCK, LOUD_DB);
    for (let label = 0; label < 3; label++) assert.ok(Math.abs(probabilities[label]! - ROCK[label]!) < 1e-6);
  }
});

test('the running mean is a plain mean of logs at first, exponential later', () => {
  const subject = smoother();
  subject.push([0.5, 0.25, 0.25], LOUD_DB);
  const { probabilities } = subject.push([0.125, 0.4375, 0.4375], LOUD_DB);
  // Geometric means: sqrt(0.5 * 0.125) = 0.25, sqrt(0.25 * 0.4375) = 0.3307 twice; normalised.
  assert.ok(Math.abs(probabilities[0]! - 0.25 / (0.25 + 2 * Math.sqrt(0.25 * 0.4375))) < 1e-6);
  shown(subject, 200, ROCK);
  const gain = 1 - Math.exp(-BLOCK_MS / SETTINGS.timeConstantMs);
  const scores = ROCK.map((rock, label) => Math.log(rock) + gain * (Math.log(JAZZ[label]!) - Math.log(rock)));
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  const next = subject.push(JAZZ, LOUD_DB);
  for (let label = 0; label < 3; label++) assert.ok(Math.abs(next.probabilities[label]! - Math.exp(scores[label]!) / sum) < 1e-5);
});

test('a change shows within seconds, once', () => {
  const subject = smoother();
  shown(subject, 60, ROCK);
  const after = shown(subject, 30, JAZZ);
  const changed = after.indexOf('jazz');
  assert.ok(changed > 0, 'not at once');
  assert.ok(changed * BLOCK_MS < 6000, `after ${changed} blocks`);
  assert.ok(after.slice(changed).every((genre) => genre === 'jazz'));
});

test('a challenger must lead for the hold without a break', () => {
  // Without smoothing over time each block speaks for itself, so only the hold decides.
  const subject = smoother({ ...SETTINGS, timeConstantMs: 0, margin: 0.5 });
  subject.push(ROCK, LOUD_DB);
  shown(subject, 30, ROCK);
  assert.equal(shown(subject, 2, JAZZ), ['rock', 'rock']);
  assert.equal(shown(subject, 1, ROCK), ['rock'], 'the break');
  assert.equal(shown(subject, 4, JAZZ), ['rock', 'rock', 'jazz', 'jazz']);
});

test('a lead of the margin takes the hold, a larger one less, a small one longer but not for ever', () => {
  const blocksUntil = (lead: number): number => {
    const subject = smoother({ ...SETTINGS, timeConstantMs: 0, margin: 0.2, holdMs: 2000 });
    shown(subject, 30, ROCK);
    return shown(subject, 200, [0.5 - lead / 2, 0.5 + lead / 2, 0]).indexOf('jazz') + 1;
  };
  assert.is(blocksUntil(0.2), Math.ceil(2000 / BLOCK_MS));
  assert.is(blocksUntil(0.8), Math.ceil(500 / BLOCK_MS));
  assert.is(blocksUntil(0.05), Math.ceil(8000 / BLOCK_MS));
});

test('a song whose blocks differ does not flicker', () => {
  const subject = smoother();
  const blocks = [ROCK, ROCK, [0.2, 0.5, 0.3], ROCK, [0.3, 0.3, 0.4]];
  const genres = new Set<string>();
  for (let block = 0; block < 500; block++) genres.add(shown(subject, 1, blocks[block % blocks.length]!)[0]!);
  genres.delete('warming');
  assert.equal([...genres], ['rock']);
});

test('a second of silence shows silence; the first louder block ends it and warms up afresh', () => {
  const subject = smoother();
  shown(subject, 20, ROCK);
  assert.equal(shown(subject, 4, ROCK, -61), ['rock', 'rock', 'silence', 'silence']);
  assert.equal(shown(subject, 2, ROCK, -57), ['silence', 'silence'], 'between the two levels');
  assert.equal(shown(subject, 7, JAZZ, -54), ['warming', 'warming', 'warming', 'warming', 'warming', 'jazz', 'jazz']);
});

test('a quiet block says nothing, before it is known to be silence too', () => {
  const subject = smoother();
  for (let block = 0; block < 2; block++) {
    const { state, counts, probabilities } = subject.push(JAZZ, -80);
    assert.equal([state, counts], ['warming', false]);
    assert.equal([...probabilities], [...new Float32Array(3).fill(1 / 3)]);
  }
  assert.is(subject.push(ROCK, LOUD_DB).counts, true);
});

test('quiet music is not silence, a short pause is not either', () => {
  const subject = smoother();
  shown(subject, 20, ROCK);
  assert.equal(new Set(shown(subject, 100, ROCK, -59)), new Set(['rock']));
  assert.equal(shown(subject, 2, ROCK, -90), ['rock', 'rock']);
  assert.equal(shown(subject, 1, ROCK, -59), ['rock']);
});

test('in silence nothing is shown', () => {
  const subject = smoother();
  for (let block = 0; block < 5; block++) subject.push(ROCK, -120);
  const { state, genre, p } = subject.push(ROCK, -120);
  assert.is(state, 'silence');
  assert.is(genre, null);
  assert.is(p, 0);
});

test('whatever the scores, probabilities sum to 1 and the genre is one of the labels', () => {
  const block = fc.record({
    q: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    levelDb: fc.double({ min: -120, max: 0, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(block, { maxLength: 60 }), (blocks) => {
    const subject = smoother();
    for (const { q, levelDb } of blocks) {
      const { genre, p, probabilities, state } = subject.push(q, levelDb);
      assert.ok(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-5);
      assert.is(genre !== null, state === 'music');
      if (genre !== null) assert.is(p, probabilities[genre]);
    }
  }));
});

test.run();
