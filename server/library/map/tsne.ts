/**
 * Exact t-SNE of some hundred to two thousand points (van der Maaten and Hinton, 2008): near points stay near on the
 * plane. It begins with the first two principal components, so that the same points give the same picture and its
 * coarse shape is theirs (Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019).
 */
import { setImmediate } from 'node:timers/promises';

const PERPLEXITY = 30;
const EARLY_ITERATIONS = 250;
export const ITERATIONS = 750;
const EXAGGERATION = 12;
const MIN_GAIN = 0.01;
/** Fewer points keep their principal components. */
const MIN_POINTS = 10;

export interface TsneOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each iteration with the number of those that are done. */
  readonly onIteration?: (done: number) => void;
}

/**
 * @param vectors [points × size], of length 1
 * @returns [points × 2], around 0
 * @throws the signal's reason
 */
export async function tsne(vectors: Float32Array, size: number, { signal, onIteration }: TsneOptions = {}): Promise<Float64Array> {
  const points = vectors.length / size;
  const places = principalComponents(vectors, size);
  if (points < MIN_POINTS) return places;
  scaleTo(places, 1e-4);
  const affinities = jointProbabilities(vectors, size, Math.min(PERPLEXITY, (points - 1) / 3));
  const rate = Math.max(50, points / EXAGGERATION / 4);
  const [gradient, step, gains] = [new Float64Array(2 * points), new Float64Array(2 * points), new Float64Array(2 * points).fill(1)];
  const kernel = new Float32Array(points * points);
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const isEarly = iteration < EARLY_ITERATIONS;
    gradientOf(places, affinities, isEarly ? EXAGGERATION : 1, kernel, gradient);
    for (let at = 0; at < gradient.length; at += 1) {
      gains[at] = Math.max(MIN_GAIN, Math.sign(gradient[at]!) === Math.sign(step[at]!) ? gains[at]! * 0.8 : gains[at]! + 0.2);
      step[at] = (isEarly ? 0.5 : 0.8) * step[at]! - rate * gains[at]! * gradient[at]!;
      places[at] = places[at]! + step[at]!;
    }
    centre(places);
    onIteration?.(iteration + 1);
    await setImmediate();
    signal?.throwIfAborted();
  }
  return places;
}

/** @param kernel scratch, [points × points] */
function gradientOf(places: Float64Array, affinities: Float32Array, exaggeration: number, kernel: Float32Array, gradient: Float64Array): void {
  const points = places.length / 2;
  let sum = 0;
  for (let i = 0; i < points; i += 1) {
    const [x, y] = [places[2 * i]!, places[2 * i + 1]!];
    for (let j = 0; j < i; j += 1) {
      const [dx, dy] = [x - places[2 * j]!, y - places[2 * j + 1]!];
      const value = 1 / (1 + dx * dx + dy * dy);
      kernel[i * points + j] = value;
      sum += 2 * value;
    }
  }
  gradient.fill(0);
  for (let i = 0; i < points; i += 1) {
    const [x, y] = [places[2 * i]!, places[2 * i + 1]!];
    let [gx, gy] = [0, 0];
    for (let j = 0; j < i; j += 1) {
      const value = kernel[i * points + j]!;
      const force = 4 * (exaggeration * affinities[i * points + j]! - value / sum) * value;
      const [fx, fy] = [force * (x - places[2 * j]!), force * (y - places[2 * j + 1]!)];
      gx += fx;
      gy += fy;
      gradient[2 * j] = gradient[2 * j]! - fx;
      gradient[2 * j + 1] = gradient[2 * j + 1]! - fy;
    }
    gradient[2 * i] = gradient[2 * i]! + gx;
    gradient[2 * i + 1] = gradient[2 * i + 1]! + gy;
  }
}

