import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import type { SmoothingSettings } from '../../../models/manifest.js';
import { Smoother, type BlockLoudness } from '../../../server/pipe/smoothing.js';
import { seeded } from '../../models/fixtures.js';

const LABELS = ['rock', 'jazz', 'disco'];
const BLOCK_MS = 348.3;
const SETTINGS = { timeConstantMs: 4000, margin: 0.1, holdMs: 1000, warmupMs: 2000 };
const ROCK = [0.8, 0.1, 0.1];
const JAZZ = [0.1, 0.8, 0.1];
const DISCO = [0.1, 0.1, 0.8];
const SOUND = { loudness: 'sound', resetsState: false } as const;
const QUIET = { loudness: 'quiet', resetsState: false } as const;
const SILENT = { loudness: 'silent', resetsState: false } as const;
/** The first block after a long silence. */
const AFTER_RESET = { loudness: 'sound', resetsState: true } as const;
const MUSIC = [0.98, 0.01, 0.01];
const SPEECH = [0.02, 0.95, 0.03];
const NOISE = [0.05, 0.05, 0.9];

const smoother = (settings: SmoothingSettings = SETTINGS): Smoother => new Smoother(settings, LABELS, BLOCK_MS);

/** Pushes blocks; returns the genre or state shown after each. */
function shown(subject: Smoother, blocks: number, probabilities: readonly number[], loudness: BlockLoudness = SOUND, kinds?: readonly number[]): string[] {
  return Array.from({ length: blocks }, () => {
    const { state, genre } = subject.push(probabilities, loudness, kinds);
    return genre === null ? state : LABELS[genre]!;
  });
}

/** Merges equal neighbours. */
const changes = (shown: readonly string[]): string[] => shown.filter((what, index) => what !== shown[index - 1]);

test('shows no genre during warm-up, then one', () => {
  const subject = smoother();
  assert.equal(shown(subject, 7, ROCK), ['warming', 'warming', 'warming', 'warming', 'warming', 'rock', 'rock']);
});

test('probabilities are available during warm-up', () => {
  const { state, genre, p, probabilities } = smoother().push(ROCK, SOUND);
  assert.is(state, 'warming');
  assert.is(genre, null);
  assert.is(p, 0);
  assert.ok(Math.abs(probabilities[0]! - 0.8) < 1e-6);
});

test('constant scores give the same probabilities from the first block on', () => {
  const subject = smoother();
  for (let block = 0; block < 100; block++) {
    const { probabilities } = subject.push(ROCK, SOUND);
    for (let label = 0; label < 3; label++) assert.ok(Math.abs(probabilities[label]! - ROCK[label]!) < 1e-6);
  }
});

test('the running mean is a plain mean of logs at first, an exponential moving average later', () => {
  const subject = smoother();
  subject.push([0.5, 0.25, 0.25], SOUND);
  const { probabilities } = subject.push([0.125, 0.4375, 0.4375], SOUND);
  // Geometric means: sqrt(0.5 * 0.125) = 0.25, sqrt(0.25 * 0.4375) = 0.3307 twice; normalised.
  assert.ok(Math.abs(probabilities[0]! - 0.25 / (0.25 + 2 * Math.sqrt(0.25 * 0.4375))) < 1e-6);
  shown(subject, 200, ROCK);
  const gain = 1 - Math.exp(-BLOCK_MS / SETTINGS.timeConstantMs);
  const scores = ROCK.map((rock, label) => Math.log(rock) + gain * (Math.log(JAZZ[label]!) - Math.log(rock)));
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  const next = subject.push(JAZZ, SOUND);
  for (let label = 0; label < 3; label++) assert.ok(Math.abs(next.probabilities[label]! - Math.exp(scores[label]!) / sum) < 1e-5);
});

