/** Number formatting with units. */

/** 0.6244 → `62.4 %`, with a non-breaking space. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/** `55.5 to 68.9 %` */
export function percentRange([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)} to ${percent(high)}`;
}

/** Rounded to an integer, with thousands separators. */
export function withCommas(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Three significant digits, with an exponent only for very large or small values: 0.0123, 1.23, 123. */
export function short(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4) return value.toExponential(2);
  return Math.abs(value) >= 100 ? withCommas(value) : value.toPrecision(3);
}

/** For axes: three significant digits without trailing zeros. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Wall clock: `49 min`, `1 h 20 min`, `35 s`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 track`, `3 tracks` */
export function counted(count: number, noun: string): string {
  return `${withCommas(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Round tick values that cover `from` to `to`, in steps of 1, 2 or 5 × 10ⁿ. */
export function roundTicks(from: number, to: number, wanted = 5): number[] {
  const span = to > from ? to - from : Math.max(1e-6, Math.abs(from) || 1);
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw * 0.999)!;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
