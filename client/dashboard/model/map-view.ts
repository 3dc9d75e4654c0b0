/** The part of the library's map that is seen: zoomed and moved, and which point is at a place of it. */

const MAX_SCALE = 200;
/** Share of the canvas that the whole map takes. */
const FILL = 0.94;
/** Cells of the search grid along a side. */
const CELLS = 96;

export class MapView {
  /** 1 shows all. */
  scale = 1;
  /** What is in the middle, -1 to 1. */
  x = 0;
  y = 0;
  width = 1;
  height = 1;

  /** Pixels for each unit of the map. */
  get unitPx(): number {
    return FILL * this.scale * Math.min(this.width, this.height) / 2;
  }

  pxOf(x: number, y: number): { readonly px: number; readonly py: number } {
    return { px: this.width / 2 + (x - this.x) * this.unitPx, py: this.height / 2 + (y - this.y) * this.unitPx };
  }

  at(px: number, py: number): { readonly x: number; readonly y: number } {
    return { x: this.x + (px - this.width / 2) / this.unitPx, y: this.y + (py - this.height / 2) / this.unitPx };
  }

  /** Zooms by a factor; what is at the pixel stays there. */
  zoom(factor: number, px = this.width / 2, py = this.height / 2): void {
    const before = this.at(px, py);
    this.scale = Math.min(MAX_SCALE, Math.max(1, this.scale * factor));
    const after = this.at(px, py);
    this.#move(this.x + before.x - after.x, this.y + before.y - after.y);
  }

  pan(dx: number, dy: number): void {
    this.#move(this.x + dx / this.unitPx, this.y + dy / this.unitPx);
  }

  goTo(x: number, y: number, scale: number): void {
    this.scale = Math.min(MAX_SCALE, Math.max(1, scale));
    this.#move(x, y);
  }

  /** The middle stays on the map; all of it is shown from its middle. */
  #move(x: number, y: number): void {
    const most = 1 - 1 / this.scale;
    this.x = Math.min(most, Math.max(-most, x));
    this.y = Math.min(most, Math.max(-most, y));
  }
}

/** @returns a function that finds the nearest point within a radius, in units of the map; -1 if there is none */
export function nearestOf(xs: ArrayLike<number>, ys: ArrayLike<number>): (x: number, y: number, radius: number) => number {
  const cell = (value: number): number => Math.min(CELLS - 1, Math.max(0, Math.floor((value + 1) / 2 * CELLS)));
  const cells = new Map<number, number[]>();
  for (let index = 0; index < xs.length; index += 1) {
    const key = cell(ys[index]!) * CELLS + cell(xs[index]!);
    const own = cells.get(key);
    if (own) own.push(index);
    else cells.set(key, [index]);
  }
  return (x, y, radius) => {
    let [best, least] = [-1, radius * radius];
    for (let row = cell(y - radius); row <= cell(y + radius); row += 1) {
      for (let column = cell(x - radius); column <= cell(x + radius); column += 1) {
        for (const index of cells.get(row * CELLS + column) ?? []) {
          const square = (xs[index]! - x) ** 2 + (ys[index]! - y) ** 2;
          if (square <= least) [best, least] = [index, square];
        }
      }
    }
    return best;
  };
}
