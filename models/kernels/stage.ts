/** A layer prepared for the SIMD kernels: its weights and buffers are in WebAssembly memory. */
import type { Memory } from '../../dsp/kernels/memory.js';
import type { Kernels } from './kernels.js';
import type { StateSlots } from './state-slots.js';

/** Columns of a group of streams that pass through all stages. */
export interface Batch {
  readonly kernels: Kernels;
  readonly streams: number;
  /** States of the streams, in the first slots. */
  readonly slots: StateSlots;
  /** Of the network's input; a stage after layers that pool columns has fewer. */
  readonly columns: number;
}

export interface Stage {
  /** Reserves buffers and writes the weights. @param max streams and columns of a batch */
  reserve(memory: Memory, max: { readonly streams: number; readonly columns: number }): void;
  run(batch: Batch): void;
}
