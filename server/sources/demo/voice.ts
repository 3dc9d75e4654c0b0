/** What the mixer asks of anything that sounds: add yourself to a stretch of a buffer until you are done. */
export interface Voice {
  /**
   * Adds samples to `out[from..to)`.
   * @returns false when nothing more will come
   */
  mix(out: Float32Array, from: number, to: number): boolean;
}
