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

export type Evaluation = z.infer<typeof evaluationSchema>;

/** @throws Error that names the file and says what is wrong */
export async function readEvaluation(path: string): Promise<Evaluation> {
  return readJson(path, evaluationSchema, 'the output of `livegenre evaluate --json`');
}

/** The command that repeats the measurement, with a placeholder for the data folder. */
export function commandOf({ split, source, degraded, medleys, notMusic, sweep }: Evaluation, data = 'DIR'): string {
  return [
    `npx livegenre evaluate --data ${data} --split ${split}`,
    source === 'audio' && '--audio',
    degraded && `--degrade ${Object.keys(degraded).join(',')}`,
    medleys && `--medleys ${medleys.medleys} --seed ${medleys.seed}`,
    sweep && '--sweep',
    notMusic !== undefined && '--not-music DIR',
    '--json',
  ].filter(Boolean).join(' ');
}
