/**
 * What streams carry, while their columns go through: a slot for each stream of a group, which
 * kernels read and change where it lies. A state goes in and out in one copy, unless its layers'
 * numbers fill no vectors: then zeros come between them.
 */
import type { Memory, WasmArray } from '../../dsp/kernels/memory.js';
import { padded } from './weights.js';

interface Run {
  /** Where it begins in a state, and in a slot. */
  readonly from: number;
  readonly at: number;
  length: number;
}

export class Slots {
  readonly #runs: Run[] = [];
  #stateLength = 0;
  #length = 0;
  #array!: WasmArray;
  #count = 0;
  /** One a slot, once the memory is made. */
  #views: readonly Float32Array[] | undefined;

  /** From one slot to the next. */
  get bytes(): number {
    return 4 * padded(this.#length);
  }

  /** All slots, one after another. */
  get values(): Float32Array {
    return this.#array.values;
  }

  /** Of the first slot. */
  get address(): number {
    return this.#array.address;
  }

  /**
   * The next piece of a state.
   * @param runs of `length` numbers; @param isFilled whether zeros fill each up to whole vectors
   * @returns where it begins in a slot, numbers
   */
  append(runs: number, length: number, isFilled = false): number {
    const start = this.#length;
    for (let run = 0; run < runs; run++) {
      const last = this.#runs.at(-1);
      if (last && last.from + last.length === this.#stateLength && last.at + last.length === this.#length) last.length += length;
      else this.#runs.push({ from: this.#stateLength, at: this.#length, length });
      this.#stateLength += length;
      this.#length += isFilled ? padded(length) : length;
    }
    return start;
  }

  /** Once all is appended. @param streams at most */
  reserve(memory: Memory, streams: number): void {
    this.#count = streams;
    this.#array = memory.reserve((streams * this.bytes) / 4);
  }

  load(slot: number, state: Float32Array): void {
    const view = this.#view(slot);
    if (this.#isWhole) view.set(state);
    else for (const { from, at, length } of this.#runs) view.set(state.subarray(from, from + length), at);
  }

  store(slot: number, state: Float32Array): void {
    const view = this.#view(slot);
    if (this.#isWhole) state.set(view);
    else for (const { from, at, length } of this.#runs) state.set(view.subarray(at, at + length), from);
  }

  get #isWhole(): boolean {
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
