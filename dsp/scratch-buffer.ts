/** Room that grows and is used again: buffers made anew at every step keep the garbage collector busy. */
export class ScratchBuffer {
  #values = new Float32Array(0);
  /** What was given last: mostly the same is asked for again. */
  #given = this.#values;

  /** The first `length` values, whatever they were before; a view, valid until somebody else asks. */
  view(length: number): Float32Array {
    if (this.#given.length === length) return this.#given;
    if (this.#values.length < length) this.#values = new Float32Array(length);
    return this.#given = this.#values.subarray(0, length);
  }
}
