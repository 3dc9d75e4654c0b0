/** One data folder of `evaluate`: classifies all inputs and computes the figures. */
import { basename } from 'node:path';
import { alikeFigures, type AlikeFigures } from '../../models/alike/precision.js';
import type { Bundle } from '../../models/model-folder.js';
import type { Pack, Track } from '../../models/packs/pack.js';
import { crossFittedEce } from './cross-fitting.js';
import { degradedFiguresOf, type DegradedFigures } from './degraded-figures.js';
import type { Degradation } from './degrade.js';
import { figuresOf, verdict, type Figures } from './figures.js';
import { classifyTracks, type Degrade, type PipelineContext } from './classify-tracks.js';
import { medleyFiguresOf, type MedleyFigures } from './medley-figures.js';
import { classifyMedleys, type Part } from './medley.js';
import { NOT_MUSIC_KINDS, notMusicFiguresOf, type NotMusicFigures } from './not-music.js';
import { OUTSIDE, outsideFiguresOf, type OutsideFigures } from './outside.js';
import { sweep, type Sweep } from './sweep.js';

export interface EvaluationPlan {
  readonly pack: Pack;
  readonly tracks: readonly Track[];
  readonly source: 'levels' | 'audio';
  readonly degradations: ReadonlyMap<Degradation, Degrade>;
  /** Empty if no medleys are requested. */
  readonly medleys: ReadonlyArray<readonly Part[]>;
  readonly seed: number;
  readonly sweep: boolean;
  readonly notMusic: { readonly pack: Pack; readonly tracks: readonly Track[] } | undefined;
  /** Music of none of the labels. */
  readonly outside: { readonly pack: Pack; readonly tracks: readonly Track[] } | undefined;
  /** The model, if its embedding is to be measured; from the stored levels. */
  readonly alike?: Bundle | undefined;
}

/** Figures of the clean tracks and of the optional measurements. */
export interface Evaluation extends Figures {
  /** Calibration error with cross-fitted temperature; undefined with fewer than 5 tracks. */
  readonly eceCrossFitted?: number | undefined;
  readonly degraded?: Readonly<Partial<Record<Degradation, DegradedFigures>>>;
  readonly medleys?: MedleyFigures;
  readonly sweep?: Sweep;
  /** A sentence if the model has no sound kinds. */
  readonly notMusic?: NotMusicFigures | string;
  /** A sentence if the model has no output for music of none of its labels. */
  readonly outside?: OutsideFigures | string;
  /** A sentence if the model has no embedding. */
  readonly alike?: AlikeFigures | string;
}

export const NO_EMBEDDING = 'The model has no embedding: npm run train -- --only embedding adds one.';

export const NO_OUTSIDE = 'The model has no output for music of none of its labels: it gives all music one of them.';
export const NO_KINDS = 'The model has no sound kinds: it treats every sound as music.';

/** Number of tracks and medleys to classify, for the progress bar. */
export function itemCount({ tracks, degradations, medleys, notMusic, outside }: EvaluationPlan, { model }: PipelineContext): number {
  return tracks.length * (1 + degradations.size) + medleys.length + (model.kinds && notMusic ? notMusic.tracks.length : 0) + (model.outside && outside ? outside.tracks.length : 0);
}

/** @param onDone called after each track and medley */
export async function evaluate({ pack, tracks, source, degradations, medleys: plans, seed, sweep: withSweep, notMusic, outside, alike }: EvaluationPlan, context: PipelineContext, onDone: () => void): Promise<Evaluation> {
  const { labels, kinds, outside: hasOutside } = context.model;
  const clean = await classifyTracks(pack, tracks, { source, onTrack: onDone }, context);
  const figures = figuresOf(clean, labels, { data: basename(pack.folder), split: pack.name, source });

  const degraded: Partial<Record<Degradation, DegradedFigures>> = {};
  for (const [name, degrade] of degradations) {
    const results = await classifyTracks(pack, tracks, { source, degrade, onTrack: onDone }, context);
    degraded[name] = degradedFiguresOf(results, clean, figures, labels);
  }

  const medleys = await classifyMedleys(pack, plans, source, context, onDone);
  const right = new Set(clean.filter(({ truth, blocks }) => verdict(blocks, labels.length) === truth).map(({ id }) => id));
  const isRightAlone = (trackId: string): boolean => right.has(trackId);

  const others = notMusic && kinds ? await classifyTracks(notMusic.pack, notMusic.tracks, { source, names: NOT_MUSIC_KINDS, onTrack: onDone }, context) : [];
  const unlabelled = outside && hasOutside ? await classifyTracks(outside.pack, outside.tracks.map((track) => ({ ...track, genre: OUTSIDE })), { source, names: [OUTSIDE], onTrack: onDone }, context) : [];
  return {
    ...figures,
    eceCrossFitted: crossFittedEce(clean, context),
    ...(degradations.size > 0 && { degraded }),
    ...(plans.length > 0 && { medleys: medleyFiguresOf(medleys, isRightAlone, seed) }),
    ...(withSweep && { sweep: sweep(clean, medleys, isRightAlone, context) }),
    ...(notMusic && { notMusic: kinds ? notMusicFiguresOf(clean, others, notMusic.pack.name) : NO_KINDS }),
    ...(outside && { outside: hasOutside ? outsideFiguresOf(clean, unlabelled, outside.pack.name) : NO_OUTSIDE }),
    ...(alike && { alike: await alikeFigures(alike, pack, tracks) ?? NO_EMBEDDING }),
  };
}