test('the reported p is averaged over confidenceMs; the shown genre is not', () => {
  const quick = { ...SETTINGS, timeConstantMs: 0, margin: 0.9 };
  const [plain, averaged] = [smoother(quick), smoother({ ...quick, confidenceMs: 1500 })];
  const both = [plain, averaged];
  for (const subject of both) shown(subject, 10, ROCK);
  assert.ok(both.every((subject) => Math.abs(subject.push(ROCK, SOUND).p - 0.8) < 1e-6));
  assert.ok(Math.abs(plain.push(JAZZ, SOUND).p - 0.1) < 1e-6);
  const gain = 1 - Math.exp(-BLOCK_MS / 1500);
  assert.ok(Math.abs(averaged.push(JAZZ, SOUND).p - (0.8 - 0.7 * gain)) < 1e-6);
  assert.equal(shown(plain, 6, JAZZ), shown(averaged, 6, JAZZ));
});

test('a change of genre is shown once, within seconds', () => {
  const subject = smoother();
  shown(subject, 60, ROCK);
  const after = shown(subject, 30, JAZZ);
  const changed = after.indexOf('jazz');
  assert.ok(changed > 0, 'not immediately');
  assert.ok(changed * BLOCK_MS < 6000, `after ${changed} blocks`);
  assert.ok(after.slice(changed).every((genre) => genre === 'jazz'));
});

test('another genre must lead for holdMs without a break', () => {
  // Without smoothing over time only the hold delays the change.
  const subject = smoother({ ...SETTINGS, timeConstantMs: 0, margin: 0.5 });
  subject.push(ROCK, SOUND);
  shown(subject, 30, ROCK);
  assert.equal(shown(subject, 2, JAZZ), ['rock', 'rock']);
  assert.equal(shown(subject, 1, ROCK), ['rock'], 'the break');
  assert.equal(shown(subject, 4, JAZZ), ['rock', 'rock', 'jazz', 'jazz']);
});

test('a lead of margin needs holdMs, a larger one less, a smaller one more but a finite time', () => {
  const blocksUntil = (lead: number): number => {
    const subject = smoother({ ...SETTINGS, timeConstantMs: 0, margin: 0.2, holdMs: 2000 });
    shown(subject, 30, ROCK);
    return shown(subject, 200, [0.5 - lead / 2, 0.5 + lead / 2, 0]).indexOf('jazz') + 1;
  };
  assert.is(blocksUntil(0.2), Math.ceil(2000 / BLOCK_MS));
  assert.is(blocksUntil(0.8), Math.ceil(500 / BLOCK_MS));
  assert.is(blocksUntil(0.05), Math.ceil(8000 / BLOCK_MS));
});

test('a lead can be the log of the ratio of the probabilities', () => {
  const settings = { timeConstantMs: 0, lead: 'log-ratio' as const, margin: 1, holdMs: 4 * BLOCK_MS, warmupMs: 0, leastLead: 1 };
  /** Blocks until a genre with this ratio to the shown one replaces it. */
  const blocksTo = (ratio: number): number => {
    const subject = smoother(settings);
    shown(subject, 5, ROCK);
    const p = 0.9 / (1 + ratio);
    return shown(subject, 100, [p, ratio * p, 0.1]).indexOf('jazz') + 1;
  };
  assert.is(blocksTo(Math.exp(2.001)), 4, 'a lead of 1 above leastLead, four blocks');
  assert.is(blocksTo(Math.exp(1.501)), 8);
  assert.is(blocksTo(Math.exp(5.001)), 1);
  assert.is(blocksTo(Math.exp(0.99)), 0, 'below leastLead: never');
});

test('a lead below leastLead never changes the genre, and each genre has its own sum', () => {
  const settings = { timeConstantMs: 0, margin: 0.3, holdMs: 1000, warmupMs: 0, leastLead: 0.1 };
  const slightly = smoother(settings);
  assert.equal(changes([...shown(slightly, 2, ROCK), ...shown(slightly, 200, [0.31, 0.4, 0.29])]), ['rock']);
  const alternating = smoother(settings);
  shown(alternating, 2, ROCK);
  const taken = Array.from({ length: 40 }, (_, block) => shown(alternating, 1, block % 2 === 0 ? [0.2, 0.5, 0.3] : [0.2, 0.1, 0.7])[0]!);
  assert.equal(changes(taken), ['rock', 'disco']);
});

