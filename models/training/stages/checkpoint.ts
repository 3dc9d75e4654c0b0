/**
 * Training state on disk: `checkpoint.json` (settings, position, history) and `checkpoint-0.bin` or
 * `-1.bin` (all variables, float32). A run resumes only with the same settings; others are rejected, so
 * that no figure comes from a mixture.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { writeAtomically } from '../../write-atomically.js';
import { setValues } from '../network/trainable.js';

export interface TrainingState {
  readonly step: number;
  readonly randomState: number;
  readonly best: number;
  readonly history: ReadonlyArray<{ readonly epoch: number; readonly loss: number; readonly score: number; /** Wall clock, s. */ readonly seconds: number }>;
}

export class Checkpoint {
  readonly #folder: string;
  readonly #settings: string;

  /** @param settings a run resumes only if all of these are equal */
  constructor(folder: string, settings: unknown) {
    this.#folder = folder;
    this.#settings = JSON.stringify(settings);
  }

  /**
   * Loads the variables from disk.
   * @returns where the run stopped, or undefined when there is no checkpoint
   * @throws Error when the folder holds a run with other settings
   */
  async load(variables: readonly Variable[]): Promise<TrainingState | undefined> {
    const text = await readFile(join(this.#folder, 'checkpoint.json'), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const { settings, values, ...position } = JSON.parse(text) as TrainingState & { settings: string; values: string };
    if (settings !== this.#settings) {
      throw new Error(`${this.#folder} holds a run with other settings (${settings}); choose another --run or remove the folder.`);
    }
    assign(variables, await readFile(join(this.#folder, values)));
    return position;
  }

  async save(variables: readonly Variable[], position: TrainingState): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    // Two files alternate; the JSON names the one that is complete.
    const values = `checkpoint-${position.step % 2}.bin`;
    await writeAtomically(join(this.#folder, values), bytesOf(variables));
    await writeAtomically(join(this.#folder, 'checkpoint.json'), JSON.stringify({ settings: this.#settings, values, ...position }));
  }

  async saveBest(variables: readonly Variable[]): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeAtomically(join(this.#folder, 'best.bin'), bytesOf(variables));
  }

  async loadBest(variables: readonly Variable[]): Promise<void> {
    assign(variables, await readFile(join(this.#folder, 'best.bin')));
  }
}

function bytesOf(tensors: readonly Tensor[]): Uint8Array {
  return Buffer.concat(tensors.map((values) => {
    const data = values.dataSync<'float32'>();
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }));
}

function assign(variables: readonly Variable[], bytes: Buffer): void {
  const length = variables.reduce((total, { size }) => total + size, 0);
  if (bytes.length !== length * 4) throw new Error(`The checkpoint holds ${bytes.length / 4} values; this network has ${length}.`);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
  let offset = 0;
  for (const variable of variables) {
    setValues(variable, values.slice(offset, offset + variable.size));
    offset += variable.size;
  }
}
