/**
 * Reads and writes model folders: `model.json`, `weights.bin` (float32 little-endian, in the order of
 * the layers), `embedding.bin` where the model has one, and `card.md`. A model is validated completely when it is loaded, before any stream is
 * accepted.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { fromHalf, toHalf } from './compact/half-floats.js';
import { manifestSchema } from './manifest-schema.js';
import { outputCount, type Manifest } from './manifest.js';
import { describe, type Description } from './network.js';
import { writeAtomically } from './write-atomically.js';

/** A loaded model. Plain data that can be posted to workers, which share the memory of the weights. */
export interface Bundle {
  readonly manifest: Manifest;
  /** Of all layers, concatenated; on a SharedArrayBuffer. */
  readonly weights: Float32Array;
  /** Kernel [inputs of the last layer × size], then bias [size], of a model with an embedding (`embedding.ts`); on a SharedArrayBuffer. */
  readonly embedding?: Float32Array;
}

/** An unusable model folder, with the reason. */
export class ModelError extends Error {
  constructor(folder: string, reason: string) {
    super(`The model in ${folder} can't be used: ${reason}`);
    this.name = 'ModelError';
  }
}

/**
 * @throws ModelError if files are missing, or labels, shapes, front end or checksum are invalid
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
  if (new Set(labels).size !== labels.length) refuse('model.json has duplicate labels.');

  if (manifest.features) {
    const names = manifest.features.map(({ name }) => name).join(', ');
    refuse(`its input is ${names}, but only mel levels are computed from live sound. Train one with --features mel.`);
  }

  let description: Description;
  try {
    description = describe(manifest.layers, manifest.frontEnd.bands);
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (description.outputs !== outputCount(manifest)) {
    const kinds = manifest.kinds ? ` and ${manifest.kinds.length} kinds of sound` : '';
    const outside = manifest.outside ? ' and one for music of none of them' : '';
    const tags = manifest.tags ? ` and ${manifest.tags.length} tags` : '';
    refuse(`its last layer has ${description.outputs} outputs for ${labels.length} labels${kinds}${outside}${tags}.`);
  }
  if (manifest.blockColumns % description.stride !== 0) {
    refuse(`its blocks of ${manifest.blockColumns} columns are not a multiple of ${description.stride}, the stride of its layers.`);
  }

  const bytes = await read('weights.bin');
  if (bytes.length !== description.parameters * 4) {
    refuse(`weights.bin has ${bytes.length} bytes; the layers need ${description.parameters} × 4 = ${description.parameters * 4}.`);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== manifest.weights.sha256) {
    refuse(`weights.bin has the SHA-256 ${sha256}, but model.json expects ${manifest.weights.sha256}: the two files do not belong together, or one is damaged.`);
  }
  const weights = float32LittleEndian(bytes);
  if (!weights.every(Number.isFinite)) refuse('weights.bin contains NaN or infinite values.');
  if (!manifest.embedding) return { manifest, weights };

  const { size } = manifest.embedding;
  const { layer, input } = description.layers.at(-1)!;
  if (layer.type !== 'dense' || layer.activation !== 'linear') return refuse('it has an embedding, but its last layer is not dense and linear.');
  const embeddingBytes = await read('embedding.bin');
  const wanted = (input.bands * input.channels + 1) * size * 4;
  if (embeddingBytes.length !== wanted) refuse(`embedding.bin has ${embeddingBytes.length} bytes; ${size} values of each of the last layer's ${input.bands * input.channels} inputs need ${wanted}.`);
  const hash = createHash('sha256').update(embeddingBytes).digest('hex');
  if (hash !== manifest.embedding.sha256) refuse(`embedding.bin has the SHA-256 ${hash}, but model.json expects ${manifest.embedding.sha256}: the two files do not belong together, or one is damaged.`);
  const embedding = float32LittleEndian(embeddingBytes);
  if (!embedding.every(Number.isFinite)) refuse('embedding.bin contains NaN or infinite values.');
  return { manifest, weights, embedding };
}

/** The values of a file, on a SharedArrayBuffer. */
function float32LittleEndian(bytes: Buffer): Float32Array {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  if (endianness() === 'BE') Buffer.from(shared).swap32();
  return new Float32Array(shared);
}

/**
 * Writes `model.json`, `weights.bin` and `embedding.bin`, each atomically. Weights are rounded to float16, which the file
 * for devices holds: so all compute with the same ones.
 * @param embedding as in `Bundle`, of `size` values
 */
export async function saveBundle(folder: string, manifest: Omit<Manifest, 'weights' | 'format' | 'embedding'>, weights: Float32Array, embedding?: { readonly size: number; readonly values: Float32Array }): Promise<void> {
  const bytes = littleEndian(weights.map((weight) => fromHalf(toHalf(weight))));
  const embeddingBytes = embedding && littleEndian(embedding.values);
  const complete: Manifest = {
    format: 1,
    ...manifest,
    weights: { sha256: createHash('sha256').update(bytes).digest('hex') },
    ...(embedding && { embedding: { size: embedding.size, sha256: createHash('sha256').update(embeddingBytes!).digest('hex') } }),
  };
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, 'weights.bin'), bytes);
  if (embeddingBytes) await writeAtomically(join(folder, 'embedding.bin'), embeddingBytes);
  await writeAtomically(join(folder, 'model.json'), `${JSON.stringify(complete, null, 2)}\n`);
}

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}
