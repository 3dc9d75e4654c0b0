/** Pictures of parts of a spectrogram at the zoom of the view, made when they are looked at and kept for a while. */
import type { FileAnalysis } from '../model/file-analysis.js';
import { colourMap } from '../model/colour-map.js';
import type { Theme } from '../model/theme.js';

/** Columns in a tile, at its zoom. */
const TILE_COLUMNS = 256;
/** A wide view has about a dozen; each is 64 KB. */
const MAX_TILES = 64;

interface Tile {
  readonly canvas: HTMLCanvasElement;
  /** Columns that are painted; the newest tile of a file that still grows is painted again. */
  columns: number;
}

const MAPS: Readonly<Record<Theme, Uint8ClampedArray>> = { light: colourMap('light'), dark: colourMap('dark') };

export class SpectrogramTiles {
  readonly #analysis: FileAnalysis;
  readonly #theme: Theme;
  /** By level and number; the one that was used longest ago is first. */
  readonly #tiles = new Map<string, Tile>();

  constructor(analysis: FileAnalysis, theme: Theme) {
    this.#analysis = analysis;
    this.#theme = theme;
  }

  /** Tiles that are kept now. */
  get size(): number { return this.#tiles.size; }

  /** Draws the part from `fromMs` to `toMs` into a rectangle. */
  draw(context: CanvasRenderingContext2D, { fromMs, toMs, x, y, width, height }: { fromMs: number; toMs: number; x: number; y: number; width: number; height: number }): void {
    const { levels, format: { hopMs, bands } } = this.#analysis;
    if (levels.rows === 0 || toMs <= fromMs) return;
    const level = levels.levelFor((toMs - fromMs) / hopMs / width);
    const columnMs = hopMs * 2 ** level;
    const pxPerMs = width / (toMs - fromMs);
    const end = Math.min(levels.rowsAt(level), Math.ceil(toMs / columnMs));
    context.imageSmoothingQuality = 'high';
    for (let column = Math.max(0, Math.floor(fromMs / columnMs)); column < end;) {
      const number = Math.floor(column / TILE_COLUMNS);
      const inTile = column - number * TILE_COLUMNS;
      const count = Math.min(end, (number + 1) * TILE_COLUMNS) - column;
      const left = x + (column * columnMs - fromMs) * pxPerMs;
      context.drawImage(this.#tile(level, number).canvas, inTile, 0, count, bands, left, y, count * columnMs * pxPerMs, height);
      column += count;
    }
  }

  #tile(level: number, number: number): Tile {
    const key = `${level} ${number}`;
    const columns = Math.min(TILE_COLUMNS, this.#analysis.levels.rowsAt(level) - number * TILE_COLUMNS);
    let tile = this.#tiles.get(key);
    this.#tiles.delete(key);
    if (!tile) {
      const canvas = document.createElement('canvas');
      canvas.width = TILE_COLUMNS;
      canvas.height = this.#analysis.format.bands;
      tile = { canvas, columns: 0 };
      const oldest = this.#tiles.size >= MAX_TILES ? this.#tiles.keys().next().value : undefined;
      if (oldest !== undefined) this.#tiles.delete(oldest);
    }
    this.#tiles.set(key, tile);
    if (tile.columns < columns) this.#paint(tile, level, number, columns);
    return tile;
  }

  #paint(tile: Tile, level: number, number: number, columns: number): void {
    const { levels, format: { bands } } = this.#analysis;
    const bytes = levels.bytesAt(level)!;
    const colours = MAPS[this.#theme];
    const context = tile.canvas.getContext('2d')!;
    // The last column that was painted may have been of an incomplete row.
    const from = Math.max(0, tile.columns - 1);
    const image = context.createImageData(columns - from, bands);
    for (let column = from; column < columns; column++) {
      const at = (number * TILE_COLUMNS + column) * bands;
      for (let band = 0; band < bands; band++) {
        const colour = 3 * bytes[at + band]!;
        const pixel = 4 * ((bands - 1 - band) * (columns - from) + column - from);
        image.data[pixel] = colours[colour]!;
        image.data[pixel + 1] = colours[colour + 1]!;
        image.data[pixel + 2] = colours[colour + 2]!;
        image.data[pixel + 3] = 255;
      }
    }
    context.putImageData(image, from, 0);
    tile.columns = columns;
  }
}
