/** A growing scratch buffer, reused so that no step allocates a new array for the garbage collector. */
export class ScratchBuffer {
  #values = new Float32Array(0);
  /** The last view; callers usually ask for the same length again. */
  #last = this.#values;

  /** A view of the first `length` values, not cleared; its content is valid until the next call by any owner of this buffer. */
  view(length: number): Float32Array {
    if (this.#last.length === length) return this.#last;
    if (this.#values.length < length) this.#values = new Float32Array(length);
    return this.#last = this.#values.subarray(0, length);
  }
}
