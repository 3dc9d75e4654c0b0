/**
 * Shapes of the points of the map. Labels take them in turn, so that of the labels with one shape hue and lightness
 * lie far apart: two genres never differ by hue alone.
 */

export const SHAPES = ['disc', 'square', 'triangle', 'diamond', 'cross'] as const;
export type Shape = (typeof SHAPES)[number];

export function shapeOf(label: number): Shape {
  return SHAPES[Math.max(0, label) % SHAPES.length]!;
}

/**
 * The pixels of a shape.
 * @param radius px
 * @returns offsets from the middle, x and y in turn
 */
export function stamp(shape: Shape, radius: number): Int16Array {
  const offsets: number[] = [];
  const reach = Math.ceil(radius);
  for (let y = -reach; y <= reach; y += 1) for (let x = -reach; x <= reach; x += 1) if (isInside(shape, x, y, radius)) offsets.push(x, y);
  return Int16Array.from(offsets);
}

function isInside(shape: Shape, x: number, y: number, radius: number): boolean {
  switch (shape) {
    case 'disc': return x * x + y * y <= radius * radius;
    case 'square': return Math.max(Math.abs(x), Math.abs(y)) <= 0.85 * radius;
    case 'triangle': return y <= 0.8 * radius && Math.abs(x) <= (y + radius) * 0.6;
    case 'diamond': return Math.abs(x) + Math.abs(y) <= 1.2 * radius;
    case 'cross': return Math.min(Math.abs(x), Math.abs(y)) <= 0.34 * radius && Math.max(Math.abs(x), Math.abs(y)) <= 1.1 * radius;
  }
}