test('the genre of a song with varying blocks does not flicker', () => {
  const subject = smoother();
  const blocks = [ROCK, ROCK, [0.2, 0.5, 0.3], ROCK, [0.3, 0.3, 0.4]];
  const genres = new Set<string>();
  for (let block = 0; block < 500; block++) genres.add(shown(subject, 1, blocks[block % blocks.length]!)[0]!);
  genres.delete('warming');
  assert.equal([...genres], ['rock']);
});

test('the first loud block ends silence and restarts warm-up', () => {
  const subject = smoother();
  shown(subject, 20, ROCK);
  assert.equal(shown(subject, 2, ROCK, QUIET), ['rock', 'rock']);
  assert.equal(shown(subject, 2, ROCK, SILENT), ['silence', 'silence']);
  assert.equal(shown(subject, 7, JAZZ), ['warming', 'warming', 'warming', 'warming', 'warming', 'jazz', 'jazz']);
});

test('a quiet block changes nothing, even before silence is detected', () => {
  const subject = smoother();
  for (let block = 0; block < 2; block++) {
    const { state, countsAsMusic, isMusic, probabilities } = subject.push(JAZZ, QUIET);
    assert.equal([state, countsAsMusic, isMusic], ['warming', false, false]);
    assert.equal([...probabilities], [...new Float32Array(3).fill(1 / 3)]);
  }
  const { countsAsMusic, isMusic } = subject.push(ROCK, SOUND);
  assert.equal([countsAsMusic, isMusic], [true, true]);
});

test('no genre is shown in silence', () => {
  const subject = smoother();
  for (let block = 0; block < 10; block++) subject.push(ROCK, SOUND);
  const { state, genre, p, isMusic } = subject.push(ROCK, SILENT);
  assert.equal({ state, genre, p, isMusic }, { state: 'silence', genre: null, p: 0, isMusic: false });
});

test('speech is speech and noise is unknown, without a genre', () => {
  for (const [kinds, state] of [[SPEECH, 'speech'], [NOISE, 'unknown']] as const) {
    const subject = smoother();
    assert.equal(shown(subject, 8, ROCK, SOUND, kinds), [...Array(5).fill('warming'), state, state, state]);
    const { genre, p, music, isMusic, countsAsMusic } = subject.push(ROCK, SOUND, kinds);
    assert.equal({ genre, p, isMusic, countsAsMusic }, { genre: null, p: 0, isMusic: false, countsAsMusic: false });
    assert.ok(Math.abs(music - kinds[0]!) < 1e-6);
  }
});

test('music gives the same result whether or not the model detects speech', () => {
  const [one, other] = [smoother(), smoother()];
  for (let block = 0; block < 60; block++) {
    const q = block < 30 ? ROCK : JAZZ;
    assert.equal(shown(one, 1, q), shown(other, 1, q, SOUND, MUSIC));
  }
  assert.is(one.push(ROCK, SOUND).music, 1);
});

test('a word over a song changes nothing, and after a sentence the genre is the previous one', () => {
  const subject = smoother();
  shown(subject, 30, ROCK, SOUND, MUSIC);
  assert.equal(new Set(shown(subject, 3, JAZZ, SOUND, SPEECH)), new Set(['rock']));
  shown(subject, 30, ROCK, SOUND, MUSIC);
  const sentence = shown(subject, 9, JAZZ, SOUND, SPEECH);
  assert.is(sentence.at(-1), 'speech');
  const after = shown(subject, 4, ROCK, SOUND, MUSIC);
  assert.equal(after.filter((what) => what !== 'speech'), ['rock', 'rock'], 'immediately, when it is music again');
  const { probabilities, isMusic } = subject.push(ROCK, SOUND, MUSIC);
  assert.ok(Math.abs(probabilities[0]! - 0.8) < 1e-6, 'speech did not change the probabilities');
  assert.ok(isMusic);
  shown(subject, 9, JAZZ, SOUND, SPEECH);
  assert.is(shown(subject, 5, ROCK, SOUND, MUSIC).includes('warming'), false, 'the times of two sentences are not added up');
});

