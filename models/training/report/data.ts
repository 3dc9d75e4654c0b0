/**
 * Data of a training report, stored as `run.json` beside `report.html`, so that a report can be rebuilt
 * without the data or the network. Times are seconds of audio unless a name says otherwise; shares are
 * 0 to 1; genres are indices into `model.labels`.
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
  /** As returned by `reliabilityBins`: the means of each non-empty bin. */
  bins: z.array(z.object({ count, confidence: share, accuracy: share })),
  ece: share,
});

const exampleSchema = z.object({
  id: z.string(),
  truth: genre,
  answer: genre,
  /** Confidence in the prediction for the whole track. */
  p: share,
  /** Start of the excerpt in the track. */
  fromS: z.number().min(0),
  durationS: z.number().positive(),
  bands: z.number().int().min(1),
  /** [columns × bands] levels, dB = byte / 2 - 80, base64. */
  levels: z.string(),
  /** Per block: probabilities of the true genre and of the prediction. */
  blocks: z.array(z.object({ truth: share, answer: share })),
});

const protocolSchema = z.object({
  /** Such as "chunks split at random". */
  name: z.string(),
  /** Short description of the split. */
  how: z.string(),
  trainItems: count,
  validItems: count,
  /** Accuracy on the valid items. */
  accuracy: share,
  interval: interval.optional(),
  /** Accuracy on the training items. */
  trainAccuracy: share.optional(),
});

const sharePoint = z.object({ name: z.string(), tracks: count, accuracy: share, interval: interval.optional() });

/** Schema of `run.json`. */
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
    /** One readable line per layer. */
    layers: z.array(z.string()),
    temperature: z.number().positive(),
    blockS: z.number().positive(),
    /** Range of the mel bands. */
    fMinHz: z.number().min(0),
    fMaxHz: z.number().positive(),
  }),
  run: z.object({
    /** The whole command line. */
    command: z.string(),
    options: z.record(z.string(), option),
    /** Such as "wasm". */
    backend: z.string(),
    /** Wall clock time of the run, s; of the last session only if the run was resumed. */
    seconds: z.number().min(0).optional(),
    /** Processor and versions, as text. */
    machine: z.string().optional(),
  }),
  packs: z.array(z.object({
    role: z.enum(['train', 'valid', 'teacher', 'not music', 'external']),
    name: z.string(),
    tracks: count,
    hours: z.number().min(0),
    /** Number of tracks per label; empty for unlabelled packs. */
    perLabel: z.record(z.string(), count),
  })),
  stages: z.array(z.object({
    name: z.string(),
    /** Description of `score`, such as "share of valid tracks". */
    scoreName: z.string(),
    /** Which weights were kept: 'last', or by default those of the best epoch. */
    leaves: z.literal('last').optional(),
    history: z.array(z.object({ epoch: count, loss: z.number(), score: z.number(), seconds: z.number().min(0).optional() })),
  })),
  figures: z.object({
    accuracy: share,
    interval,
    macroF1: share,
    /** Accuracy on 4 s excerpts, each scored from a zero state, and their number. */
    stretches: z.object({ accuracy: share, count }).optional(),
    /** [truth][answer], tracks. */
    confusion: z.array(z.array(count)),
    perGenre: z.array(z.object({ precision: share, recall: share, recallInterval: interval, f1: share, support: count })),
  }),
  /** What the figures count and `tracks` lists. */
  items: z.enum(['tracks', 'chunks']).default('tracks'),
  /** Reliability of block confidences, with the model's temperature and without. */
  calibration: z.object({ calibrated: reliabilitySchema, raw: reliabilitySchema, crossFittedEce: share.optional() }),
  /** After each block: share of tracks correct on the audio so far, and correct from here to their end. */
  overTime: z.array(z.object({ seconds: z.number().positive(), right: share, settled: share })),
  /** Median time from which a track stays correct, over the tracks that are correct at their end; null if none is. */
  medianSettledS: z.number().positive().nullable(),
  tracks: z.array(z.object({ id: z.string(), truth: genre, answer: genre, p: share })),
  /** Misclassified tracks, the most confident first. */
  examples: z.array(exampleSchema),
  /** Smoothing settings that were tried. */
  tradeOff: z.array(z.object({
    settings: z.string(),
    flipsPerMinute: z.number().min(0),
    /** Median delay to the correct genre, or to the new genre after a change. */
    delayS: z.number().min(0),
    shipped: z.boolean(),
  })).optional(),
  /** What `delayS` measures, such as "median delay after a change, on medleys". */
  tradeOffDelay: z.string().optional(),
  cost: z.object({
    machine: z.string(),
    points: z.array(z.object({
      name: z.string(),
      parameters: count,
      multiplyAddsPerSecond: z.number().min(0),
      /** CPU ms per second of audio, in batches of 64 and of 1. */
      msBatch64: z.number().positive(),
      msBatch1: z.number().positive().optional(),
      /** Same, recomputing the network over the last 4 s for each block. */
      msRecomputed: z.number().positive().optional(),
      msRecomputed1: z.number().positive().optional(),
      /** Accuracy on the valid tracks, if it was trained. */
      accuracy: share.optional(),
      shipped: z.boolean(),
    })),
  }).optional(),
  kfold: z.object({ folds: z.array(sharePoint).min(2), seeds: count.optional() }).optional(),
  /** The same network with several ways of splitting and equal training set sizes. */
  protocols: z.array(protocolSchema).optional(),
  external: z.array(sharePoint).optional(),
  /** Output of `livegenre evaluate`. */
  evaluations: z.array(evaluationSchema).optional(),
  licences: z.array(z.string()),
  limits: z.array(z.string()),
});

export type ReportData = z.infer<typeof reportSchema>;
export type Reliability = z.infer<typeof reliabilitySchema>;
export type Example = z.infer<typeof exampleSchema>;

/** Schema of the output of `bench:network --json`. */
export const costSchema = reportSchema.shape.cost.unwrap();

/** Optional parts of a report; absent ones are left out. */
export type Extras = Pick<ReportData, 'tradeOff' | 'tradeOffDelay' | 'cost' | 'kfold' | 'protocols' | 'external' | 'evaluations'>;
