/** How many tiles of a wall stand side by side: as large as they can all be seen at once, else as small as can be read. */

export interface WallGrid {
  readonly columns: number;
  /** Height of a row without the gap, px. */
  readonly rowPx: number;
  /** Whether all tiles are in view. */
  readonly isWhole: boolean;
}

export interface WallRoom {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly gapPx: number;
  /** Smallest tile whose words can be read. */
  readonly leastWidthPx: number;
  readonly leastHeightPx: number;
}

/** Width to height of the best tile: a name and a genre are wider than high. */
const SHAPE = 1.6;

export function wallGrid(tiles: number, { widthPx, heightPx, gapPx, leastWidthPx, leastHeightPx }: WallRoom): WallGrid {
  const sideBySide = (leastPx: number, roomPx: number): number => Math.max(1, Math.floor((roomPx + gapPx) / (leastPx + gapPx)));
  const mostColumns = Math.min(Math.max(1, tiles), sideBySide(leastWidthPx, widthPx));
  let best: WallGrid | undefined;
  let bestSize = 0;
  for (let columns = 1; columns <= mostColumns; columns++) {
    const rows = Math.ceil(Math.max(1, tiles) / columns);
    const [tileWidth, rowPx] = [(widthPx - (columns - 1) * gapPx) / columns, (heightPx - (rows - 1) * gapPx) / rows];
    const size = Math.min(tileWidth / SHAPE, rowPx);
    if (rowPx >= leastHeightPx && size > bestSize) [best, bestSize] = [{ columns, rowPx, isWhole: true }, size];
  }
  return best ?? { columns: mostColumns, rowPx: leastHeightPx, isWhole: false };
}
