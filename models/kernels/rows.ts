/**
 * What lies between flat layers: a row of numbers for each column of each stream. A layer that puts
 * something beside what it gets writes it into the same row, so nothing is joined by copying.
 */
import type { Memory, WasmArray } from '../../dsp/kernels/memory.js';
import { padded } from './weights.js';

/** Whatever a layer writes its columns to: those of all streams side by side, column after column. */
export interface Target {
  /** Address of the first. @param streams in this batch */
  address(streams: number): number;
  /** From one to the next. */
  readonly rowBytes: number;
}

export class Rows implements Target {
  #width = 0;
  /** Where each value of the layers lies in a row; between them there may be zeros. */
  readonly positions: number[] = [];
  #array: WasmArray | undefined;

  /** Numbers in a row so far, a multiple of 4. */
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

  /** Makes room at the end of each row. @returns how far from its start */
  append(count: number): number {
    const offset = this.#width;
    for (let index = 0; index < count; index++) this.positions.push(offset + index);
    this.#width = offset + padded(count);
    return offset;
  }

  /** The same in groups with zeros behind each. */
  appendGroups(groups: number, count: number): void {
    for (let group = 0; group < groups; group++) this.append(count);
  }

  /** Once all is appended. @param rows columns × streams, at most */
  reserve(memory: Memory, rows: number): void {
    this.#array = memory.reserve(rows * this.#width);
  }
}
