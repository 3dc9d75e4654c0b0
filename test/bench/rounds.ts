/**
 * Compares variants on a machine with other load: every round runs each variant once, and ratios are
 * taken within a round, so that background load affects both sides alike.
 */
import { quantile } from '../../models/metrics.js';

/** One variant. */
export interface Variant {
  /** Seconds of audio that `run` covers. */
  readonly audioS: number;
  /** Untimed preparation before a run. */
  before?(): void;
  run(): void;
}

/** Warm-up rounds, for JIT compilation and memory growth. */
const WARM_ROUNDS = 5;

/**
 * @param cost of a run, ms
 * @returns [way][round] CPU ms for a second of audio
 */
export function measureRounds(variants: readonly Variant[], rounds: number, cost: (run: () => void) => number = cpuMs): number[][] {
  for (let warm = 0; warm < WARM_ROUNDS; warm++) for (const way of variants) start(way);
  const measured = variants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    // Rotate the order, so that no variant always runs after the same one.
    for (let turn = 0; turn < variants.length; turn++) {
      const index = (round + turn) % variants.length;
      const way = variants[index]!;
      start(way); // warms the caches, as in a server that does nothing else
      measured[index]!.push(cost(() => way.run()) / way.audioS);
    }
  }
  return measured;
}

/** Cost ratio of two variants: median of the per-round ratios, and their interquartile range. */
export interface Ratio {
  readonly median: number;
  readonly middleHalf: readonly [from: number, to: number];
}

/** @param theirs [round], @param ours [round] of the same rounds */
export function ratioOf(theirs: readonly number[], ours: readonly number[]): Ratio {
  const ratios = theirs.map((value, round) => value / ours[round]!);
  return { median: quantile(ratios, 0.5)!, middleHalf: [quantile(ratios, 0.25)!, quantile(ratios, 0.75)!] };
}

function start(way: Variant): void {
  way.before?.();
  way.run();
}

/** CPU time of all threads of this process, garbage collector and compiler included. */
function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
