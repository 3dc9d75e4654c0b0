/**
 * A model folder: `model.json`, `weights.bin` (float32 little-endian, in the order of the layers)
 * and `card.md`. Loaded and checked against the code once; whatever doesn't fit is refused with
 * the reason, before any stream is taken.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkFrontEnd } from '../dsp/mel/front-end.js';
import { describe, layerSchema, type Description } from './network.js';

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

/** What sound can be, in the order of the network's last outputs; `noise` is all that is neither of the others. */
export const SOUND_KINDS = ['music', 'speech', 'noise'] as const;

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

const manifestSchema = z.object({
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

/** How the kinds of sound are smoothed where the model doesn't say: music is left less easily than entered. */
export const KINDS_SMOOTHING: NonNullable<SmoothingSettings['kinds']> = { timeConstantMs: 1500, enter: 0.5, leave: 0.35 };

/** A loaded model. Plain data: it can be handed to workers, which then share the weights' memory. */
export interface Bundle {
  readonly manifest: Manifest;
  /** All layers end to end, on a SharedArrayBuffer. */
  readonly weights: Float32Array;
}

/** A model folder that doesn't fit, with the reason. */
export class ModelError extends Error {
  constructor(folder: string, reason: string) {
    super(`The model in ${folder} can't be used: ${reason}`);
    this.name = 'ModelError';
  }
}

/** Values that the last layer must have: the labels' logits, then those of the kinds. */
export function outputsOf({ labels, kinds }: Pick<Manifest, 'labels' | 'kinds'>): number {
  return labels.length + (kinds?.length ?? 0);
}

/** Milliseconds of audio between predictions. */
export function blockMs({ blockColumns, frontEnd }: Pick<Manifest, 'blockColumns' | 'frontEnd'>): number {
  return (blockColumns * frontEnd.hop * 1000) / frontEnd.sampleRate;
}

/** Of a running mean with this time constant: the share of the newest block. */
export function gainOf(timeConstantMs: number, blockMs: number): number {
  return timeConstantMs > 0 ? 1 - Math.exp(-blockMs / timeConstantMs) : 1;
}

/**
 * @throws ModelError when files are missing, or labels, shapes, front end or checksum don't fit
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  const refuse = (reason: string): never => {
    throw new ModelError(folder, reason);
  };
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name)).catch((error: Error) => refuse(`${name} can't be read (${error.message}).`));

  let json: unknown;
  try {
    json = JSON.parse((await read('model.json')).toString());
  } catch (error) {
    if (error instanceof ModelError) throw error;
    refuse(`model.json is not JSON (${(error as Error).message}).`);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    return refuse(`model.json: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}.`);
  }
  const manifest = parsed.data;
  const { labels } = manifest;
  if (new Set(labels).size !== labels.length) refuse('model.json names a label twice.');

  if (manifest.features) {
    const names = manifest.features.map(({ name }) => name).join(', ');
    refuse(`it hears ${names}; from live sound only mel levels are computed. Train one with --features mel.`);
  }

  let description: Description;
  try {
    description = describe(manifest.layers, manifest.frontEnd.bands);
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (description.outputs !== outputsOf(manifest)) {
    const kinds = manifest.kinds ? ` and ${manifest.kinds.length} kinds of sound` : '';
    refuse(`its last layer has ${description.outputs} outputs for ${labels.length} labels${kinds}.`);
  }
  if (manifest.blockColumns % description.stride !== 0) {
    refuse(`its blocks of ${manifest.blockColumns} columns are no multiple of the ${description.stride} that its layers merge into one.`);
  }

  const bytes = await read('weights.bin');
  if (bytes.length !== description.parameters * 4) {
    refuse(`weights.bin has ${bytes.length} bytes; the layers need ${description.parameters} × 4 = ${description.parameters * 4}.`);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.weights.sha256) {
    refuse(`weights.bin has the SHA-256 ${sha256}, model.json says ${manifest.weights.sha256}; one of the two files is not the right one.`);
  }
  const weights = new Float32Array(new SharedArrayBuffer(bytes.length));
  for (let index = 0; index < weights.length; index++) weights[index] = bytes.readFloatLE(index * 4);
  if (!weights.every(Number.isFinite)) refuse('weights.bin holds values that are not numbers.');
  return { manifest, weights };
}

/** Writes `model.json` and `weights.bin`; each file is whole or not there. */
export async function saveBundle(folder: string, manifest: Omit<Manifest, 'weights' | 'format'>, weights: Float32Array): Promise<void> {
  const bytes = Buffer.alloc(weights.length * 4);
  weights.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  const complete: Manifest = {
    format: 1,
    ...manifest,
    weights: { sha256: createHash('sha256').update(bytes).digest('hex') },
  };
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, 'weights.bin'), bytes);
  await writeWhole(join(folder, 'model.json'), `${JSON.stringify(complete, null, 2)}\n`);
}

/** Through a second name, so that a reader never sees half a file. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