/** Symmetric affinities, [points × points], of which the lower half is filled; their sum over both halves is 1. */
function jointProbabilities(vectors: Float32Array, size: number, perplexity: number): Float32Array {
  const points = vectors.length / size;
  const conditional = new Float32Array(points * points);
  const squares = new Float64Array(points);
  for (let i = 0; i < points; i += 1) {
    for (let j = 0; j < points; j += 1) squares[j] = squaredDistance(vectors, size, i, j);
    conditional.set(neighbours(squares, i, Math.log(perplexity)), i * points);
  }
  const joint = new Float32Array(points * points);
  for (let i = 0; i < points; i += 1) for (let j = 0; j < i; j += 1) joint[i * points + j] = (conditional[i * points + j]! + conditional[j * points + i]!) / (2 * points);
  return joint;
}

/** Of a Gaussian around point `own`, as wide as the entropy wants it; found by bisection. */
function neighbours(squares: Float64Array, own: number, entropy: number): Float64Array {
  const nearest = squares.reduce((least, square, j) => (j === own ? least : Math.min(least, square)), Infinity);
  const p = new Float64Array(squares.length);
  let [beta, low, high] = [1, 0, Infinity];
  for (let round = 0; round < 60; round += 1) {
    let [sum, weighted] = [0, 0];
    for (let j = 0; j < squares.length; j += 1) {
      p[j] = j === own ? 0 : Math.exp(-beta * (squares[j]! - nearest));
      sum += p[j]!;
      weighted += p[j]! * (squares[j]! - nearest);
    }
    for (let j = 0; j < p.length; j += 1) p[j] = p[j]! / sum;
    const excess = Math.log(sum) + beta * weighted / sum - entropy;
    if (Math.abs(excess) < 1e-5) break;
    if (excess > 0) [low, beta] = [beta, high === Infinity ? 2 * beta : (beta + high) / 2];
    else [high, beta] = [beta, (low + beta) / 2];
  }
  return p;
}

function squaredDistance(vectors: Float32Array, size: number, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < size; at += 1) sum += (vectors[a * size + at]! - vectors[b * size + at]!) ** 2;
  return sum;
}

/** The first two principal components, [points × 2], by power iteration. */
function principalComponents(vectors: Float32Array, size: number): Float64Array {
  const points = vectors.length / size;
  const rows = Float64Array.from(vectors);
  for (let at = 0; at < size; at += 1) {
    let mean = 0;
    for (let i = 0; i < points; i += 1) mean += rows[i * size + at]! / points;
    for (let i = 0; i < points; i += 1) rows[i * size + at] = rows[i * size + at]! - mean;
  }
  const places = new Float64Array(2 * points);
  for (const axis of [0, 1]) {
    let direction = Float64Array.from({ length: size }, (_, at) => Math.cos(at + axis));
    const scores = new Float64Array(points);
    for (let round = 0; round < 50; round += 1) {
      const next = new Float64Array(size);
      for (let i = 0; i < points; i += 1) {
        let score = 0;
        for (let at = 0; at < size; at += 1) score += rows[i * size + at]! * direction[at]!;
        scores[i] = score;
        for (let at = 0; at < size; at += 1) next[at] = next[at]! + score * rows[i * size + at]!;
      }
      const length = Math.hypot(...next);
      if (length < 1e-12) break;
      direction = next.map((value) => value / length);
    }
    for (let i = 0; i < points; i += 1) {
      places[2 * i + axis] = scores[i]!;
      for (let at = 0; at < size; at += 1) rows[i * size + at] = rows[i * size + at]! - scores[i]! * direction[at]!;
    }
  }
  return places;
}

/** Gives the first coordinate this standard deviation. */
function scaleTo(places: Float64Array, deviation: number): void {
  let sum = 0;
  for (let at = 0; at < places.length; at += 2) sum += places[at]! ** 2;
  const now = Math.sqrt(sum / (places.length / 2)) || 1;
  for (let at = 0; at < places.length; at += 1) places[at] = places[at]! * deviation / now;
}

function centre(places: Float64Array): void {
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let at = axis; at < places.length; at += 2) mean += places[at]! / (places.length / 2);
    for (let at = axis; at < places.length; at += 2) places[at] = places[at]! - mean;
  }
}
