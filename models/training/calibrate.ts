/**
 * What is fitted on tracks that the weights never saw. A shift for each label's logit (the bias of
 * bias-corrected temperature scaling: Alexandari, Kundaje and Shrikumar 2020): labels whose artists
 * have little in common are taken too rarely for those of artists that nobody has heard, by about
 * the same whoever they are. Then the temperature (Guo et al. 2017), the one number by which logits
 * are divided so that confidence is honest. It is fitted to what is reported, the running mean of
 * the probabilities, since a mean over blocks that disagree is less sure than each.
 */
import { argmax, expectedCalibrationError } from '../metrics.js';
import { softmax } from '../probabilities.js';
import { meanScores, type TrackScores } from './validate.js';

const FOLDS = 5;
/** Standard deviation of shifts, before any track is seen: with few tracks they stay near 0. */
const SHIFT_DEVIATION = 0.5;
const SHIFT_STEPS = 300;

/** Scores of tracks as wholes, and of their stretches heard alone: `of` is the index of the track. */
export interface Scored {
  readonly tracks: readonly TrackScores[];
  readonly stretches: ReadonlyArray<TrackScores & { readonly of: number }>;
}

/** Scores shifted by what was fitted on other tracks, in the order they came in. */
export interface CrossFitted extends Scored {
  /** Expected calibration error of what is reported, with a temperature that was fitted on other tracks too. */
  readonly ece: number;
}

/**
 * Shifts of the labels' logits, most probable after what was heard of the tracks (the mean log
 * scores of each stretch) and a normal prior. Gradient descent: the loss is convex.
 * @returns [labels]
 */
export function fitShifts({ tracks, stretches }: Scored, labels: number): Float64Array {
  const means = stretches.filter(({ logScores }) => logScores.length > 0).map(({ truth, logScores }): TrackScores => ({ truth, logScores: Float32Array.from(meanScores(logScores, labels)) }));
  const shifts = new Float64Array(labels);
  if (means.length === 0) return shifts;
  const temperature = fitTemperature(means, labels);
  const prior = 1 / (SHIFT_DEVIATION ** 2 * tracks.length);
  // The curvature is nowhere above this.
  const rate = 1 / (0.5 / temperature ** 2 + prior);
  for (let step = 0; step < SHIFT_STEPS; step++) {
    const slope = shifts.map((shift) => prior * shift);
    for (const { truth, logScores } of means) {
      const p = shiftedBy(shifts, logScores, 0, temperature);
      for (let label = 0; label < labels; label++) slope[label]! += (p[label]! - (label === truth ? 1 : 0)) / (temperature * means.length);
    }
    slope.forEach((value, label) => {
      shifts[label]! -= rate * value;
    });
  }
  return shifts;
}

/** The same scores as they are after logits were shifted. @param shifts [labels] */
export function shifted<T extends TrackScores>(scores: readonly T[], shifts: Float64Array): T[] {
  return scores.map((each) => {
    const logScores = new Float32Array(each.logScores.length);
    for (let at = 0; at < logScores.length; at += shifts.length) {
      logScores.set(shiftedBy(shifts, each.logScores, at).map((p) => Math.log(Math.max(p, Number.MIN_VALUE))), at);
    }
    return { ...each, logScores };
  });
}

/** Probabilities of the block that begins at `at`, [labels]. */
function shiftedBy(shifts: Float64Array, logScores: Float32Array, at: number, temperature = 1): Float64Array {
  const p = shifts.map((shift, label) => logScores[at + label]! + shift);
  softmax(p, 0, p.length, temperature);
  return p;
}

/**
 * Minimises the negative log likelihood of what is reported of all blocks by golden-section search.
 * @param gain of the running mean that is reported (`gainOf`); 1 for none
 */
export function fitTemperature(scores: readonly TrackScores[], labels: number, gain = 1): number {
  const loss = (temperature: number): number => {
    let total = 0;
    let count = 0;
    for (const { truth, logScores } of scores) {
      eachReported(logScores, labels, temperature, gain, (means) => {
        total -= Math.log(means[truth]! + Number.MIN_VALUE);
        count++;
      });
    }
    return total / count;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.2), Math.log(5)];
  while (high - low > 1e-3) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (loss(Math.exp(left)) < loss(Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Each fifth of the tracks judged by shifts and a temperature that were fitted on the other four.
 * @param scored as the network left them, without shifts
 */
export function crossFitted({ tracks, stretches }: Scored, labels: number, gain = 1): CrossFitted {
  const folds = consecutiveFolds(tracks.map(({ truth }) => truth), FOLDS);
  const confidences: number[] = [];
  const isRight: boolean[] = [];
  const judged: { tracks: TrackScores[]; stretches: Scored['stretches'][number][] } = { tracks: [...tracks], stretches: [...stretches] };
  for (let fold = 0; fold < FOLDS; fold++) {
    const isOut = (of: number): boolean => folds[of] === fold;
    const others = { tracks: tracks.filter((_, index) => !isOut(index)), stretches: stretches.filter(({ of }) => !isOut(of)) };
    const shifts = fitShifts(others, labels);
    const temperature = fitTemperature(shifted(others.tracks, shifts), labels, gain);
    stretches.forEach((stretch, index) => {
      if (isOut(stretch.of)) [judged.stretches[index]] = shifted([stretch], shifts) as [typeof stretch];
    });
    tracks.forEach((track, index) => {
      if (!isOut(index)) return;
      const [own] = shifted([track], shifts) as [TrackScores];
      judged.tracks[index] = own;
      eachReported(own.logScores, labels, temperature, gain, (means) => {
        const best = argmax(means);
        confidences.push(means[best]!);
        isRight.push(best === track.truth);
      });
    });
  }
  return { ...judged, ece: expectedCalibrationError(confidences, isRight) };
}

/**
 * Folds of which each holds a run of neighbours of every class: in a folder, tracks of one artist
 * mostly follow each other, and what an artist lends to both sides is no evidence.
 * @param classes of the items, in their order
 * @returns fold of each item
 */
export function consecutiveFolds(classes: readonly number[], folds: number): number[] {
  const sizes = new Map<number, number>();
  for (const one of classes) sizes.set(one, (sizes.get(one) ?? 0) + 1);
  const seen = new Map<number, number>();
  return classes.map((one) => {
    const before = seen.get(one) ?? 0;
    seen.set(one, before + 1);
    return Math.floor((before * folds) / sizes.get(one)!);
  });
}

/** The running mean after each block of softmax(logScores / temperature), plain at first; one array, changed by the next block. */
function eachReported(logScores: Float32Array, labels: number, temperature: number, gain: number, visit: (means: Float64Array) => void): void {
  const means = new Float64Array(labels);
  const powers = new Float64Array(labels);
  for (let block = 0; block < logScores.length / labels; block++) {
    let sum = 0;
    for (let label = 0; label < labels; label++) sum += powers[label] = Math.exp(logScores[block * labels + label]! / temperature);
    const share = Math.max(gain, 1 / (block + 1));
    for (let label = 0; label < labels; label++) means[label]! += share * (powers[label]! / sum - means[label]!);
    visit(means);
  }
}
