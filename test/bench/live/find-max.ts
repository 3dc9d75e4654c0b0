/** Finds the largest passing count: doubles until it fails, then bisects. */

/** Relative width at which the search stops. */
const SHARE = 0.05;

/** @returns 0 when not even 1 passes */
export async function findMax(passes: (count: number) => Promise<boolean>, guess: number, most: number): Promise<number> {
  let [low, high] = [0, Infinity];
  for (let count = Math.min(guess, most); ; count = next(low, high, count, most)) {
    if (await passes(count)) low = count;
    else high = count;
    if (low >= most || high <= 1 || high - low <= Math.max(1, SHARE * low)) return low;
  }
}

function next(low: number, high: number, count: number, most: number): number {
  if (high === Infinity) return Math.min(most, 2 * count);
  if (low === 0) return Math.max(1, Math.floor(count / 2));
  return Math.round((low + high) / 2);
}
