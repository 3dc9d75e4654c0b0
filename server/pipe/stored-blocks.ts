/** Stored mel levels as the blocks of a stream: what the pipe gets from the columns on. */
import { decodeLevel } from '../../dsp/mel/level-bytes.js';
import { melLevelMeter } from '../../dsp/mel/mel-level.js';
import type { Manifest } from '../../models/manifest.js';
import type { MelBlock } from './blocks.js';

/**
 * @param bytes [columns × bands] encoded levels
 * @param arrivedAtMs of all blocks, ms on the server's clock
 */
export function blocksOf(bytes: Uint8Array, { frontEnd, blockColumns }: Manifest, arrivedAtMs: number): MelBlock[] {
  const { bands, hop, sampleRate } = frontEnd;
  const level = melLevelMeter(frontEnd);
  const total = bytes.length / bands;
  return Array.from({ length: Math.ceil(total / blockColumns) }, (_, block) => {
    const first = block * blockColumns;
    const columns = Math.min(blockColumns, total - first);
    const cells = Float32Array.from(bytes.subarray(first * bands, (first + columns) * bands), decodeLevel);
    const rmsDb = rmsDbOf(cells, bands, level);
    return {
      cells,
      columns,
      atMs: (1000 * hop * (first + columns)) / sampleRate,
      durationMs: (1000 * hop * columns) / sampleRate,
      rmsDb,
      peakDb: rmsDb,
      arrivedAtMs,
      endBytes: 0,
      isLate: false,
    };
  });
}

/**
 * @param cells [columns × bands] levels in dB
 * @param level of one column, dBFS
 * @returns RMS level of all of them, dBFS
 */
export function rmsDbOf(cells: Float32Array, bands: number, level: (column: Float32Array) => number): number {
  let power = 0;
  for (let at = 0; at < cells.length; at += bands) power += 10 ** (level(cells.subarray(at, at + bands)) / 10);
  return 10 * Math.log10((power * bands) / cells.length);
}
