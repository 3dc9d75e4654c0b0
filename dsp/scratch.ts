/** Room that grows and is used again: buffers made anew at every step keep the garbage collector busy. */
export class Scratch {
  #values = new Float32Array(0);

  /** The first `length` values, whatever they were before; a view, valid until somebody else asks. */
  of(length: number): Float32Array {
    if (this.#values.length < length) this.#values = new Float32Array(length);
    return this.#values.subarray(0, length);
  }
}
