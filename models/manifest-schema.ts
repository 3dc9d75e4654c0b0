/** Validates `model.json`: types and ranges of everything in a manifest. */
import { z } from 'zod';
import { checkFrontEnd } from '../dsp/mel/front-end.js';
import { layerSchema } from './layer-schema.js';
import { SOUND_KINDS } from './sound-kinds.js';
import { TAG_KINDS } from './tag-kinds.js';

const positive = z.number().positive();

/** Validates the front end of a model or data pack. */
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
  /** Time constant of the moving average of log probabilities, ms. */
  timeConstantMs: z.number().min(0),
  /** How a challenger's lead over the shown genre is measured: the difference of their probabilities, or the log of their ratio, which is 0 to 13.8. Default `difference`. */
  lead: z.enum(['difference', 'log-ratio']).optional(),
  /** Lead above `leastLead` with which a challenger replaces the shown genre after `holdMs`. */
  margin: z.number().min(0),
  /** How long a lead of `margin` must last, ms; a larger lead needs less time, a smaller one more. */
  holdMs: z.number().min(0),
  /** Duration of sound during which the state is `warming`, ms. */
  warmupMs: z.number().min(0),
  /** A challenger gains on the shown genre only with a lead above this, and loses with a smaller one; default 0. */
  leastLead: z.number().min(0).optional(),
  /** Time constant of the moving average of the reported probabilities, ms; the shown genre is chosen without it. Default 0 (none). */
  confidenceMs: z.number().min(0).optional(),
  /** Minimum probability of the best genre; below it the state is `unknown`. Default 0 (none). Not for models with `outside`. */
  unknownBelow: share.optional(),
  /** For models with `kinds`; default `KINDS_SMOOTHING`. */
  kinds: z.object({
    /** Time constant of the moving average of the kinds' probabilities, ms. */
    timeConstantMs: z.number().min(0),
    /** Mean probability of music at which a stream becomes music. */
    enter: share,
    /** Mean probability of music below which it stops being music. */
    leave: share,
  }).refine(({ enter, leave }) => leave <= enter, 'leave must not be above enter').optional(),
  /** For models with `outside`; default `OUTSIDE_SMOOTHING`. */
  outside: z.object({
    /** Time constant of the moving average of the evidence that music is of none of the labels, ms. */
    timeConstantMs: z.number().min(0),
    /** How much the lead of one genre, as a log ratio to the second, speaks against it; default 0. */
    leadWeight: z.number().min(0).optional(),
    /** Logistic function of the mean evidence at which the state of music becomes `unknown`. */
    enter: share,
    /** The same below which a genre is shown again. */
    leave: share,
  }).refine(({ enter, leave }) => leave <= enter, 'leave must not be above enter').optional(),
}).refine(({ lead, margin, leastLead = 0 }) => margin <= 1 && leastLead <= 1 || lead === 'log-ratio', 'margin and leastLead must be at most 1, unless lead is log-ratio');

/** A tag: what music has beside its genre. */
const tagSchema = z.object({
  name: z.string().min(1),
  kind: z.enum(TAG_KINDS),
  /** Mean probability over varied music, 0 to 1: how common the tag is. */
  usual: z.number().gt(0).lt(1),
});

export const manifestSchema = z.object({
  format: z.literal(1, { error: 'format must be 1, the only model folder this version reads' }),
  name: z.string().min(1),
  version: z.string().min(1),
  labels: z.array(z.string().min(1)).min(2, 'a model needs at least two labels'),
  /** Present if the network also distinguishes music from other sound; the logits of these kinds follow those of the labels. */
  kinds: z.custom<typeof SOUND_KINDS>(
    (value) => JSON.stringify(value) === JSON.stringify(SOUND_KINDS),
    `must be ${JSON.stringify(SOUND_KINDS)}, the kinds of sound in this order, or left out`,
  ).optional(),
  /** Present if the next output is the logit of music of none of the labels. */
  outside: z.literal(true, { error: 'must be true, or left out' }).optional(),
  /** Present if the network also hears tags; their logits, calibrated by the last layer itself, follow. */
  tags: z.array(tagSchema).min(1).max(200)
    .refine((tags) => new Set(tags.map(({ name }) => name)).size === tags.length, 'lists a tag twice').optional(),
  /** Present if the last outputs are a second expert's logits of the labels and the logit of its share (`Probabilities`). */
  mixture: z.literal(true, { error: 'must be true, or left out' }).optional(),
  /** Present if `embedding.bin` maps the inputs of the last layer to a point that is near those of music like it. */
  embedding: z.object({
    /** Values of the point. */
    size: z.number().int().min(1).max(1024),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
  }).optional(),
  frontEnd: frontEndSchema,
  normalisation: normalisationSchema,
  /** Columns in a block; there is one prediction per block. */
  blockColumns: z.number().int().min(1).max(256),
  /** Present if a column is not just mel levels: the concatenated features, and the standardisation of each value. */
  features: z.array(z.object({ name: z.string(), size: z.number().int().min(1), mean: z.array(z.number()), deviation: z.array(positive) })).optional(),
  layers: z.array(layerSchema).min(1),
  /** Largest magnitude in the output of each layer but the last over training music; with it matrix products can be in 16 bits. */
  ranges: z.array(positive).optional(),
  /** Divisors of the logits: of the labels, and of the kinds (default 1). */
  calibration: z.object({ temperature: positive, kindsTemperature: positive.optional() }),
  smoothing: smoothingSchema,
  weights: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex') }),
  /** Description of training data and split. */
  trainedOn: z.string(),
}).refine(({ ranges, layers }) => !ranges || ranges.length === layers.length - 1, { path: ['ranges'], error: 'must have a number for each layer but the last' })
  .refine(({ outside, smoothing }) => !outside || !smoothing.unknownBelow, { path: ['smoothing', 'unknownBelow'], error: 'has no use in a model with outside, whose smoothing.outside decides' });

export type ModelTag = z.infer<typeof tagSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type SmoothingSettings = z.infer<typeof smoothingSchema>;
