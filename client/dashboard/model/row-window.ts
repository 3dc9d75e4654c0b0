/** Which rows of a list of equally high rows are in the document: those in view and some above and below. */

/** Rows above and below the view, so that a fast movement finds them there. */
const MARGIN_ROWS = 8;

export interface RowWindow {
  readonly from: number;
  /** Excluded. */
  readonly to: number;
}

/**
 * @param topPx how far the list is scrolled
 * @param viewPx height of what is seen of it
 */
export function rowWindow(topPx: number, viewPx: number, rowPx: number, rows: number): RowWindow {
  const from = Math.floor(topPx / rowPx) - MARGIN_ROWS;
  const to = Math.ceil((topPx + viewPx) / rowPx) + MARGIN_ROWS;
  return { from: Math.min(rows, Math.max(0, from)), to: Math.max(0, Math.min(rows, to)) };
}

/**
 * Where the list must be scrolled to so that a row is wholly in view.
 * @returns `topPx` if it is
 */
export function scrolledTo(row: number, topPx: number, viewPx: number, rowPx: number): number {
  const rowTop = row * rowPx;
  if (rowTop < topPx) return rowTop;
  return rowTop + rowPx > topPx + viewPx ? rowTop + rowPx - viewPx : topPx;
}

/**
 * Keyboard movement in a list.
 * @param at the current row; -1 for none
 * @param pageRows rows in view
 * @returns the new row; undefined for any other key
 */
export function rowStep(key: string, at: number, rows: number, pageRows: number): number | undefined {
  const step = new Map([['ArrowDown', 1], ['ArrowUp', -1], ['PageDown', Math.max(1, pageRows - 1)], ['PageUp', -Math.max(1, pageRows - 1)], ['Home', -Infinity], ['End', Infinity]]).get(key);
  if (step === undefined || rows === 0) return undefined;
  return Math.min(rows - 1, Math.max(0, at + step));
}
