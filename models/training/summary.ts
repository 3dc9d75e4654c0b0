/** All splits of a run together: the lines at its end, and its report. */
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
  /** Wall clock. */
  readonly seconds: number;
}

/** What a run with several splits comes to; nothing where there is only one. */
export function summary(trained: readonly TrialResult[]): string[] {
  if (trained.length < 2) return [];
  if (trained[0]!.split.name.startsWith('fold')) {
    const { mean, deviation } = meanAndDeviation(trained.map(({ valid }) => valid.accuracy));
    return [`${trained.length} folds: ${(100 * mean).toFixed(1)} ± ${(100 * deviation).toFixed(1)} % of held-out tracks (mean and deviation over folds)`];
  }
  return [
    'The same network, as many chunks to learn from:',
    ...trained.map(({ split, valid, train }) => `  ${split.name.padEnd(20)} ${inPercent(valid)} of ${valid.items} held-out ${split.items}, ${(100 * train.accuracy).toFixed(1)} % of ${train.items} learned`),
  ];
}

/** Mean and sample deviation. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/**
 * Writes `run.json` and `report.html`. Folds are shown as one: every track is held out in one of
 * them. Of two ways of splitting chunks the first is shown, with both figures side by side.
 * @returns the report's path
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
      ? `The weights are those of the epoch with the best figure on the valid part${patience === undefined ? '' : ', which also ended the training'}, so that figure is a little flattered.`
      : 'How strongly the last layer is penalised was chosen on the valid part, so that figure is a little flattered.',
    `The shift of each label's logit was fitted on the valid part, too. Here every fifth of it is judged with what the other four ask for; measured with the finished model, which has it from all of them, the figures are a little higher.`,
    ...(protocol === 'random-chunks' ? ['Chunks of one track are on both sides of the split: the figure says how well the network knows its tracks again, not how it hears music that it never heard.', 'Only the answers of a chunk\'s last 2.3 s count, and times count from there.'] : []),
    ...(protocol === 'random-tracks' ? ['Artists are on both sides of the split, which flatters the figure.'] : []),
    ...(protocol === 'kfold' ? ['Calibration is that of the first fold.'] : []),
    ...[...external?.unknown ?? []].map(([label, tracks]) => `${tracks} tracks of ${label} in ${external!.pack.name} were left out: the network doesn't know the label.`),
  ];
}

function point(name: string, { accuracy, items }: Share): { name: string; tracks: number; accuracy: number; interval: [number, number] } {
  return { name, tracks: items, accuracy, interval: within(wilson95(accuracy, items)) };
}

function pooled(shares: readonly Share[]): Share | undefined {
  const items = shares.reduce((total, share) => total + share.items, 0);
  return items === 0 ? undefined : { items, accuracy: shares.reduce((sum, share) => sum + share.accuracy * share.items, 0) / items };
}

/** Rounding can put the end of an interval beyond 0 or 1 by a hair. */
function within([low, high]: readonly [number, number]): [number, number] {
  return [Math.max(0, low), Math.min(1, high)];
}

function plain(options: Options): ReportData['run']['options'] {
  return Object.fromEntries(Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]])));
}