test('after a long announcement the genre is reset, and warm-up counts from the start of the music', () => {
  const subject = smoother();
  shown(subject, 200, ROCK, SOUND, MUSIC);
  shown(subject, 30, JAZZ, SOUND, SPEECH);
  const after = shown(subject, 8, JAZZ, SOUND, MUSIC);
  assert.equal(after, ['speech', 'speech', 'warming', 'warming', 'warming', 'jazz', 'jazz', 'jazz'], '6 blocks are 2 s of music');
});

test('a stream that begins with speech shows a genre after 2 s of music', () => {
  const subject = smoother();
  assert.is(shown(subject, 12, ROCK, SOUND, SPEECH).at(-1), 'speech');
  assert.equal(shown(subject, 7, JAZZ, SOUND, MUSIC).slice(3), ['warming', 'warming', 'jazz', 'jazz']);
  const early = smoother();
  shown(early, 2, ROCK, SOUND, SPEECH);
  assert.equal(new Set(shown(early, 5, JAZZ, SOUND, MUSIC)), new Set(['warming']), 'the speech did not count as music');
  assert.equal(shown(early, 1, JAZZ, SOUND, MUSIC), ['jazz']);
});

test('speech over music is music', () => {
  const subject = smoother();
  const both = [0.42, 0.5, 0.08];
  shown(subject, 20, ROCK, SOUND, MUSIC);
  assert.equal(new Set(shown(subject, 60, ROCK, SOUND, both)), new Set(['rock']));
  assert.is(shown(smoother(), 20, ROCK, SOUND, both).at(-1), 'rock', 'from the start, too');
  const afterSpeech = smoother();
  shown(afterSpeech, 20, ROCK, SOUND, SPEECH);
  assert.is(shown(afterSpeech, 20, ROCK, SOUND, both).at(-1), 'speech', 'slightly louder music does not end speech');
  shown(afterSpeech, 1, ROCK, AFTER_RESET, both);
  assert.is(shown(afterSpeech, 20, ROCK, SOUND, both).at(-1), 'rock', 'after a long silence it is forgotten');
});

test('applause between two songs is unknown, then the next song\'s genre is shown', () => {
  const subject = smoother();
  shown(subject, 30, ROCK, SOUND, MUSIC);
  const heard = [...shown(subject, 20, DISCO, SOUND, NOISE), ...shown(subject, 20, JAZZ, SOUND, MUSIC)];
  assert.equal(changes(heard), ['rock', 'unknown', 'warming', 'jazz']);
});

test('silence after speech is silence, and speech after a short silence is still speech', () => {
  const subject = smoother();
  shown(subject, 20, ROCK, SOUND, SPEECH);
  assert.equal(shown(subject, 2, ROCK, QUIET, MUSIC), ['speech', 'speech']);
  assert.equal(shown(subject, 2, ROCK, SILENT, MUSIC), ['silence', 'silence']);
  assert.equal(shown(subject, 3, ROCK, SOUND, SPEECH), ['speech', 'speech', 'speech']);
  shown(subject, 9, ROCK, SILENT, SPEECH);
  assert.equal(changes([...shown(subject, 1, JAZZ, AFTER_RESET, MUSIC), ...shown(subject, 6, JAZZ, SOUND, MUSIC)]), ['warming', 'jazz']);
});

test('no genre is shown before the first block of music, even without warm-up', () => {
  const subject = smoother({ ...SETTINGS, warmupMs: 0 });
  assert.equal(shown(subject, 20, ROCK, SOUND, MUSIC)[0], 'rock');
  shown(subject, 1, ROCK, SILENT, MUSIC);
  assert.equal(shown(subject, 1, JAZZ, SOUND, SPEECH), ['warming']);
  assert.equal(shown(subject, 1, JAZZ, SOUND, MUSIC), ['jazz']);
});

