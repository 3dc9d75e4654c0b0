/** Logit shifts, temperature, mixing, and their cross-fitting. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crossFitted, fitMix, fitShifts, fitTemperature, shifted, type Scored } from '../../../../models/training/head/calibrate.js';
import { trackAccuracy, type TrackScores } from '../../../../models/training/track-scores.js';

const logs = (...probabilities: readonly number[]): Float32Array => Float32Array.from(probabilities, Math.log);

/** Each track is its own excerpt. */
function scored(tracks: readonly TrackScores[]): Scored {
  return { tracks, excerpts: tracks.map((track, of) => ({ ...track, of })) };
}

/** Two labels; the second is misclassified as the first unless it is clear. */
function underpredicted(count: number): TrackScores[] {
  return Array.from({ length: count }, (_, index) => {
    const [truth, clear] = [index % 2, Math.floor(index / 2) % 3 === 0];
    return { truth, logScores: truth === 0 ? logs(0.85, 0.15) : clear ? logs(0.3, 0.7) : logs(0.6, 0.4) };
  });
}

test('cross-fitting evaluates a temperature on tracks it was not fitted on', () => {
  // Confidence 0.75 and three of four correct: well calibrated. Then the neighbours in one fold are all wrong.
  const scores = Array.from({ length: 40 }, (_, index) => ({ truth: index % 4 === 3 ? 1 : 0, logScores: logs(0.75, 0.25) }));
  assert.ok(Math.abs(fitTemperature(scores, 2) - 1) < 0.01);
  const honest = crossFitted(scored(scores), 2).ece;
  assert.ok(honest < 0.1, `${honest}`);
  const odd = scores.map((score, index) => (index < 6 ? { ...score, logScores: logs(0.25, 0.75) } : score));
  assert.ok(crossFitted(scored(odd), 2).ece > honest);
});

test('collections have calibration errors of their own, which may cancel in all', () => {
  // All blocks say the same, and three of four are right in the first half, one of two in the second.
  const scores = Array.from({ length: 40 }, (_, index) => ({ truth: index < 20 ? Number(index % 4 === 3) : index % 2, logScores: logs(0.75, 0.25) }));
  const judged = crossFitted(scored(scores), 2, 1, scores.map((_, index) => Math.floor(index / 4) % 5));
  assert.ok(judged.ece < 0.05, `${judged.ece}`);
  for (const half of [0, 1]) assert.ok(judged.eceOf((track) => Math.floor(track / 20) === half) > 0.08);
});

test('the temperature is fitted to the running mean: lower if blocks disagree', () => {
  // Each block prefers one of two labels, the true one in three of four: the running mean reaches 0.75 only after sharpening.
  const logScores = Float32Array.from({ length: 80 }, (_, index) => Math.log((Math.floor(index / 2) % 4 === 3) === (index % 2 === 0) ? 0.3 : 0.7));
  const scores = Array.from({ length: 20 }, (_, index) => ({ truth: index % 4 === 3 ? 1 : 0, logScores }));
  const [plain, mean] = [fitTemperature(scores, 2), fitTemperature(scores, 2, 0.05)];
  assert.ok(mean < 0.8 * plain, `${plain}, ${mean}`);
});

test('the logit of a label predicted too rarely is raised, also in cross-fitting', () => {
  const tracks = underpredicted(120);
  assert.ok(trackAccuracy(tracks, 2) < 0.7);
  const shifts = fitShifts(scored(tracks), 2);
  assert.ok(shifts[1]! - shifts[0]! > 0.4, `${shifts}`);
  assert.is(trackAccuracy(shifted(tracks, shifts), 2), 1);
  const judged = crossFitted(scored(tracks), 2);
  assert.is(trackAccuracy(judged.tracks, 2), 1);
  assert.is(trackAccuracy(judged.excerpts, 2), 1);
  assert.equal(judged.tracks.map(({ truth }) => truth), tracks.map(({ truth }) => truth));
});

test('shifts are small with few tracks and zero without tracks', () => {
  const [few = 0, many = 0] = [12, 240].map((count) => Math.abs(fitShifts(scored(underpredicted(count)), 2)[1]!));
  assert.ok(few < 0.8 * many, `${few}, ${many}`);
  assert.equal([...fitShifts(scored([]), 3)], [0, 0, 0]);
});

test('shifts minimise the penalised loss', () => {
  const tracks = underpredicted(30).map((track, index) => ({ ...track, logScores: track.logScores.map((score) => score * (1 + (index % 5) / 4)) }));
  const temperature = fitTemperature(tracks, 2);
  const loss = (shifts: Float64Array): number => tracks.reduce((sum, { truth, logScores }) => {
    const powers = [...logScores].map((score, label) => Math.exp((score + shifts[label]!) / temperature));
    return sum - Math.log(powers[truth]! / (powers[0]! + powers[1]!));
  }, 0) + shifts.reduce((sum, shift) => sum + (shift / 0.5) ** 2 / 2, 0);
  const best = fitShifts(scored(tracks), 2);
  for (const [label, step] of [[0, 0.02], [0, -0.02], [1, 0.02], [1, -0.02]] as const) {
    const moved = best.slice();
    moved[label]! += step;
    assert.ok(loss(moved) > loss(best), `${label} ${step}`);
  }
});

test('shifted scores are normalised again', () => {
  const [{ logScores } = { logScores: new Float32Array() }] = shifted([{ truth: 0, logScores: logs(0.5, 0.3, 0.2, 0.1, 0.1, 0.8) }], Float64Array.of(0, Math.LN2, 0));
  const expected = [0.5, 0.6, 0.2, 0.1, 0.2, 0.8].map((power, at) => Math.log(power / (at < 3 ? 1.3 : 1.1)));
  logScores.forEach((score, at) => assert.ok(Math.abs(score - expected[at]!) < 1e-5));
});

test('an uninformative logit gets less weight and an informative one more', () => {
  // The third logit is noise; the second is low when the third label is true.
  const excerpts = Array.from({ length: 300 }, (_, index) => {
    const [truth, noise] = [index % 3, ((index * 7919) % 13) / 6 - 1];
    return { truth, logScores: Float32Array.of(truth === 0 ? 1.5 : -0.5, truth === 1 ? 1.5 : truth === 2 ? -1.5 : 0, 2 * noise) };
  });
  const { mix } = fitMix(excerpts, 3, 300);
  assert.ok(mix[8]! < -0.3, `${mix}`);
  assert.ok(mix[5]! < -0.1, `${mix}`);
  const right = (scores: readonly TrackScores[]): number => trackAccuracy(scores, 3);
  const mixed = excerpts.map(({ truth, logScores }) => ({ truth, logScores: logScores.map((score, label) => score + [0, 1, 2].reduce((sum, from) => sum + logScores[from]! * mix[3 * from + label]!, 0)) }));
  assert.ok(right(mixed) > right(excerpts) + 0.1, `${right(mixed)}, ${right(excerpts)}`);
});

test.run();
