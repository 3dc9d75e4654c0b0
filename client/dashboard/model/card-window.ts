/** Which cards of a large grid are in the document: the rows in view and some above and below; all of a small grid. */
import { rowWindow } from './row-window.js';

/** Up to this number all cards are in the document, where the browser's own search finds them. */
const MOST_WHOLE = 100;

export interface CardWindow {
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  /** Height of the rows left out above and below, px. */
  readonly abovePx: number;
  readonly belowPx: number;
}

export interface GridSize {
  /** From the top of the grid to the top of the view; negative while the grid begins below it. */
  readonly topPx: number;
  readonly viewPx: number;
  /** Height of a row with the gap after it. */
  readonly rowPx: number;
  readonly columns: number;
}

export function cardWindow(cards: number, { topPx, viewPx, rowPx, columns }: GridSize): CardWindow {
  if (cards <= MOST_WHOLE) return { from: 0, to: cards, abovePx: 0, belowPx: 0 };
  const rows = Math.ceil(cards / columns);
  const { from, to } = rowWindow(topPx, viewPx, rowPx, rows);
  return { from: from * columns, to: Math.min(cards, to * columns), abovePx: from * rowPx, belowPx: (rows - to) * rowPx };
}

/** Columns of a grid whose tracks are at least this wide, as `auto-fill` makes them. */
export function columnsIn(widthPx: number, leastPx: number, gapPx: number): number {
  return Math.max(1, Math.floor((widthPx + gapPx) / (leastPx + gapPx)));
}
