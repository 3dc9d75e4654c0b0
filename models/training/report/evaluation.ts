/** Schema of the output of `livegenre evaluate --json`, limited to what reports and cards show. */
import { z } from 'zod';
import { readJson } from './json-file.js';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);

const delaysSchema = z.object({ changes: count, medianMs: z.number().nullable(), p90Ms: z.number().nullable(), neverShown: share });

const aurocSchema = z.object({ all: share.nullable(), speech: share.nullable(), noise: share.nullable() });

const basicSchema = z.object({
  trackAccuracy: share,
  trackAccuracy95: z.tuple([share, share]),
  segmentAccuracy: share,
  macroF1: share,
  /** Key: seconds. */
  accuracyAfterS: z.record(z.string(), share),
  medianTimeToCorrectMs: z.number().nullable(),
  flipsPerMinute: z.number(),
  ece: share,
});

export const evaluationSchema = basicSchema.extend({
  /** Name of the data folder; files of before 2026-11-30 lack it. */
  data: z.string().optional(),
  split: z.string(),
  source: z.enum(['levels', 'audio']),
  tracks: count,
  perGenre: z.record(z.string(), z.object({ precision: share, recall: share, f1: share, support: count })),
  /** Key: degradation; differences to clean sound in points. */
  degraded: z.record(z.string(), basicSchema.extend({ trackDifference: z.number(), segmentDifference: z.number(), tracksLost: count, tracksGained: count })).optional(),
  medleys: z.object({ medleys: count, seed: z.number(), minutes: z.number(), all: delaysSchema, rightAlone: delaysSchema, extraFlipsPerMinute: z.number() }).optional(),
  /** A sentence if the model has no sound kinds. */
  notMusic: z.union([z.string(), z.object({
    split: z.string(),
    /** Music, speech, noise. */
    tracks: z.array(count),
    auroc: aurocSchema,
    blockAuroc: aurocSchema,
    musicCalledNotMusic: share,
    musicBlocksCalledNotMusic: share,
    notMusicCalledMusic: share,
    notMusicBlocksCalledMusic: share,
  })]).optional(),
  /** A sentence if the model has no output for music of none of its labels. */
  outside: z.union([z.string(), z.object({
    split: z.string(),
    /** Labelled, of none of the labels. */
    tracks: z.tuple([count, count]),
    auroc: share.nullable(),
    blockAuroc: share.nullable(),
    labelledShownUnknown: share,
    outsideShownUnknown: share,
  })]).optional(),
  /** A sentence if the model has no embedding. */
  alike: z.union([z.string(), z.object({ split: z.string(), tracks: count, withArtist: count, neighbours: count, embedding: share, mfcc: share, random: share })]).optional(),
  sweep: z.object({
    delay: z.enum(['medianMedleyDelayMs', 'medianTimeToCorrectMs']),
    points: z.array(z.object({
      timeConstantMs: z.number(),
      margin: z.number(),
      holdMs: z.number(),
      flipsPerMinute: z.number(),
      medianTimeToCorrectMs: z.number().nullable(),
      medianMedleyDelayMs: z.number().nullable(),
      isModels: z.boolean(),
    })),
  }).optional(),
});

/** One evaluation is a list of one. */
const evaluationsSchema = z.preprocess((read) => (Array.isArray(read) ? read : [read]), z.array(evaluationSchema).min(1));

export type Evaluation = z.infer<typeof evaluationSchema>;

/**
 * The evaluations of one output: one for each data folder.
 * @throws Error that names the file and says what is wrong
 */
export async function readEvaluations(path: string): Promise<readonly Evaluation[]> {
  return readJson(path, evaluationsSchema, 'the output of `livegenre evaluate --json`');
}

/**
 * The command that repeats the measurement, with a placeholder for folders that are not known.
 * @param evaluations of one output
 * @param folder that the data folders are in
 */
export function commandOf(evaluations: readonly Evaluation[], folder = ''): string {
  const { split, source, degraded, medleys, notMusic, outside, alike, sweep } = evaluations[0]!;
  const within = (name: string | undefined): string => (folder === '' || name === undefined ? 'DIR' : `${folder}/${name}`);
  return [
    'npx livegenre evaluate',
    ...evaluations.map(({ data }) => `--data ${within(data)}`),
    `--split ${split}`,
    source === 'audio' && '--audio',
    degraded && `--degrade ${Object.keys(degraded).join(',')}`,
    medleys && `--medleys ${medleys.medleys} --seed ${medleys.seed}`,
    sweep && '--sweep',
    notMusic !== undefined && '--not-music DIR',
    outside !== undefined && '--outside DIR',
    alike !== undefined && '--alike',
    '--json',
  ].filter(Boolean).join(' ');
}
