/**
 * The trade-off behind the smoothing settings: steadiness against quickness. What the network said
 * of each block is kept, and the live pipe's own smoother goes over it once for each setting; the
 * network hears everything only once.
 *
 * Of margin and holdMs only the product counts (the sum of a lead, see server/pipe/smoothing.ts), so the
 * usual grid leaves holdMs where the model has it.
 */
import { blockMs, type Manifest, type SmoothingSettings } from '../../models/manifest.js';
import { Smoother } from '../pipe/smoothing.js';
import { accuracyAfter, steadinessOf } from './figures.js';
import { blockResult, type PipelineContext, type BlockResult, type TrackResult, type ScoredBlock } from './classify-tracks.js';
import type { MedleyResult } from './medley.js';
import { medleyFiguresOf } from './medley-figures.js';

export type Setting = Pick<SmoothingSettings, 'timeConstantMs' | 'margin' | 'holdMs'>;

/** One setting and what it does. Ready to be drawn: `flipsPerMinute` against a delay, the Pareto set as a line. */
export interface SweepPoint extends Setting {
  /** On steady tracks. */
  readonly flipsPerMinute: number;
  readonly medianTimeToCorrectMs: number | null;
  readonly accuracyAfter5s: number;
  /** Over the changes to tracks got right alone, those never shown as infinitely late; null where that is the median, or without medleys. */
  readonly medianMedleyDelayMs: number | null;
  /** Share of the same changes; null without medleys. */
  readonly neverShown: number | null;
  readonly ece: number;
  /** No other setting is as good in flips, delay and accuracy after 5 s, and better in one of them. */
  readonly isPareto: boolean;
  /** The setting that the model has. */
  readonly isModels: boolean;
}

export interface Sweep {
  readonly tracks: number;
  readonly medleys: number;
  /** What the Pareto set takes for delay. */
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

export function usualGrid({ smoothing }: Pick<Manifest, 'smoothing'>): Grid {
  return { timeConstantMs: TIME_CONSTANTS_MS, margin: MARGINS, holdMs: [smoothing.holdMs > 0 ? smoothing.holdMs : 2000] };
}

export function sweep(
  tracks: readonly TrackResult[],
  medleys: readonly MedleyResult[],
  isRightAlone: (trackId: string) => boolean,
  { model, settings }: Pick<PipelineContext, 'model' | 'settings'>,
  grid = usualGrid(model),
): Sweep {
  const hear = (blocks: readonly ScoredBlock[], setting: Setting): BlockResult[] => replay(blocks, { ...model, smoothing: { ...model.smoothing, ...setting } }, settings);
  const measured = settingsOf(grid, model.smoothing).map((setting) => {
    const results = tracks.map(({ truth, blocks }) => ({ truth, blocks: hear(blocks, setting) }));
    const { medianTimeToCorrectMs, flipsPerMinute, ece } = steadinessOf(results);
    const { rightAlone } = medleyFiguresOf(medleys.map(({ parts, blocks }) => ({ parts, blocks: hear(blocks, setting) })), isRightAlone, 0);
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
  // What is better is smaller, in each of the three.
  const costs = measured.map((point) => [point.flipsPerMinute, point[delay] ?? Infinity, -point.accuracyAfter5s]);
  const pareto = paretoSet(costs);
  return {
    tracks: tracks.length,
    medleys: medleys.length,
    delay,
    points: measured.map(({ isModels, ...point }, index) => ({ ...point, isPareto: pareto[index]!, isModels })),
  };
}

/** What a stream of these blocks would have shown with this smoothing. */
export function replay(blocks: readonly ScoredBlock[], model: Manifest, settings: PipelineContext['settings']): BlockResult[] {
  const smoother = new Smoother(model.smoothing, model.labels, blockMs(model), settings);
  return blocks.map((block) => blockResult(scored(block), smoother.push(block.probabilities, block, block.kinds)));
}

/** Which points no other one dominates: is nowhere worse than, and somewhere better. */
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

function scored({ atMs, probabilities, kinds, loudness, resetsState }: ScoredBlock): ScoredBlock {
  return { atMs, probabilities, kinds, loudness, resetsState };
}
