/**
 * Variants of running the network on streams: block by block with carried state, as the server does,
 * and recomputing the last 4 s for each block; in batches and singly.
 */
import * as tf from '@tensorflow/tfjs-core';
import { blockMs } from '../../models/manifest.js';
import type { Bundle } from '../../models/model-folder.js';
import { describe } from '../../models/network.js';
import { forward, weightTensors } from '../../models/tf-network.js';
import { canStepSimd, SimdStep } from '../../models/step/simd-step.js';
import { Step } from '../../models/step/tf-step.js';
import type { Classifier } from '../../server/pipe/engine.js';
import type { Variant } from './rounds.js';

export const BATCH = 64;
export const WINDOW_S = 4;
/** Batch-1 runs timed together, one for each of as many streams. */
const SINGLES = 16;

/** Network inputs, any number of values: normalised levels. */
export type Levels = (length: number) => Float32Array;

export interface BatchVariants {
  /** Streams in batches of `BATCH`. */
  readonly batched: Variant;
  /** Streams one by one. */
  readonly single: Variant;
}

/** The server's classifier on WebAssembly. */
function stepOf(bundle: Bundle): Classifier {
  return canStepSimd(bundle) ? new SimdStep(bundle) : new Step(bundle);
}

/** Block by block with carried state, as in the server. */
export function carried(bundle: Bundle, levels: Levels, step = stepOf(bundle)): BatchVariants {
  const { manifest } = bundle;
  const states = Array.from({ length: BATCH }, () => step.newState());
  const blocks = Array.from({ length: BATCH }, () => levels(manifest.blockColumns * manifest.frontEnd.bands));
  const blockS = blockMs(manifest) / 1000;
  return {
    batched: { audioS: BATCH * blockS, run: () => void step.run(blocks, states) },
    single: {
      audioS: SINGLES * blockS,
      run: () => {
        for (let index = 0; index < SINGLES; index++) step.run([blocks[index]!], [states[index]!]);
      },
    },
  };
}

/** Recomputes all columns of the last 4 s for each block from a zero state, with the same code. */
export function recomputed(bundle: Bundle, levels: Levels): BatchVariants {
  const { manifest } = bundle;
  const step = stepOf(bundle);
  const columns = windowColumns(bundle);
  const blockS = blockMs(manifest) / 1000;
  const window = (batch: number): (() => void) => {
    const states = Array.from({ length: batch }, () => step.newState());
    const blocks = states.map(() => levels(columns * manifest.frontEnd.bands));
    return () => {
      for (const state of states) state.fill(0);
      step.run(blocks, states);
    };
  };
  return { batched: { audioS: BATCH * blockS, run: window(BATCH) }, single: { audioS: blockS, run: window(1) } };
}

/** Columns that begin in 4 s, up to a whole number of the network's strides. */
function windowColumns({ manifest: { layers, frontEnd } }: Bundle): number {
  const { stride } = describe(layers, frontEnd.bands);
  return Math.ceil((WINDOW_S * frontEnd.sampleRate) / frontEnd.hop / stride) * stride;
}

/**
 * Largest difference between the probabilities of both variants at the end of a stream's first 4 s,
 * when both have had the same input.
 */
export function largestDifference(bundle: Bundle, levels: Levels): number {
  const { manifest, weights } = bundle;
  const { bands } = manifest.frontEnd;
  const columns = windowColumns(bundle);
  const values = levels(columns * bands);

  const step = stepOf(bundle);
  const state = step.newState();
  let scores = new Float32Array();
  for (let at = 0; at < values.length; at += manifest.blockColumns * bands) {
    scores = step.run([values.subarray(at, at + manifest.blockColumns * bands)], [state]).slice();
  }

  const { labels, calibration: { temperature, kindsTemperature = 1 } } = manifest;
  const onePass = tf.tidy(() => {
    const description = describe(manifest.layers, bands);
    const logits = forward(description, weightTensors(description, weights), tf.tensor3d(values, [1, columns, bands]));
    const last = tf.reshape(tf.slice(logits, [0, logits.shape[1] - 1, 0], [-1, 1, -1]), [-1]);
    const probabilities = (from: number, length: number, divisor: number): number[] => (length === 0 ? [] : [...tf.softmax(tf.div(tf.slice(last, from, length), divisor)).dataSync()]);
    return [...probabilities(0, labels.length, temperature), ...probabilities(labels.length, description.outputs - labels.length, kindsTemperature)];
  });
  return Math.max(...onePass.map((probability, index) => Math.abs(probability - scores[index]!)));
}
