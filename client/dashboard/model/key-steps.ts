/** Which of a row of things a key leads to: arrows go one on and stop at the ends, Home and End go there. */

/**
 * @param at index of the present one; below 0 where there is none, and the arrows begin with the last
 * @returns undefined for any other key
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
