/** Interface of a sounding note: adds its samples to part of a buffer until it has ended. */
export interface Voice {
  /**
   * Adds samples to `out[from..to)`.
   * @returns false when nothing more will come
   */
  mix(out: Float32Array, from: number, to: number): boolean;
}
