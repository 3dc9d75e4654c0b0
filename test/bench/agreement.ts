/** Compares the columns of two implementations: a cost comparison is only valid if they compute the same. */

/** Dynamic range: cells further below the loudest are clipped to it, since float32 and logarithms lose precision there. */
const RANGE_DB = 60;

/** The largest relative difference of any two cells. @param theirs, @param ours [cell] of power */
export function largestRelativeDifference(theirs: ArrayLike<number>, ours: ArrayLike<number>): number {
  if (theirs.length !== ours.length) throw new Error(`${theirs.length} cells can't be compared with ${ours.length}.`);
  let largest = 0;
  for (let cell = 0; cell < ours.length; cell++) {
    const scale = Math.max(Math.abs(theirs[cell]!), Math.abs(ours[cell]!));
    if (scale > 0) largest = Math.max(largest, Math.abs(theirs[cell]! - ours[cell]!) / scale);
  }
  return largest;
}

/** Columns of a filterbank of any kind. */
export interface Bands {
  /** Band centres, Hz, ascending. */
  readonly centresHz: readonly number[];
  /** [column][band], power for each Hz of a band's width, up to a factor. */
  readonly columns: readonly (readonly number[])[];
}

/**
 * Pearson's correlation of levels in dB over all columns, whatever the scale of the powers. Theirs
 * are read off at the frequencies of ours, straight between neighbours.
 */
export function levelCorrelation(theirs: Bands, ours: Bands): number {
  const theirLevels = levelsOf(theirs).map((levels) => ours.centresHz.map((hz) => levelAt(hz, theirs.centresHz, levels)));
  return correlation(theirLevels.flat(), levelsOf(ours).flat());
}

function levelsOf({ columns }: Bands): number[][] {
  const loudest = columns.flat().reduce((most, power) => Math.max(most, power), 0);
  return columns.map((column) => column.map((power) => Math.max(10 * Math.log10(power / loudest), -RANGE_DB)));
}

function levelAt(hz: number, centresHz: readonly number[], levels: readonly number[]): number {
  const above = centresHz.findIndex((centre) => centre >= hz);
  if (above === 0) return levels[0]!;
  if (above < 0) return levels.at(-1)!;
  const [low, high] = [centresHz[above - 1]!, centresHz[above]!];
  return levels[above - 1]! + ((hz - low) / (high - low)) * (levels[above]! - levels[above - 1]!);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let cell = 0; cell < a.length; cell++) {
    const [da, db] = [a[cell]! - meanA, b[cell]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
