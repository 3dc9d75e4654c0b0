/** What teachers believe of a track's genre, from their tags. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { argmax } from '../../../../models/metrics.js';
import { fitBelief, type Witness } from '../../../../models/training/head/teacher-beliefs.js';
import { Random } from '../../../../models/random.js';

const LABELS = ['rock', 'jazz', 'polka'];
const NAMES = ['Rock music', 'jazz', 'accordion', 'loud'];

/** Tag logits: the named tag of rock and jazz is high, polka has an accordion and no tag of its name. */
function tracks(count: number, seed: number): Array<{ logits: Float32Array; label: number }> {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const label = index % 3;
    return { label, logits: Float32Array.from([label === 0 ? 2 : -2, label === 1 ? 2 : -2, label === 2 ? 1 : -1, 0], (mean) => mean + random.normal()) };
  });
}

const share = (belief: ReturnType<typeof fitBelief>, of: readonly { logits: Float32Array; label: number }[]): number =>
  of.filter(({ logits, label }) => argmax(belief(logits)) === label).length / of.length;

test('without witnesses the tags of a label\'s name decide, and probabilities sum to 1', () => {
  const music = tracks(300, 1);
  const belief = fitBelief(LABELS, NAMES, music.map(({ logits }) => logits), []);
  const named = music.filter(({ label }) => label < 2);
  assert.ok(share(belief, named) > 0.85, `${share(belief, named)}`);
  const sum = belief(music[0]!.logits).reduce((total, p) => total + p, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
});

test('witnesses teach what other tags say: a label without a tag of its name is found by its accordion', () => {
  const music = tracks(300, 1);
  const all = music.map(({ logits }) => logits);
  const witnesses = tracks(90, 2).map((track): Witness => ({ ...track, group: 'train' }));
  const [before, after] = [fitBelief(LABELS, NAMES, all, []), fitBelief(LABELS, NAMES, all, witnesses)];
  const polka = music.filter(({ label }) => label === 2);
  const confidence = (belief: typeof before): number => polka.reduce((sum, { logits }) => sum + belief(logits)[2]!, 0) / polka.length;
  assert.ok(confidence(after) > confidence(before) + 0.05, `${confidence(before)}, ${confidence(after)}`);
  assert.ok(share(after, music) > 0.85, `${share(after, music)}`);
});

test('a label with few witnesses is not drowned by one with many', () => {
  const music = tracks(300, 1);
  const all = music.map(({ logits }) => logits);
  const many = tracks(300, 2);
  const witnesses = [...many.filter(({ label }) => label === 0), ...many.filter(({ label }) => label === 1).slice(0, 5)].map((track): Witness => ({ ...track, group: 'train' }));
  const belief = fitBelief(LABELS, NAMES, all, witnesses);
  const jazz = music.filter(({ label }) => label === 1);
  assert.ok(share(belief, jazz) > 0.7, `${share(belief, jazz)}`);
});

test.run();
