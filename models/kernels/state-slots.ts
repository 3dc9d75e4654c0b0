/**
 * The states of a group of streams while a batch is processed: one slot per stream, which kernels
 * update in place. A state is copied in and out as a whole, or run by run where a layer's values are
 * padded to whole vectors.
 */
import type { Memory, WasmArray } from '../../dsp/kernels/memory.js';
import { padded } from './weights.js';

/** A run of values that is contiguous in a state and in a slot. */
interface Run {
  readonly stateOffset: number;
  readonly slotOffset: number;
  length: number;
}

export class StateSlots {
  readonly #runs: Run[] = [];
  #stateLength = 0;
  #length = 0;
  #array!: WasmArray;
  #count = 0;
  /** One per slot; created after the memory was instantiated. */
  #views: readonly Float32Array[] | undefined;

  /** Distance between slots. */
  get bytes(): number {
    return 4 * padded(this.#length);
  }

  /** All slots, one after another. */
  get values(): Float32Array {
    return this.#array.values;
  }

  /** Address of the first slot. */
  get address(): number {
    return this.#array.address;
  }

  /**
   * Appends a layer's part of the state: `runs` runs of `length` values.
   * @param isPadded whether each run is padded with zeros to whole vectors in a slot
   * @returns the offset in a slot, in values
   */
  append(runs: number, length: number, isPadded = false): number {
    const start = this.#length;
    for (let run = 0; run < runs; run++) {
      const last = this.#runs.at(-1);
      if (last && last.stateOffset + last.length === this.#stateLength && last.slotOffset + last.length === this.#length) last.length += length;
      else this.#runs.push({ stateOffset: this.#stateLength, slotOffset: this.#length, length });
      this.#stateLength += length;
      this.#length += isPadded ? padded(length) : length;
    }
    return start;
  }

  /** Call after all parts were appended. @param streams maximum number of streams */
  reserve(memory: Memory, streams: number): void {
    this.#count = streams;
    this.#array = memory.reserve((streams * this.bytes) / 4);
  }

  load(slot: number, state: Float32Array): void {
    const view = this.#view(slot);
    if (this.#isContiguous) view.set(state);
    else for (const { stateOffset, slotOffset, length } of this.#runs) view.set(state.subarray(stateOffset, stateOffset + length), slotOffset);
  }

  store(slot: number, state: Float32Array): void {
    const view = this.#view(slot);
    if (this.#isContiguous) state.set(view);
    else for (const { stateOffset, slotOffset, length } of this.#runs) state.set(view.subarray(slotOffset, slotOffset + length), stateOffset);
  }

  get #isContiguous(): boolean {
    return this.#stateLength === this.#length;
  }

  #view(slot: number): Float32Array {
    this.#views ??= Array.from({ length: this.#count }, (_, index) => {
      const start = (index * this.bytes) / 4;
      return this.values.subarray(start, start + this.#length);
    });
    return this.#views[slot]!;
  }
}
