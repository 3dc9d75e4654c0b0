/** Results of all splits of a run: the final log lines and the report. */
import { cpus } from 'node:os';
import { wilson95 } from '../metrics.js';
import type { External } from './data/external.js';
import type { Options } from './options.js';
import type { ReportData } from './report/data.js';
import { reportData } from './report/derive.js';
import { writeReport } from './report/write.js';
import type { Teacher } from './data/teacher.js';
import { inPercent, type Share, type TrialResult } from './trial.js';

export interface RunFacts {
  readonly options: Options;
  readonly backend: string;
  readonly teacher: Teacher | undefined;
  readonly external: External | undefined;
  /** Wall clock, s. */
  readonly seconds: number;
}

/** Summary lines of a run with several splits; empty for a single split. */
export function summary(trained: readonly TrialResult[]): string[] {
  if (trained.length < 2) return [];
  if (trained[0]!.split.name.startsWith('fold')) {
    const { mean, deviation } = meanAndDeviation(trained.map(({ valid }) => valid.accuracy));
    return [`${trained.length} folds: ${(100 * mean).toFixed(1)} ± ${(100 * deviation).toFixed(1)} % of held-out tracks (mean and standard deviation over folds)`];
  }
  return [
    'The same network and the same number of training chunks:',
    ...trained.map(({ split, valid, train }) => `  ${split.name.padEnd(20)} ${inPercent(valid)} of ${valid.items} held-out ${split.items}, ${(100 * train.accuracy).toFixed(1)} % of ${train.items} training ${split.items}`),
  ];
}

/** Mean and sample deviation. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/**
 * Writes `run.json` and `report.html`. Folds are pooled, since each track is held out in exactly one.
 * If two ways of splitting chunks were compared, the report describes the first and lists the figures
 * of both.
 * @returns path of the report
 */
export async function writeRunReport(trained: readonly TrialResult[], { options, backend, teacher, external, seconds }: RunFacts): Promise<string> {
  const [first] = trained as [TrialResult];
  const isKfold = options.protocol === 'kfold';
  const shown = isKfold ? trained : [first];
  const { model, split } = first;
  const inputs = model.features?.reduce((total, { size }) => total + size, 0) ?? model.frontEnd.bands;
  const excerpts = pooled(shown.flatMap((trial) => trial.excerpts ?? []));
  const data = reportData({
    model: { ...model, frontEnd: { ...model.frontEnd, bands: inputs } },
    run: {
      command: `npm run train -- ${process.argv.slice(2).join(' ')}`,
      options: plain(options),
      backend,
      seconds,
      machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`,
    },
    packs: [
      { role: 'train', pack: split.train },
      { role: 'valid', pack: split.valid },
      ...(teacher ? [{ role: 'teacher' as const, pack: teacher.pack }] : []),
      ...(external ? [{ role: 'external' as const, pack: external.pack }] : []),
    ],
    stages: trained.flatMap(({ stages }) => stages),
    valid: {
      pack: split.valid,
      items: split.items,
      tracks: shown.flatMap((trial) => trial.split.valid.tracks),
      scores: shown.flatMap(({ scores }) => scores),
      ...(excerpts && { stretches: { accuracy: excerpts.accuracy, count: excerpts.items } }),
      crossFittedEce: first.crossFittedEce,
    },
    ...(isKfold && { kfold: { folds: trained.map((trial) => point(trial.split.name, trial.valid)), seeds: 1 } }),
    ...(!isKfold && options.protocol !== 'fault-filtered' && { protocols: trained.map(protocolOf) }),
    ...(external && { external: trained.flatMap((trial) => (trial.external ? [point(trained.length > 1 ? `${external.pack.name}, ${trial.split.name}` : external.pack.name, trial.external)] : [])) }),
    limits: limitsOf(options, external),
  });
  return writeReport(options.run, data);
}

function protocolOf({ split, valid, train }: TrialResult): NonNullable<ReportData['protocols']>[number] {
  return {
    name: split.name,
    how: split.how,
    trainItems: train.items,
    validItems: valid.items,
    accuracy: valid.accuracy,
    interval: within(wilson95(valid.accuracy, valid.items)),
    trainAccuracy: train.accuracy,
  };
}

function limitsOf({ protocol, patience, teacher }: Options, external: External | undefined): string[] {
  return [
    teacher === undefined
      ? `The epoch with the best validation accuracy was selected${patience === undefined ? '' : ' (early stopping used it, too)'}, so the accuracy is slightly optimistic.`
      : 'The regularisation of the last layer was chosen on the validation set, so the accuracy is slightly optimistic.',
    `The logit shift of each label was fitted on the validation set, too. The figures here are cross-fitted over five folds; evaluating the finished model, whose shifts come from all folds, gives slightly higher ones.`,
    ...(protocol === 'random-chunks' ? ['Chunks of one track are on both sides of the split, so the accuracy shows how well the network recognises its training tracks, not how well it classifies new music.', 'Only the last 2.3 s of a chunk are scored; times include the seconds before.'] : []),
    ...(protocol === 'random-tracks' ? ['Artists are on both sides of the split, which makes the accuracy optimistic.'] : []),
    ...(protocol === 'kfold' ? ['The calibration figures are those of the first fold.'] : []),
    ...[...external?.unknown ?? []].map(([label, tracks]) => `${tracks} tracks of ${label} in ${external!.pack.name} were left out: the network has no such label.`),
  ];
}

function point(name: string, { accuracy, items }: Share): { name: string; tracks: number; accuracy: number; interval: [number, number] } {
  return { name, tracks: items, accuracy, interval: within(wilson95(accuracy, items)) };
}

function pooled(shares: readonly Share[]): Share | undefined {
  const items = shares.reduce((total, share) => total + share.items, 0);
  return items === 0 ? undefined : { items, accuracy: shares.reduce((sum, share) => sum + share.accuracy * share.items, 0) / items };
}

/** Clamps to 0 to 1: rounding can put an end of the interval slightly outside. */
function within([low, high]: readonly [number, number]): [number, number] {
  return [Math.max(0, low), Math.min(1, high)];
}

function plain(options: Options): ReportData['run']['options'] {
  return Object.fromEntries(Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]])));
}