test('scores between the two thresholds change neither music nor speech', () => {
  const random = seeded(5);
  for (const [kinds, what] of [[MUSIC, 'rock'], [SPEECH, 'speech']] as const) {
    const subject = smoother();
    shown(subject, 20, ROCK, SOUND, kinds);
    for (let block = 0; block < 300; block++) {
      const music = 0.36 + 0.13 * random();
      assert.equal(shown(subject, 1, ROCK, SOUND, [music, 1 - music, 0]), [what]);
    }
  }
});

test('speech and noise replace each other only with a clear lead', () => {
  const subject = smoother();
  shown(subject, 20, ROCK, SOUND, SPEECH);
  assert.equal(new Set(shown(subject, 50, ROCK, SOUND, [0.1, 0.4, 0.5])), new Set(['speech']));
  assert.is(shown(subject, 50, ROCK, SOUND, NOISE).at(-1), 'unknown');
  assert.equal(new Set(shown(subject, 50, ROCK, SOUND, [0.1, 0.5, 0.4])), new Set(['unknown']));
});

test('the thresholds of music are a setting of the model', () => {
  const subject = smoother({ ...SETTINGS, kinds: { timeConstantMs: 0, enter: 0.9, leave: 0.8 } });
  shown(subject, 20, ROCK, SOUND, MUSIC);
  const music = [0.81, 0.79, 0.89, 0.91];
  assert.equal(music.map((p) => subject.push(ROCK, SOUND, [p, 1 - p, 0]).state), ['music', 'speech', 'speech', 'music']);
});

test('music whose best genre is below unknownBelow is unknown, but still music', () => {
  const subject = smoother({ ...SETTINGS, unknownBelow: 0.5 });
  assert.is(shown(subject, 10, [0.4, 0.35, 0.25]).at(-1), 'unknown');
  const { genre, p, isMusic, music } = subject.push([0.4, 0.35, 0.25], SOUND);
  assert.equal({ genre, p, isMusic, music }, { genre: null, p: 0, isMusic: true, music: 1 });
  const after = shown(subject, 40, ROCK);
  assert.equal(changes(after), ['unknown', 'rock']);
  assert.equal(new Set(shown(subject, 60, [0.47, 0.3, 0.23])).has('rock'), true, 'and stays for a while');
  assert.is(shown(subject, 200, [0.3, 0.3, 0.4]).at(-1), 'unknown');
});

const OUTSIDE = { timeConstantMs: 3000, enter: 0.7, leave: 0.5 };
/** Pushes music with this probability of having none of the labels; returns the genre or state after each block. */
const outsideShown = (subject: Smoother, blocks: number, outside: number, probabilities = ROCK, kinds = MUSIC): string[] => Array.from({ length: blocks }, () => {
  const { state, genre } = subject.push(probabilities, SOUND, kinds, outside);
  return genre === null ? state : LABELS[genre]!;
});

test('music of none of the labels is unknown, but still music, with its ranking', () => {
  const subject = smoother({ ...SETTINGS, outside: OUTSIDE });
  assert.equal(changes(outsideShown(subject, 12, 0.9)), ['warming', 'unknown']);
  const { genre, p, isMusic, isOutside, outside, probabilities, music } = subject.push(ROCK, SOUND, MUSIC, 0.9);
  assert.equal([genre, p, isMusic, isOutside], [null, 0, true, true]);
  assert.ok(Math.abs(outside! - 0.9) < 1e-9 && Math.abs(probabilities[0]! - 0.8) < 1e-6 && music > 0.9);
});

test('the probability of none of the labels is a plain mean at first, an exponential moving average later', () => {
  const subject = smoother({ ...SETTINGS, outside: OUTSIDE });
  assert.is(subject.push(ROCK, SOUND, MUSIC, 0.2).outside, 0.2);
  assert.ok(Math.abs(subject.push(ROCK, SOUND, MUSIC, 0.6).outside! - 0.4) < 1e-9);
  outsideShown(subject, 300, 0.6);
  assert.ok(Math.abs(subject.push(ROCK, SOUND, MUSIC, 0).outside! - 0.6 * Math.exp(-BLOCK_MS / 3000)) < 1e-6);
});

