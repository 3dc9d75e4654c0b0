/**
 * Buffers between flat layers: one row of values per column of each stream. A layer that appends
 * values to its input writes them into the same row, so concatenation copies nothing.
 */
import type { Memory, WasmArray } from '../../dsp/kernels/memory.js';
import { padded } from './weights.js';

/** Where a layer writes its output: [columns][streams] rows. */
export interface Target {
  /** Address of the first row. @param streams in this batch */
  address(streams: number): number;
  /** Distance between rows. */
  readonly rowBytes: number;
}

export class Rows implements Target {
  #width = 0;
  /** Position in a row of each value; the other positions are padding, filled with zeros. */
  readonly positions: number[] = [];
  #array: WasmArray | undefined;

  /** Current length of a row in values, a multiple of 4. */
  get width(): number {
    return this.#width;
  }

  get rowBytes(): number {
    return 4 * this.#width;
  }

  get values(): Float32Array {
    return this.#array!.values;
  }

  address(): number {
    return this.#array!.address;
  }

  /** Extends each row by `count` values. @returns their offset in the row */
  append(count: number): number {
    const offset = this.#width;
    for (let index = 0; index < count; index++) this.positions.push(offset + index);
    this.#width = offset + padded(count);
    return offset;
  }

  /** Appends groups of `count` values, each padded to whole vectors. */
  appendGroups(groups: number, count: number): void {
    for (let group = 0; group < groups; group++) this.append(count);
  }

  /** Call after all values were appended. @param rows maximum of columns × streams */
  reserve(memory: Memory, rows: number): void {
    this.#array = memory.reserve(rows * this.#width);
  }
}
