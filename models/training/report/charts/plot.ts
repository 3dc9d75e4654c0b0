/**
 * Chart frame as inline SVG: axes, grid and scales. A chart is 440 units wide; text is 12 units high.
 * Colours come from the page's style.
 */
import { html, type Markup } from '../html.js';
import { roundTicks } from '../numbers.js';

export interface Axis {
  readonly label: string;
  readonly ticks: readonly number[];
  /** Ends of the axis; default: the outermost ticks. */
  readonly from?: number;
  readonly to?: number;
  readonly log?: boolean;
  format(value: number): string;
}

export interface PlotScales {
  x(value: number): number;
  y(value: number): number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface PlotOptions {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** Text alternative for screen readers. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly height?: number;
  marks(scales: PlotScales): readonly Markup[];
}

export const WIDTH = 440;
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 14, 14, 42];

export function plot({ id, title, description, x, y, height = 270, marks }: PlotOptions): Markup {
  const [left, right, top, bottom] = [LEFT, WIDTH - RIGHT, TOP, height - BOTTOM];
  const scales: PlotScales = { x: scale(x, left, right), y: scale(y, bottom, top), left, right, top, bottom };
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${y.ticks.map((tick) => html`<path class="grid" d="M${left} ${at(scales.y(tick))}H${right}"/><text class="tick" x="${left - 7}" y="${at(scales.y(tick) + 4)}" text-anchor="end">${y.format(tick)}</text>`)}
<path class="axis" d="M${left} ${bottom}H${right}"/>
${x.ticks.map((tick) => html`<path class="axis" d="M${at(scales.x(tick))} ${bottom}v4"/><text class="tick" x="${at(scales.x(tick))}" y="${bottom + 17}" text-anchor="middle">${x.format(tick)}</text>`)}
<text class="label" x="${(left + right) / 2}" y="${height - 5}" text-anchor="middle">${x.label}</text>
<text class="label" transform="translate(10 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y.label}</text>
${marks(scales)}
</svg>`;
}

/** A linear axis with round ticks that cover the values. */
export function axis(label: string, values: readonly number[], format: (value: number) => string, { zero = false, ticks = 5 } = {}): Axis {
  const low = zero ? 0 : Math.min(...values);
  return { label, ticks: roundTicks(low, Math.max(...values, zero ? 1e-9 : -Infinity), ticks), format };
}

/** A logarithmic axis with ticks at 1, 2 and 5 of each decade. */
export function logAxis(label: string, values: readonly number[], format: (value: number) => string): Axis {
  const [low, high] = [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, index) => Math.floor(Math.log10(low)) + index);
  const all = decades.flatMap((decade) => [1, 2, 5].map((factor) => Number((factor * 10 ** decade).toPrecision(6))));
  return { label, ticks: all.filter((tick) => tick >= low && tick <= high), from: low, to: high, log: true, format };
}

function scale({ ticks, from = Math.min(...ticks), to = Math.max(...ticks), log = false }: Axis, start: number, end: number): (value: number) => number {
  const place = (value: number): number => (log ? Math.log(value) : value);
  const [low, high] = [place(from), place(to)];
  return (value) => start + ((place(value) - low) / (high - low)) * (end - start);
}

/** Formats a coordinate with two decimals, finer than screens show. */
export function at(length: number): string {
  return String(Number(length.toFixed(2)));
}

/** `M x y L x y …` */
export function line(points: ReadonlyArray<readonly [x: number, y: number]>): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
}
