/**
 * What a report of training is made of. `run.json` beside `report.html` holds all of it, so a
 * report can be built again without the data or the network. Times are seconds of audio unless a
 * name says otherwise; shares are 0 to 1; genres are indices into `model.labels`.
 */
import { z } from 'zod';
import { evaluationSchema } from './evaluation.js';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);
const genre = z.number().int().min(0);
/** 95 % interval (Wilson) of a share. */
const interval = z.tuple([share, share]);

const option = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Equal bins of confidence from 0 to 1. */
export const RELIABILITY_BINS = 15;

const reliabilitySchema = z.object({
  /** As `reliabilityBins` gives them: means of each bin that has any answers. */
  bins: z.array(z.object({ count, confidence: share, accuracy: share })),
  ece: share,
});

const exampleSchema = z.object({
  id: z.string(),
  truth: genre,
  answer: genre,
  /** Confidence in the answer, over the whole track. */
  p: share,
  /** Where in the track the stretch begins. */
  fromS: z.number().min(0),
  durationS: z.number().positive(),
  bands: z.number().int().min(1),
  /** [columns × bands] levels, dB = byte / 2 - 80, in base64. */
  levels: z.string(),
  /** Of each block of the stretch: how probable the true genre and the answer were. */
  blocks: z.array(z.object({ truth: share, answer: share })),
});

const protocolSchema = z.object({
  /** Such as "chunks split at random". */
  name: z.string(),
  /** What was split and how, in a few words. */
  how: z.string(),
  trainItems: count,
  validItems: count,
  /** Share of valid items got right. */
  accuracy: share,
  interval: interval.optional(),
  /** The same on what it learned from. */
  trainAccuracy: share.optional(),
});

const sharePoint = z.object({ name: z.string(), tracks: count, accuracy: share, interval: interval.optional() });

/** The door for `run.json`. */
export const reportSchema = z.object({
  format: z.literal(1, { error: 'format must be 1, the only run.json this version reads' }),
  /** ISO 8601. */
  createdAt: z.string(),
  model: z.object({
    name: z.string(),
    version: z.string(),
    labels: z.array(z.string()).min(2),
    parameters: count,
    multiplyAddsPerSecond: z.number().min(0),
    /** One line a layer, for people. */
    layers: z.array(z.string()),
    temperature: z.number().positive(),
    blockS: z.number().positive(),
    /** Of the mel bands of the levels. */
    fMinHz: z.number().min(0),
    fMaxHz: z.number().positive(),
  }),
  run: z.object({
    /** The whole command line. */
    command: z.string(),
    options: z.record(z.string(), option),
    /** Such as "wasm". */
    backend: z.string(),
    /** Wall clock of the whole run, seconds; of all sessions where it was stopped and went on. */
    seconds: z.number().min(0).optional(),
    /** Processor and versions, for people. */
    machine: z.string().optional(),
  }),
  packs: z.array(z.object({
    role: z.enum(['train', 'valid', 'teacher', 'not music', 'external']),
    name: z.string(),
    tracks: count,
    hours: z.number().min(0),
    /** Tracks of each label; empty where nothing is labelled. */
    perLabel: z.record(z.string(), count),
  })),
  stages: z.array(z.object({
    name: z.string(),
    /** What `score` is, such as "share of valid tracks". */
    scoreName: z.string(),
    /** Whose weights were kept: those of the epoch with the best score unless given. */
    leaves: z.literal('last').optional(),
    history: z.array(z.object({ epoch: count, loss: z.number(), score: z.number(), seconds: z.number().min(0).optional() })),
  })),
  figures: z.object({
    accuracy: share,
    interval,
    macroF1: share,
    /** Share of 4 s stretches, each heard alone, and how many there are. */
    stretches: z.object({ accuracy: share, count }).optional(),
    /** [truth][answer], tracks. */
    confusion: z.array(z.array(count)),
    perGenre: z.array(z.object({ precision: share, recall: share, recallInterval: interval, f1: share, support: count })),
  }),
  /** What the figures count, and `tracks` are. */
  items: z.enum(['tracks', 'chunks']).default('tracks'),
  /** Of the confidence of each block, with the model's temperature and without. */
  calibration: z.object({ calibrated: reliabilitySchema, raw: reliabilitySchema, crossFittedEce: share.optional() }),
  /** After each block: share of tracks right by all that was heard so far, and right from here to their end. */
  overTime: z.array(z.object({ seconds: z.number().positive(), right: share, settled: share })),
  /** Median over the tracks that end right of when they became so for good; null where none does. */
  medianSettledS: z.number().positive().nullable(),
  tracks: z.array(z.object({ id: z.string(), truth: genre, answer: genre, p: share })),
  /** Tracks taken for another genre, the surest first. */
  examples: z.array(exampleSchema),
  /** Settings of the smoothing that were tried. */
  tradeOff: z.array(z.object({
    settings: z.string(),
    flipsPerMinute: z.number().min(0),
    /** Median delay to the right genre, or to the new one after a change. */
    delayS: z.number().min(0),
    shipped: z.boolean(),
  })).optional(),
  /** What the delay of the trade-off is, such as "median delay after a change, on medleys". */
  tradeOffDelay: z.string().optional(),
  cost: z.object({
    machine: z.string(),
    points: z.array(z.object({
      name: z.string(),
      parameters: count,
      multiplyAddsPerSecond: z.number().min(0),
      /** ms of CPU for a second of audio, in a batch of 64 and in a batch of 1. */
      msBatch64: z.number().positive(),
      msBatch1: z.number().positive().optional(),
      /** The same network over the last 4 s for each block, in a batch of 64 and in a batch of 1. */
      msRecomputed: z.number().positive().optional(),
      msRecomputed1: z.number().positive().optional(),
      /** Share of valid tracks, where it was trained. */
      accuracy: share.optional(),
      shipped: z.boolean(),
    })),
  }).optional(),
  kfold: z.object({ folds: z.array(sharePoint).min(2), seeds: count.optional() }).optional(),
  /** The same network on two ways of splitting, with the size of the training equal. */
  protocols: z.array(protocolSchema).optional(),
  external: z.array(sharePoint).optional(),
  /** What `livegenre evaluate` measured. */
  evaluations: z.array(evaluationSchema).optional(),
  /** Sentences. */
  licences: z.array(z.string()),
  limits: z.array(z.string()),
});

export type ReportData = z.infer<typeof reportSchema>;
export type Reliability = z.infer<typeof reliabilitySchema>;
export type Example = z.infer<typeof exampleSchema>;

/** The door for what `bench:network --json` prints. */
export const costSchema = reportSchema.shape.cost.unwrap();

/** Parts that a run may or may not have; the report leaves out what is not there. */
export type Extras = Pick<ReportData, 'tradeOff' | 'tradeOffDelay' | 'cost' | 'kfold' | 'protocols' | 'external' | 'evaluations'>;
