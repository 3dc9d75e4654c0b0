/**
 * Calibration, fitted on tracks that the weights were not trained on.
 * Logit shifts: one per label (the bias of bias-corrected temperature scaling: Alexandari, Kundaje and
 * Shrikumar 2020). Labels whose artists have little in common are predicted too rarely for unseen
 * artists, by about the same amount for any artist.
 * Temperature (Guo et al. 2017): logits are divided by it so that confidence matches accuracy. It is
 * fitted to the reported value, the running mean of the probabilities, because a mean over blocks that
 * disagree is less confident than each block.
 */
import { argmax, expectedCalibrationError } from '../../metrics.js';
import { softmax } from '../../step/probabilities.js';
import { consecutiveFolds } from '../data/protocols.js';
import { meanScores, type TrackScores } from '../track-scores.js';

export const FOLDS = 5;
/** Prior standard deviation of shifts: with few tracks they stay near 0. */
const SHIFT_DEVIATION = 0.5;
/** Prior standard deviation of the entries of the mixing matrix. */
const MIX_DEVIATION = 0.1;
/** Gradient descent steps; enough for four digits. */
const STEPS = { shifts: 300, mix: 2000 };

/** Scores of whole tracks, and of their 4 s excerpts scored from a zero state. */
export interface Scores {
  readonly tracks: readonly TrackScores[];
  readonly excerpts: readonly TrackScores[];
}

/** `of`: index of the excerpt's track. */
export interface Scored extends Scores {
  readonly excerpts: ReadonlyArray<TrackScores & { readonly of: number }>;
}

/** Cross-fitted scores, in the input order: each is shifted by values fitted on other tracks. */
export interface CrossFitted extends Scored {
  /** Expected calibration error of the reported confidence; the temperature is cross-fitted, too. */
  readonly ece: number;
  /** The same of some tracks only. */
  eceOf(isCounted: (track: number) => boolean): number;
}

/** Linear transform of logits: z becomes z + z · mix + shifts. */
export interface LogitTransform {
  /** [labels]; added to each label's logit. */
  readonly shifts: Float64Array;
  /** [labels × labels], row: source label, column: target label; default: no mixing. */
  readonly mix?: Float64Array;
}

/**
 * Maximum a posteriori logit shifts, given the mean log scores of each excerpt and a normal prior. Of two
 * experts the first is shifted.
 * @returns [labels]
 */
export function fitShifts({ tracks, excerpts }: Scores, labels: number): Float64Array {
  const changes = { shifts: new Float64Array(labels) };
  descend(changes, excerpts, tracks.length, STEPS.shifts);
  return changes.shifts;
}

/**
 * Maximum a posteriori mixing matrix and shifts, given excerpts of tracks that the logits were not
 * trained on and a normal prior ("Stacked generalization", Wolpert 1992). A logit that generalises
 * poorly to unseen artists gets less weight, and the other logits more.
 * @param excerpts scores are logits with mean 0
 * @param tracks number of tracks the excerpts are from
 */
export function fitMix(excerpts: readonly TrackScores[], labels: number, tracks: number): Required<LogitTransform> {
  const changes = { shifts: new Float64Array(labels), mix: new Float64Array(labels ** 2) };
  descend(changes, excerpts, tracks, STEPS.mix);
  return changes;
}

/** Gradient descent in place, from the identity; the loss is convex. */
function descend({ shifts, mix }: LogitTransform, excerpts: readonly TrackScores[], tracks: number, steps: number): void {
  const labels = shifts.length;
  const means = excerpts.filter(({ logScores }) => logScores.length > 0).map(({ truth, logScores, first }) => ({
    truth,
    scores: Float32Array.from(meanScores(logScores, labels)),
    share: first === undefined ? 1 : first.reduce((sum, one) => sum + one, 0) / first.length,
  }));
  if (means.length === 0) return;
  const temperature = fitTemperature(means.map(({ truth, scores }) => ({ truth, logScores: scores })), labels);
  const prior = 1 / (SHIFT_DEVIATION ** 2 * tracks);
  const mixPrior = 1 / (MIX_DEVIATION ** 2 * tracks);
  // Upper bound of the curvature, so the step size is safe.
  const squares = mix ? means.reduce((sum, { scores }) => sum + scores.reduce((own, score) => own + score ** 2, 0), 0) / means.length : 0;
  const rate = 1 / ((1 + squares) / (2 * temperature ** 2) + Math.max(prior, mix ? mixPrior : 0));
  for (let step = 0; step < steps; step++) {
    const slopes = shifts.map((shift) => prior * shift);
    const mixSlopes = mix?.map((value) => mixPrior * value);
    for (const { truth, scores, share } of means) {
      const p = probabilities(scores, 0, { shifts, ...(mix && { mix }) }, share, temperature);
      for (let label = 0; label < labels; label++) {
        const slope = (p[label]! - (label === truth ? 1 : 0)) / (temperature * means.length);
        slopes[label]! += share * slope;
        if (mixSlopes) for (let from = 0; from < labels; from++) mixSlopes[from * labels + label]! += slope * scores[from]!;
      }
    }
    slopes.forEach((slope, at) => { shifts[at]! -= rate * slope; });
    mixSlopes?.forEach((slope, at) => { mix![at]! -= rate * slope; });
  }
}

