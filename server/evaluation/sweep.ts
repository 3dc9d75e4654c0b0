/**
 * Measures the trade-off of the smoothing settings between stability and delay. The network runs once;
 * the live pipe's smoother is then replayed over the stored block scores for each setting.
 * Only the product of margin and holdMs matters (the lead is summed, see server/pipe/smoothing.ts), so
 * the default grid keeps the model's holdMs.
 */
import { blockMs, type Manifest, type SmoothingSettings } from '../../models/manifest.js';
import { Smoother } from '../pipe/smoothing.js';
import { accuracyAfter, steadinessOf } from './figures.js';
import { blockResult, type PipelineContext, type BlockResult, type TrackResult, type ScoredBlock } from './classify-tracks.js';
import type { MedleyResult } from './medley.js';
import { medleyFiguresOf } from './medley-figures.js';

export type Setting = Pick<SmoothingSettings, 'timeConstantMs' | 'margin' | 'holdMs'>;

/** One setting and its figures; can be plotted as `flipsPerMinute` against a delay, with the Pareto set as a line. */
export interface SweepPoint extends Setting {
  /** On tracks without genre changes. */
  readonly flipsPerMinute: number;
  readonly medianTimeToCorrectMs: number | null;
  readonly accuracyAfter5s: number;
  /**
   * Median over changes to tracks that are classified correctly on their own; changes never shown count
   * as infinite. Null if the median is infinite or there are no medleys.
   */
  readonly medianMedleyDelayMs: number | null;
  /** Share of those changes that are never shown; null without medleys. */
  readonly neverShown: number | null;
  readonly ece: number;
  /** Pareto-optimal in flips, delay and accuracy after 5 s. */
  readonly isPareto: boolean;
  /** The model's own setting. */
  readonly isModels: boolean;
}

export interface Sweep {
  readonly tracks: number;
  readonly medleys: number;
  /** The delay used for the Pareto set. */
  readonly delay: 'medianMedleyDelayMs' | 'medianTimeToCorrectMs';
  readonly points: readonly SweepPoint[];
}

export interface Grid {
  readonly timeConstantMs: readonly number[];
  readonly margin: readonly number[];
  readonly holdMs: readonly number[];
}

const TIME_CONSTANTS_MS = [0, 250, 500, 1000, 2000, 4000];
const MARGINS = [0, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6];
const LOG_MARGINS = [0, 0.25, 0.5, 1, 1.5, 2, 3, 5];

export function usualGrid({ smoothing }: Pick<Manifest, 'smoothing'>): Grid {
  return { timeConstantMs: TIME_CONSTANTS_MS, margin: smoothing.lead === 'log-ratio' ? LOG_MARGINS : MARGINS, holdMs: [smoothing.holdMs > 0 ? smoothing.holdMs : 2000] };
}

export function sweep(
  tracks: readonly TrackResult[],
  medleys: readonly MedleyResult[],
  isRightAlone: (trackId: string) => boolean,
  { model, settings }: Pick<PipelineContext, 'model' | 'settings'>,
  grid = usualGrid(model),
): Sweep {
  const smoothed = (blocks: readonly ScoredBlock[], setting: Setting): BlockResult[] => replay(blocks, { ...model, smoothing: { ...model.smoothing, ...setting } }, settings);
  const measured = settingsOf(grid, model.smoothing).map((setting) => {
    const results = tracks.map(({ truth, blocks }) => ({ truth, blocks: smoothed(blocks, setting) }));
    const { medianTimeToCorrectMs, flipsPerMinute, ece } = steadinessOf(results);
    const { rightAlone } = medleyFiguresOf(medleys.map(({ parts, blocks }) => ({ parts, blocks: smoothed(blocks, setting) })), isRightAlone, 0);
    return {
      ...setting,
      flipsPerMinute,
      medianTimeToCorrectMs,
      accuracyAfter5s: accuracyAfter(results, 5000),
      medianMedleyDelayMs: rightAlone.medianMs,
      neverShown: medleys.length > 0 ? rightAlone.neverShown : null,
      ece,
      isModels: isSame(setting, model.smoothing),
    };
  });
  const delay = medleys.length > 0 ? 'medianMedleyDelayMs' : 'medianTimeToCorrectMs';
  // All three are costs: lower is better.
  const costs = measured.map((point) => [point.flipsPerMinute, point[delay] ?? Infinity, -point.accuracyAfter5s]);
  const pareto = paretoSet(costs);
  return {
    tracks: tracks.length,
    medleys: medleys.length,
    delay,
    points: measured.map(({ isModels, ...point }, index) => ({ ...point, isPareto: pareto[index]!, isModels })),
  };
}

/** Replays the smoother with these settings over stored blocks. */
export function replay(blocks: readonly ScoredBlock[], model: Manifest, settings: PipelineContext['settings']): BlockResult[] {
  const smoother = new Smoother(model.smoothing, model.labels, blockMs(model), settings);
  return blocks.map((block) => blockResult(block, smoother.push(block.probabilities, block, block.kinds, block.outside)));
}

/** Which points are not dominated: no other point is at least as low in all costs and lower in one. */
export function paretoSet(costs: ReadonlyArray<readonly number[]>): boolean[] {
  return costs.map((cost) => !costs.some((other) => other.every((value, index) => value <= cost[index]!) && other.some((value, index) => value < cost[index]!)));
}

function settingsOf({ timeConstantMs, margin, holdMs }: Grid, models: Setting): Setting[] {
  const all = timeConstantMs.flatMap((constant) => margin.flatMap((lead) => holdMs.map((hold) => ({ timeConstantMs: constant, margin: lead, holdMs: hold }))));
  return all.some((setting) => isSame(setting, models)) ? all : [...all, { timeConstantMs: models.timeConstantMs, margin: models.margin, holdMs: models.holdMs }];
}

function isSame(a: Setting, b: Setting): boolean {
  return a.timeConstantMs === b.timeConstantMs && a.margin === b.margin && a.holdMs === b.holdMs;
}
