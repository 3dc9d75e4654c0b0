/** Keyboard navigation in a row of items: arrows move by one and stop at the ends, Home and End jump. */

/**
 * @param at index of the current item; negative if none, then the arrows start at the last
 * @returns index of the new item; undefined for any other key
 */
export function keyStep(key: string, at: number, count: number): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowLeft': return at < 0 ? last : Math.max(0, at - 1);
    case 'ArrowRight': return at < 0 ? last : Math.min(last, at + 1);
    case 'Home': return 0;
    case 'End': return last;
    default: return undefined;
  }
}