/** The scores after the logit shifts, normalised again. @param shifts [labels] */
export function shifted<T extends TrackScores>(scores: readonly T[], shifts: Float64Array): T[] {
  return scores.map((each) => {
    const logScores = new Float32Array(each.logScores.length);
    for (let at = 0; at < logScores.length; at += shifts.length) {
      const share = each.first?.[at / shifts.length] ?? 1;
      logScores.set(probabilities(each.logScores, at, { shifts }, share).map((p) => Math.log(Math.max(p, Number.MIN_VALUE))), at);
    }
    return { ...each, logScores };
  });
}

/**
 * Transformed probabilities of the block whose scores start at `at`, [labels].
 * @param share of the expert that is shifted, 0 to 1
 */
function probabilities(scores: Float32Array, at: number, { shifts, mix }: LogitTransform, share: number, temperature = 1): Float64Array {
  const labels = shifts.length;
  const p = new Float64Array(labels);
  for (let label = 0; label < labels; label++) {
    let logit = scores[at + label]! + share * shifts[label]!;
    if (mix) for (let from = 0; from < labels; from++) logit += scores[at + from]! * mix[from * labels + label]!;
    p[label] = logit;
  }
  softmax(p, 0, labels, temperature);
  return p;
}

/**
 * Minimises the negative log likelihood of the reported probabilities over all blocks by golden-section
 * search.
 * @param gain of the reported running mean (`smoothingGain`); 1 for no smoothing
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
 * Cross-fitting over five folds: each fold is scored with shifts and a temperature that were fitted on
 * the other four.
 * @param scored scores without shifts, as the network returns them
 * @param folds of the tracks, 0 to 4; default: consecutive ones of each label
 * @param shiftedBy number of tracks, the first ones, that shifts are fitted on
 */
export function crossFitted({ tracks, excerpts }: Scored, labels: number, gain = 1, folds: readonly number[] = consecutiveFolds(tracks.map(({ truth }) => truth), FOLDS), shiftedBy = tracks.length): CrossFitted {
  const blocks: Array<{ readonly track: number; readonly confidence: number; readonly isRight: boolean }> = [];
  const judged: { tracks: TrackScores[]; excerpts: Scored['excerpts'][number][] } = { tracks: [...tracks], excerpts: [...excerpts] };
  for (let fold = 0; fold < FOLDS; fold++) {
    const isOut = (of: number): boolean => folds[of] === fold;
    const others = { tracks: tracks.filter((_, index) => !isOut(index)) };
    const shifts = fitShifts({ tracks: tracks.filter((_, index) => index < shiftedBy && !isOut(index)), excerpts: excerpts.filter(({ of }) => of < shiftedBy && !isOut(of)) }, labels);
    const temperature = fitTemperature(shifted(others.tracks, shifts), labels, gain);
    excerpts.forEach((excerpt, index) => {
      if (isOut(excerpt.of)) [judged.excerpts[index]] = shifted([excerpt], shifts) as [typeof excerpt];
    });
    tracks.forEach((track, index) => {
      if (!isOut(index)) return;
      const [own] = shifted([track], shifts) as [TrackScores];
      judged.tracks[index] = own;
      eachReported(own.logScores, labels, temperature, gain, (means) => {
        const best = argmax(means);
        blocks.push({ track: index, confidence: means[best]!, isRight: best === track.truth });
      });
    });
  }
  const eceOf = (isCounted: (track: number) => boolean): number => {
    const counted = blocks.filter(({ track }) => isCounted(track));
    return expectedCalibrationError(counted.map(({ confidence }) => confidence), counted.map(({ isRight }) => isRight));
  };
  return { ...judged, ece: eceOf(() => true), eceOf };
}

/**
 * Visits the running mean of softmax(logScores / temperature) after each block; a plain mean at first.
 * The array is reused between calls.
 */
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
