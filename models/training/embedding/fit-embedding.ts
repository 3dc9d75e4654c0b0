/**
 * Fits an embedding in closed form. What is alike is what the teachers hear alike, and what the network itself
 * takes for the same genre: ridge regression from the last layer's inputs to the teachers' embeddings, its
 * predictions beside the network's genre logits, and of both together the principal components, the stronger of
 * them weakened so that a few (loud or soft, dense or sparse) don't outweigh all others.
 */
import { outputCount } from '../../manifest.js';
import type { Bundle } from '../../model-folder.js';
import type { Teacher, TeacherOutput, TeacherTrack } from '../data/teacher.js';
import { crossMoments, eigen, multiply, solve } from './matrices.js';

export const EMBEDDING_SIZE = 128;
/** Ridge penalty on standardised inputs, for a mean over the tracks. */
const PENALTY = 0.3;
/** Weight of the genre logits, against teachers' answers of weight 1. */
const GENRE_WEIGHT = 0.5;
/** A component of variance v is divided by v to this power: 0 leaves all as they are, 0.5 makes all alike. */
const WHITENING = 0.25;
const LEAST_DEVIATION = 1e-3;

/**
 * @param inputs [teacher's tracks × width], means of the last layer's inputs
 * @param others [tracks × width], of further music that mean and deviation are also taken from
 * @returns kernel [width × size], then bias [size]
 */
export function fitEmbedding(bundle: Bundle, teacher: Teacher, inputs: Float32Array, others: Float32Array, width: number): { readonly size: number; readonly values: Float32Array } {
  const { mean, deviation } = moments([inputs, others], width);
  const z = Float64Array.from(inputs, (value, index) => (value - mean[index % width]!) / deviation[index % width]!);
  const targets = alongside(teachersOf(teacher).map((output) => centred(trackMeans(output, teacher.tracks), output.size)), z.length / width);
  const gram = crossMoments(z, width, z, width);
  for (let index = 0; index < width; index++) gram[index * width + index]! += PENALTY;
  const answers = crossMoments(z, width, targets.values, targets.width);
  solve(gram, answers, width);

  const genres = genreKernels(bundle, width, deviation);
  const parts = [scaled(z, answers, width, 1), ...genres.map((kernel) => scaled(z, kernel, width, GENRE_WEIGHT / Math.sqrt(genres.length)))];
  const both = alongside(parts, width);
  const predicted = multiply(z, both.values, width);
  const { values: variances, vectors } = eigen(crossMoments(predicted, both.width, predicted, both.width), both.width);
  const size = Math.min(EMBEDDING_SIZE, both.width);
  const components = new Float64Array(both.width * size);
  for (let component = 0; component < size; component++) {
    const factor = Math.max(variances[component]!, 1e-9) ** -WHITENING;
    for (let row = 0; row < both.width; row++) components[row * size + component] = factor * vectors[component * both.width + row]!;
  }
  const kernel = multiply(both.values, components, both.width);
  const fitted = new Float32Array((width + 1) * size);
  for (let row = 0; row < width; row++) {
    for (let value = 0; value < size; value++) {
      const weight = kernel[row * size + value]! / deviation[row]!;
      fitted[row * size + value] = weight;
      fitted[width * size + value]! -= weight * mean[row]!;
    }
  }
  return { size, values: fitted };
}

interface Columns {
  readonly values: Float64Array;
  readonly width: number;
}

/** The teachers' embeddings; their tags where there are none. */
function teachersOf({ outputs }: Teacher): readonly TeacherOutput[] {
  const embeddings = outputs.filter(({ kind }) => kind === 'embedding');
  return embeddings.length > 0 ? embeddings : outputs;
}

/** [tracks × size] */
function trackMeans({ values, size }: TeacherOutput, tracks: readonly TeacherTrack[]): Float64Array {
  const out = new Float64Array(tracks.length * size);
  tracks.forEach(({ firstWindow, windows }, track) => {
    for (let at = firstWindow * size; at < (firstWindow + windows) * size; at++) out[track * size + (at % size)]! += values[at]! / windows;
  });
  return out;
}

/** Columns with mean 0, all together with a mean square of 1. */
function centred(values: Float64Array, width: number): Columns {
  const { mean } = moments([values], width);
  const own = values.map((value, index) => value - mean[index % width]!);
  const scale = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length);
  return { values: own.map((value) => value / Math.max(scale, 1e-9)), width };
}

/** A kernel whose answers to `z` have this length on average. */
function scaled(z: Float64Array, kernel: Float64Array, width: number, length: number): Columns {
  const answers = multiply(z, kernel, width);
  const mean = Math.sqrt(answers.reduce((sum, value) => sum + value * value, 0) / (z.length / width));
  return { values: kernel.map((value) => (length * value) / Math.max(mean, 1e-9)), width: kernel.length / width };
}

/** The genre logits as a function of standardised inputs, [width × labels]; of each expert where there are two. */
function genreKernels({ manifest, weights }: Bundle, width: number, deviation: Float64Array): Float64Array[] {
  const [outputs, labels] = [outputCount(manifest), manifest.labels.length];
  const start = weights.length - (width + 1) * outputs;
  const firsts = manifest.mixture ? [0, outputs - labels - 1] : [0];
  return firsts.map((first) => Float64Array.from({ length: width * labels }, (_, index) => {
    const row = Math.floor(index / labels);
    return weights[start + row * outputs + first + (index % labels)]! * deviation[row]!;
  }));
}

function alongside(parts: readonly Columns[], rows: number): Columns {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const values = new Float64Array(rows * width);
  let column = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++) values.set(part.values.subarray(row * part.width, (row + 1) * part.width), row * width + column);
    column += part.width;
  }
  return { values, width };
}

function moments(parts: ReadonlyArray<Float32Array | Float64Array>, width: number): { readonly mean: Float64Array; readonly deviation: Float64Array } {
  const rows = parts.reduce((sum, part) => sum + part.length, 0) / width;
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  for (const part of parts) part.forEach((value, index) => { mean[index % width]! += value / rows; });
  for (const part of parts) part.forEach((value, index) => { squares[index % width]! += (value - mean[index % width]!) ** 2 / rows; });
  return { mean, deviation: squares.map((square) => Math.sqrt(square) + LEAST_DEVIATION) };
}