test('between leave and enter it stays as it was, and the genre is followed meanwhile', () => {
  const known = smoother({ ...SETTINGS, outside: OUTSIDE });
  assert.equal(changes(outsideShown(known, 300, 0.65)), ['warming', 'rock']);
  const subject = smoother({ ...SETTINGS, outside: OUTSIDE });
  outsideShown(subject, 60, 0.9);
  assert.equal(changes(outsideShown(subject, 300, 0.55, JAZZ)), ['unknown']);
  assert.equal(changes(outsideShown(subject, 30, 0.4, JAZZ)), ['unknown', 'jazz']);
});

test('speech does not count for it, and with the genre it is forgotten after a long silence', () => {
  const subject = smoother({ ...SETTINGS, outside: OUTSIDE });
  outsideShown(subject, 30, 0.1);
  assert.ok(Math.abs(subject.push(ROCK, SOUND, SPEECH, 1).outside! - 0.1) < 1e-9);
  outsideShown(subject, 60, 0.9);
  assert.is(subject.push(JAZZ, AFTER_RESET, MUSIC, 0.1).outside, 0.1);
  assert.equal(changes(outsideShown(subject, 8, 0.1, JAZZ)), ['warming', 'jazz']);
});

test('without the output nothing is known of it', () => {
  const subject = smoother({ ...SETTINGS, outside: { ...OUTSIDE, enter: 0, leave: 0 } });
  assert.is(shown(subject, 20, ROCK, SOUND, MUSIC).at(-1), 'rock');
  const { outside, isOutside } = subject.push(ROCK, SOUND, MUSIC);
  assert.equal([outside, isOutside], [undefined, false]);
});

test('music that clearly is of one genre needs more evidence, by the weight of its lead', () => {
  // Log odds of 0.9 are 2.2, and ROCK leads by log (0.8 / 0.1) = 2.08.
  const weighing = (leadWeight: number): Smoother => smoother({ ...SETTINGS, outside: { ...OUTSIDE, enter: 0.5, leave: 0.5, leadWeight } });
  assert.equal(changes(outsideShown(weighing(1), 30, 0.9)), ['warming', 'unknown']);
  assert.equal(changes(outsideShown(weighing(1.1), 30, 0.9)), ['warming', 'rock']);
  assert.equal(changes(outsideShown(weighing(1.1), 30, 0.9, [0.4, 0.35, 0.25])), ['warming', 'unknown']);
});

test('for any input, probabilities sum to 1, and the genre of music is one of the labels', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const block = fc.record({
    q: fc.array(share, { minLength: 3, maxLength: 3 }),
    loudness: fc.constantFrom('sound' as const, 'quiet' as const, 'silent' as const),
    resetsState: fc.boolean(),
    speech: share,
    noise: share,
    outside: share,
  });
  fc.assert(fc.property(fc.array(block, { maxLength: 60 }), fc.boolean(), fc.constantFrom(0, 2000), (blocks, hasKinds, warmupMs) => {
    const subject = smoother({ ...SETTINGS, warmupMs, ...(hasKinds ? { outside: OUTSIDE } : { unknownBelow: 0.4 }), kinds: { timeConstantMs: 3000, enter: 0.5, leave: 0.35 } });
    for (const { q, loudness, resetsState, speech, noise, outside } of blocks) {
      const kinds = hasKinds ? [1 - speech, speech * (1 - noise), speech * noise] : undefined;
      const { genre, p, music, probabilities, state, isMusic, outside: mean, isOutside } = subject.push(q, { loudness, resetsState }, kinds, hasKinds ? outside : undefined);
      assert.ok(Math.abs(probabilities.reduce((sum, each) => sum + each, 0) - 1) < 1e-5);
      assert.ok(music >= 0 && music <= 1 + 1e-9);
      assert.is(genre !== null, state === 'music');
      assert.ok(isMusic || state !== 'music');
      assert.ok(mean === undefined || (hasKinds && mean >= 0 && mean <= 1 + 1e-9));
      assert.ok(!isOutside || (state === 'unknown' && mean! >= OUTSIDE.leave - 1e-9));
      assert.is(p, genre === null ? 0 : probabilities[genre]);
    }
  }));
});

test.run();
