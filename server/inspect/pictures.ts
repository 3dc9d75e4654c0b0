/** Rows of numbers as pictures: time to the right, low values at the bottom, at most as wide as a screen can show. */
import { palettePng, dataUri } from '../../models/training/report/png.js';
import { levelPalette } from '../../models/training/report/colour-map.js';
import { encodeLevels } from '../../dsp/mel/level-bytes.js';

/** Wider pictures are means over several columns. */
export const MAX_WIDTH = 2000;
const PALETTE = levelPalette();
/** Levels at the ends of the palette, dB: what 0 and 1 are drawn as. */
const [LOWEST_DB, HIGHEST_DB] = [-40, 28];

/**
 * @param rows [columns × size]
 * @param size values in a column, lowest first
 * @param byteOf a value as an index of the palette
 * @returns address of a PNG with the data in it
 */
function picture(rows: ArrayLike<number>, size: number, byteOf: (value: number) => number): string {
  const columns = rows.length / size;
  const width = Math.min(MAX_WIDTH, columns);
  const pixels = new Uint8Array(width * size);
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x * columns) / width);
    const to = Math.max(from + 1, Math.floor(((x + 1) * columns) / width));
    for (let row = 0; row < size; row++) {
      let sum = 0;
      for (let column = from; column < to; column++) sum += rows[column * size + row]!;
      pixels[(size - 1 - row) * width + x] = byteOf(sum / (to - from));
    }
  }
  return dataUri(palettePng(width, size, pixels, PALETTE));
}

/** @param levels [columns × bands] level bytes */
export function levelPicture(levels: Uint8Array, bands: number): string {
  return picture(levels, bands, Math.round);
}

/** @param rows [columns × size] values from 0 to 1 */
export function sharePicture(rows: ArrayLike<number>, size: number): string {
  const bytes = new Uint8Array(256);
  encodeLevels(Float32Array.from(bytes, (_, step) => LOWEST_DB + (HIGHEST_DB - LOWEST_DB) * step / 255), bytes, 0);
  return picture(rows, size, (value) => bytes[Math.round(255 * Math.min(1, Math.max(0, value)))]!);
}

/**
 * The outline of a waveform as the path of an SVG, 0 to `width` and -1 to 1 downwards.
 * @param peaks [points][lowest, highest], -127 to 127
 */
export function wavePath(peaks: Int8Array): { readonly path: string; readonly width: number } {
  const points = peaks.length / 2;
  const width = Math.min(MAX_WIDTH, points);
  const [upper, lower]: [string[], string[]] = [[], []];
  for (let x = 0; x < width; x++) {
    let [low, high] = [127, -127];
    const end = Math.max(Math.floor((x * points) / width) + 1, Math.floor(((x + 1) * points) / width));
    for (let point = Math.floor((x * points) / width); point < end; point++) {
      low = Math.min(low, peaks[2 * point]!);
      high = Math.max(high, peaks[2 * point + 1]!);
    }
    upper.push(`${x} ${-high}`);
    lower.push(`${x} ${-low}`);
  }
  return { path: points === 0 ? '' : `M${[...upper, ...lower.reverse()].join('L')}Z`, width };
}
