/** Which part of a file is explained, and the explanation of it. */
import type { Manifest } from '../../models/manifest.js';
import type { Bundle } from '../../models/model-folder.js';
import type { Classifier } from '../pipe/engine.js';
import type { HeardFile } from './heard-file.js';
import { deletion, topCells, type Deletion } from './deletion.js';
import { occlude, type Occlusion, type OccludeOptions } from './occlusion.js';
import { Probe, type LevelsOfStretch } from './probe.js';

/** Longest part that is explained: it costs the square of its length. */
export const MAX_LOOK_MS = 30_000;

/** Where the network looked in a part of a sound. */
export interface Look {
  readonly fromMs: number;
  readonly toMs: number;
  /** First column of the spectrogram in it. */
  readonly fromColumn: number;
  readonly columns: number;
  readonly genre: string;
  /** Probability of the genre in this part with nothing hidden. */
  readonly p: number;
  readonly logOdds: number;
  readonly occlusion: Occlusion;
  readonly top: readonly number[];
  readonly deletion: Deletion;
}

export interface LookOptions extends OccludeOptions {
  /** Where the part starts; where the genre is clearest unless given. */
  readonly fromMs?: number | undefined;
  /** Label to explain; that of the file, or the best one of the stretch, unless given. */
  readonly genre?: string | undefined;
}

/**
 * Where the network looked for the genre of a file.
 * @returns undefined if there is nothing to explain: no music, or no sound in that part
 * @throws the signal's reason when it aborts
 */
export async function look({ answer, stretches, levels }: HeardFile, { manifest }: Bundle, classifier: Classifier, { fromMs, genre = answer.genre ?? answer.top[0]?.genre, ...options }: LookOptions = {}): Promise<Look | undefined> {
  if (genre === undefined) return undefined;
  const { sampleRate, hop } = manifest.frontEnd;
  const columnMs = (1000 * hop) / sampleRate;
  const start = fromMs ?? clearestAt(stretches.map(({ fromMs: at, top }) => ({ fromMs: at, p: top.find(([label]) => label === genre)?.[1] ?? 0 })), answer.durationMs);
  return lookAt({ levels, fromColumn: Math.floor(start / columnMs), toColumn: Math.floor((start + MAX_LOOK_MS) / columnMs) }, manifest, classifier, { genre, ...options });
}

/**
 * Where the network looked in a stretch.
 * @returns undefined if there is no sound in it
 * @throws the signal's reason when it aborts
 */
export async function lookAt(stretch: LevelsOfStretch, model: Manifest, classifier: Classifier, { genre, ...options }: Omit<LookOptions, 'fromMs'> = {}): Promise<Look | undefined> {
  const { labels, frontEnd } = model;
  const probe = Probe.of(model, classifier, stretch, genre === undefined ? undefined : labels.indexOf(genre));
  if (!probe) return undefined;
  const occlusion = await occlude(probe, frontEnd, options);
  const columnMs = (1000 * frontEnd.hop) / frontEnd.sampleRate;
  return {
    fromMs: probe.fromColumn * columnMs,
    toMs: (probe.fromColumn + probe.columns) * columnMs,
    fromColumn: probe.fromColumn,
    columns: probe.columns,
    genre: labels[probe.label]!,
    p: probe.probabilities[probe.label]!,
    logOdds: probe.logOdds,
    occlusion,
    top: topCells(occlusion),
    deletion: deletion(probe, occlusion),
  };
}

/** Start of the part of `MAX_LOOK_MS` with the highest sum of `p`; 0 for a file that is not longer. */
export function clearestAt(stretches: readonly { readonly fromMs: number; readonly p: number }[], durationMs: number): number {
  const latest = durationMs - MAX_LOOK_MS;
  if (latest <= 0) return 0;
  let [best, highest] = [0, -1];
  for (const { fromMs } of stretches.filter((each) => each.fromMs <= latest)) {
    const sum = stretches.reduce((all, each) => all + (each.fromMs >= fromMs && each.fromMs < fromMs + MAX_LOOK_MS ? each.p : 0), 0);
    if (sum > highest) [best, highest] = [fromMs, sum];
  }
  return best;
}
