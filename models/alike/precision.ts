/**
 * How much alike neighbours are: precision at 10, the share of a track's ten nearest tracks that have its genre, with
 * all tracks of its artist left out (a network that knows the artist again would look good). Beside it what
 * drawing at random gives, and the mean of MFCCs, the usual thing to compare tracks by.
 */
import type { Pack, Track } from '../packs/pack.js';
import type { Bundle } from '../model-folder.js';
import { meanInputs } from './mean-inputs.js';

const NEIGHBOURS = 10;
const COEFFICIENTS = 20;

export interface AlikeFigures {
  readonly split: string;
  /** Tracks that were looked for, and how many of them have an artist in the pack. */
  readonly tracks: number;
  readonly withArtist: number;
  readonly neighbours: number;
  /** 0 to 1: of the embedding, of the mean MFCCs by Euclidean distance, and of tracks at random. */
  readonly embedding: number;
  readonly mfcc: number;
  readonly random: number;
}

interface Named {
  readonly genre?: string | undefined;
  readonly artist?: unknown;
}

/**
 * @param nearness of two tracks by index; larger is nearer
 * @returns mean over the tracks, for the nearest `neighbours`; and the same for tracks at random
 */
export function precisionOf(tracks: readonly Named[], nearness: (a: number, b: number) => number, neighbours = NEIGHBOURS): { readonly nearest: number; readonly random: number } {
  let [nearest, random, judged] = [0, 0, 0];
  tracks.forEach((track, index) => {
    const others = tracks.flatMap(({ genre, artist }, other) => (other === index || (artist !== undefined && artist === track.artist) ? [] : [{ isSame: genre === track.genre, near: nearness(index, other) }]));
    if (others.length < neighbours) return;
    const share = (of: typeof others): number => of.filter(({ isSame }) => isSame).length / of.length;
    random += share(others);
    nearest += share(others.sort((a, b) => b.near - a.near).slice(0, neighbours));
    judged++;
  });
  return { nearest: nearest / Math.max(1, judged), random: random / Math.max(1, judged) };
}

/** @returns undefined for a model without an embedding */
export async function alikeFigures(bundle: Bundle, pack: Pack, tracks: readonly Track[]): Promise<AlikeFigures | undefined> {
  const points = await trackEmbeddings(bundle, pack, tracks);
  if (!points) return undefined;
  const { nearest, random } = precisionOf(tracks, cosineOf(points, bundle.manifest.embedding!.size));
  const { nearest: mfcc } = precisionOf(tracks, nearnessOf(meanMfccs(pack, tracks), COEFFICIENTS));
  return { split: pack.name, tracks: tracks.length, withArtist: tracks.filter(({ artist }) => artist !== undefined).length, neighbours: NEIGHBOURS, embedding: nearest, mfcc, random };
}

/** [tracks × size]: the means over whole tracks, as a library stores them but for their length. */
async function trackEmbeddings(bundle: Bundle, pack: Pack, tracks: readonly Track[]): Promise<Float32Array | undefined> {
  const { embedding, manifest } = bundle;
  if (!embedding || !manifest.embedding) return undefined;
  const { values, width } = await meanInputs(bundle, pack, tracks);
  return project(values, width, embedding, manifest.embedding.size);
}

/** @returns [rows × size] of [rows × width] by a kernel [width × size] and the bias after it */
export function project(values: Float32Array, width: number, embedding: Float32Array, size: number): Float32Array {
  const rows = values.length / width;
  const points = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const point = Float64Array.from(embedding.subarray(width * size));
    for (let input = 0; input < width; input++) {
      const value = values[row * width + input]!;
      for (let out = 0, at = input * size; out < size; out++, at++) point[out]! += value * embedding[at]!;
    }
    points.set(point, row * size);
  }
  return points;
}

export function cosineOf(points: Float32Array, size: number): (a: number, b: number) => number {
  const lengths = Float64Array.from({ length: points.length / size }, (_, row) => Math.sqrt(dot(points, row, row, size)));
  return (a, b) => dot(points, a, b, size) / Math.max(lengths[a]! * lengths[b]!, 1e-12);
}

/** Negative squared Euclidean distance. */
export function nearnessOf(points: Float32Array, size: number): (a: number, b: number) => number {
  return (a, b) => 2 * dot(points, a, b, size) - dot(points, a, a, size) - dot(points, b, b, size);
}

function dot(points: Float32Array, a: number, b: number, size: number): number {
  let sum = 0;
  for (let index = 0; index < size; index++) sum += points[a * size + index]! * points[b * size + index]!;
  return sum;
}

/** Mean over each track of the orthonormal cosine transform of its levels, dB, [tracks × 20]. */
function meanMfccs({ levels, frontEnd: { bands } }: Pack, tracks: readonly Track[]): Float32Array {
  const out = new Float32Array(tracks.length * COEFFICIENTS);
  tracks.forEach(({ start, columns }, index) => {
    const means = new Float64Array(bands);
    for (let at = start * bands; at < (start + columns) * bands; at++) means[at % bands]! += (levels[at]! / 2 - 80) / columns;
    for (let k = 0; k < COEFFICIENTS; k++) {
      let sum = 0;
      for (let band = 0; band < bands; band++) sum += means[band]! * Math.cos((Math.PI * k * (2 * band + 1)) / (2 * bands));
      out[index * COEFFICIENTS + k] = Math.sqrt((k === 0 ? 1 : 2) / bands) * sum;
    }
  });
  return out;
}
