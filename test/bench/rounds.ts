/**
 * Measures ways of doing the same so that they can be compared on a machine that does other things
 * too: every round runs every way once, one after the other, and ratios are taken within a round:
 * what else runs slows all of a round down alike.
 */
import { quantile } from '../../models/metrics.js';

/** One way of doing it. */
export interface Variant {
  /** Seconds of audio that `run` covers. */
  readonly audioS: number;
  /** What must be so while it runs and isn't counted. */
  before?(): void;
  run(): void;
}

/** Until everything is compiled and the memory of backends has grown. */
const WARM_ROUNDS = 5;

/**
 * @param cost of a run, ms
 * @returns [way][round] CPU ms for a second of audio
 */
export function measureRounds(variants: readonly Variant[], rounds: number, cost: (run: () => void) => number = cpuMs): number[][] {
  for (let warm = 0; warm < WARM_ROUNDS; warm++) for (const way of variants) start(way);
  const measured = variants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    // Each round begins elsewhere, so that nothing always runs after the same neighbour.
    for (let turn = 0; turn < variants.length; turn++) {
      const index = (round + turn) % variants.length;
      const way = variants[index]!;
      start(way); // brings its tables into the caches, as in a server that does nothing else
      measured[index]!.push(cost(() => way.run()) / way.audioS);
    }
  }
  return measured;
}

/** How many times as much one way takes as another: the median of the rounds' ratios and the middle half of them. */
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

/** Of all threads of this process, the garbage collector's and the compiler's too. */
function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
