/** A layer made ready: its weights and room to work in lie in a memory of WebAssembly. */
import type { Memory } from '../../dsp/kernels/memory.js';
import type { Kernels } from './kernels.js';
import type { Slots } from './state-slots.js';

/** Some columns of some streams on their way through the network. */
export interface Batch {
  readonly kernels: Kernels;
  readonly streams: number;
  /** Theirs, from the first one on. */
  readonly slots: Slots;
  /** That the network is given; a layer behind others that merge columns has fewer. */
  readonly columns: number;
}

export interface Stage {
  /** Asks for room and writes the weights. @param most streams and columns of a batch */
  reserve(memory: Memory, most: { readonly streams: number; readonly columns: number }): void;
  run(batch: Batch): void;
}
