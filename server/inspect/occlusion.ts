/**
 * Where in time and frequency the network looked: how far the log odds of a genre fall when a part of the
 * spectrogram is hidden (occlusion: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks",
 * section 4.2). A patch is about 1 s long and an eighth of the bands high; patches overlap by half.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FrontEnd } from '../../dsp/mel/front-end.js';
import type { Probe, Rectangle } from './probe.js';

/** A patch is two cells long and two high. */
const CELL_S = 0.5;
const CELLS_HIGH = 16;
const PATCH_CELLS = 2;

/** Cells of the stretch; the last column and row of them may be smaller. */
export interface Grid {
  /** Columns of the spectrogram in a cell. */
  readonly cellColumns: number;
  readonly cellBands: number;
  /** Cells in time and in frequency. */
  readonly across: number;
  readonly up: number;
}

export interface Occlusion extends Grid {
  /** [across × up], time-major, low to high: mean fall of the log odds over the patches on a cell. Below 0 what was hidden spoke against the genre. */
  readonly falls: Float64Array;
}

export interface OccludeOptions {
  readonly signal?: AbortSignal;
  /** @param share of the work that is done, 0 to 1 */
  readonly onProgress?: (share: number) => void;
}

export function gridOf({ columns, bands }: Pick<Probe, 'columns' | 'bands'>, { sampleRate, hop }: FrontEnd): Grid {
  const cellColumns = Math.max(1, Math.round((CELL_S * sampleRate) / hop));
  const cellBands = Math.ceil(bands / CELLS_HIGH);
  return { cellColumns, cellBands, across: Math.ceil(columns / cellColumns), up: Math.ceil(bands / cellBands) };
}

/** The cells from (time, band) on as a part of the spectrogram. */
export function cellsAt({ cellColumns, cellBands }: Grid, bands: number, time: number, band: number, cells = 1): Rectangle {
  return {
    fromColumn: time * cellColumns,
    toColumn: (time + cells) * cellColumns,
    fromBand: band * cellBands,
    toBand: Math.min(bands, (band + cells) * cellBands),
  };
}

/**
 * All patches that start at one time are a batch; the event loop runs between batches.
 * Costs the stretch's length in patches times half its length in steps of the network.
 * @throws the signal's reason when it aborts
 */
export async function occlude(probe: Probe, frontEnd: FrontEnd, { signal, onProgress }: OccludeOptions = {}): Promise<Occlusion> {
  const grid = gridOf(probe, frontEnd);
  const { across, up } = grid;
  const sums = new Float64Array(across * up);
  const patches = new Uint8Array(across * up);
  const times = Math.max(1, across - PATCH_CELLS + 1);
  const heights = Math.max(1, up - PATCH_CELLS + 1);
  const { logOdds } = probe;
  for (let time = 0; time < times; time++) {
    const left = probe.logOddsWithout(Array.from({ length: heights }, (_, band) => [cellsAt(grid, probe.bands, time, band, PATCH_CELLS)]));
    for (const [band, remaining] of left.entries()) {
      for (let x = time; x < Math.min(across, time + PATCH_CELLS); x++) {
        for (let y = band; y < Math.min(up, band + PATCH_CELLS); y++) {
          sums[x * up + y]! += logOdds - remaining;
          patches[x * up + y]! += 1;
        }
      }
    }
    onProgress?.((time + 1) / times);
    await nextTurn();
    signal?.throwIfAborted();
  }
  return { ...grid, falls: sums.map((sum, cell) => sum / patches[cell]!) };
}
