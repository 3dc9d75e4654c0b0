/**
 * The map of a library: where each track lies on a plane, so that tracks that are alike are near each other. Some
 * tracks, the landmarks, are laid out by t-SNE; every other lies at the weighted mean of the landmarks most like it
 * (as Poličar, Stražar and Zupan place new points in "Embedding to reference t-SNE space addresses batch effects",
 * 2019), which a new track can do, too.
 */
import { setImmediate } from 'node:timers/promises';
import type { Catalogue, EmbeddedRow, Place } from '../catalogue.js';
import { bestFirst, Matrix } from '../alike/search.js';
import { ITERATIONS, tsne } from './tsne.js';

/** t-SNE compares all pairs: more cost four times as much for each doubling. */
const MAX_LANDMARKS = 1500;
/** Landmarks that a track lies between. */
const NEAREST = 10;
/** Share of the tracks that may be new or gone before all are laid out again. */
const MAX_CHANGED = 0.1;
/** Tracks placed between two turns of the event loop. */
const AT_ONCE = 200;
/** Progress of the layout, the rest is of the placing. */
const LAYOUT_SHARE = 0.8;

export interface MapOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Brings the map up to date: places new tracks, or lays out all of them when it was made for another model, or
 * when much has changed.
 * @returns the number of tracks that got a place
 * @throws the signal's reason; the map is then as before
 */
export async function updateMap(catalogue: Catalogue, options: MapOptions = {}): Promise<number> {
  const rows: EmbeddedRow[] = [];
  for (const page of catalogue.embedded()) rows.push(...page);
  const size = rows[0]?.embedding.length ?? 0;
  const tracks = rows.filter(({ embedding }) => embedding.length === size);
  const { places, tracksThen } = catalogue.map();
  const missing = tracks.filter(({ id }) => !places.has(id));
  const landmarks = tracks.filter(({ id }) => places.get(id)?.isLandmark === true);
  const changed = missing.length + Math.max(0, tracksThen - (tracks.length - missing.length));
  if (landmarks.length === 0 || changed > MAX_CHANGED * tracksThen) {
    if (tracks.length === 0) return 0;
    const laidOut = await layOut(tracks, options);
    catalogue.writeMap(laidOut, 'all', Date.now());
    return laidOut.length;
  }
  if (missing.length === 0) return 0;
  const known = Float64Array.from(landmarks.flatMap(({ id }) => [places.get(id)!.x, places.get(id)!.y]));
  catalogue.writeMap(await placeAmong(missing, landmarks, known, options), 'new', Date.now());
  return missing.length;
}

/** Places of all tracks, -1 to 1. */
export async function layOut(tracks: readonly EmbeddedRow[], { signal, onProgress }: MapOptions = {}): Promise<Place[]> {
  // Evenly over the order by path, so that every folder is there.
  const every = Math.max(1, tracks.length / MAX_LANDMARKS);
  const isLandmark = new Set(Array.from({ length: Math.min(tracks.length, MAX_LANDMARKS) }, (_, index) => Math.floor(index * every)));
  const landmarks = tracks.filter((_, index) => isLandmark.has(index));
  const others = tracks.filter((_, index) => !isLandmark.has(index));
  const places = await tsne(matrixOf(landmarks), landmarks[0]!.embedding.length, { signal, onIteration: (done) => onProgress?.(LAYOUT_SHARE * done / ITERATIONS) });
  const most = places.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const scaled = places.map((value) => value / most);
  const own = landmarks.map(({ id }, index): Place => ({ id, x: scaled[2 * index]!, y: scaled[2 * index + 1]!, isLandmark: true }));
  return [...own, ...await placeAmong(others, landmarks, scaled, { signal, onProgress: (share) => onProgress?.(LAYOUT_SHARE + (1 - LAYOUT_SHARE) * share) })];
}

/** @param places of the landmarks, [landmarks × 2] */
async function placeAmong(tracks: readonly EmbeddedRow[], landmarks: readonly EmbeddedRow[], places: Float64Array, { signal, onProgress }: MapOptions): Promise<Place[]> {
  const matrix = new Matrix(matrixOf(landmarks), landmarks[0]!.embedding.length);
  const cosines = new Float32Array(landmarks.length);
  const placed: Place[] = [];
  for (const { id, embedding } of tracks) {
    matrix.cosines(embedding, cosines);
    const nearest = firstOf(bestFirst(cosines), NEAREST);
    const best = cosines[nearest[0]!]!;
    // As wide as the mean distance to them.
    const width = nearest.reduce((sum, row) => sum + best - cosines[row]!, 0) / nearest.length || 1;
    let [weights, x, y] = [0, 0, 0];
    for (const row of nearest) {
      const weight = Math.exp((cosines[row]! - best) / width);
      weights += weight;
      x += weight * places[2 * row]!;
      y += weight * places[2 * row + 1]!;
    }
    placed.push({ id, x: x / weights, y: y / weights, isLandmark: false });
    if (placed.length % AT_ONCE === 0) {
      onProgress?.(placed.length / tracks.length);
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  onProgress?.(1);
  return placed;
}

function firstOf<Value>(values: Generator<Value>, count: number): Value[] {
  const first: Value[] = [];
  for (const value of values) if (first.push(value) >= count) break;
  return first;
}

function matrixOf(rows: readonly EmbeddedRow[]): Float32Array {
  const size = rows[0]!.embedding.length;
  const values = new Float32Array(rows.length * size);
  rows.forEach(({ embedding }, row) => values.set(embedding, row * size));
  return values;
}
