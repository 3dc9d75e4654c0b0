/** The check of `model.json`: whatever a manifest holds is of the right type and in range after it. */
import { z } from 'zod';
import { checkFrontEnd } from '../dsp/mel/front-end.js';
import { layerSchema } from './network.js';
import { SOUND_KINDS } from './sound-kinds.js';

const positive = z.number().positive();

/** The door for front ends, of models and of data packs. */
export const frontEndSchema = z.object({
  sampleRate: z.number().int().min(8000).max(192_000),
  nFft: z.number().int().min(64).max(16384),
  hop: z.number().int().min(16).max(16384),
  bands: z.number().int().min(1).max(512),
  fMin: z.number().min(0),
  fMax: positive,
  window: z.literal('hann'),
  power: z.literal(2),
  melScale: z.literal('slaney'),
  melNorm: z.literal('slaney'),
}).superRefine((frontEnd, context) => {
  try {
    checkFrontEnd(frontEnd);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const normalisationSchema = z.object({
  memoryColumns: z.number().min(1),
  rangeDb: positive,
  pauseDb: positive,
  pauseColumns: z.number().int().min(1),
  jumpDb: positive,
  silenceDb: z.number(),
  limitDb: positive,
  scaleDb: positive,
});

const share = z.number().min(0).max(1);

const smoothingSchema = z.object({
  /** Time constant of the average of log probabilities, ms. */
  timeConstantMs: z.number().min(0),
  /** Lead in probability over the shown genre with which another one takes over after `holdMs`, 0 to 1. */
  margin: share,
  /** How long a lead of `margin` must last, ms; a larger lead less long, a smaller one longer. */
  holdMs: z.number().min(0),
  /** Sound before the first judgement is shown as more than warming up, ms. */
  warmupMs: z.number().min(0),
  /** A lead in probability smaller than this counts against the one that has it, 0 to 1; 0 unless given. */
  leastLead: share.optional(),
  /** Time constant of the average of the probabilities that are reported, ms: what is shown is judged by those of the moment. 0 (none) unless given. */
  confidenceMs: z.number().min(0).optional(),
  /** Probability that the best genre must reach to be shown; below it the music is of no known genre. 0 (none) unless given. */
  unknownBelow: share.optional(),
  /** For models with `kinds`; `KINDS_SMOOTHING` unless given. */
  kinds: z.object({
    /** Time constant of the average of the kinds' probabilities, ms. */
    timeConstantMs: z.number().min(0),
    /** Average probability of music from which on a stream is music again. */
    enter: share,
    /** Average probability of music below which it no longer is. */
    leave: share,
  }).refine(({ enter, leave }) => leave <= enter, 'leave must not be above enter').optional(),
});

export const manifestSchema = z.object({
  format: z.literal(1, { error: 'format must be 1, the only model folder this version reads' }),
  name: z.string().min(1),
  version: z.string().min(1),
  labels: z.array(z.string().min(1)).min(2, 'a model needs at least two labels'),
  /** Set where the network also tells music from other sound: the logits of these kinds then follow those of the labels. */
  kinds: z.custom<typeof SOUND_KINDS>(
    (value) => JSON.stringify(value) === JSON.stringify(SOUND_KINDS),
    `must be ${JSON.stringify(SOUND_KINDS)}, the kinds of sound in this order, or left out`,
  ).optional(),
  frontEnd: frontEndSchema,
  normalisation: normalisationSchema,
  /** Columns in a block: the network's step and the rhythm of predictions. */
  blockColumns: z.number().int().min(1).max(256),
  /** Set where a column is more or other than mel levels: the features side by side, and how each value is standardised. */
  features: z.array(z.object({ name: z.string(), size: z.number().int().min(1), mean: z.array(z.number()), deviation: z.array(positive) })).optional(),
  layers: z.array(layerSchema).min(1),
  /** What the logits are divided by: those of the labels, and those of the kinds (1 unless given). */
  calibration: z.object({ temperature: positive, kindsTemperature: positive.optional() }),
  smoothing: smoothingSchema,
  weights: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex') }),
  /** In words: data and split. */
  trainedOn: z.string(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type SmoothingSettings = z.infer<typeof smoothingSchema>;
