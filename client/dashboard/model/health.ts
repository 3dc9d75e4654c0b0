/** Lines and words of the page about the server's health. */
import type { HealthReading } from '../../../server/protocol/health.js';

/** The span of the charts, ms. */
export const SPAN_MS = 600_000;
/** Two readings further apart than this are not joined: the page or the server was away. */
const GAP_MS = 20_000;

export interface Chart {
  readonly title: string;
  /** The value at one reading, as text. */
  readonly text: (reading: HealthReading) => string;
  /** The scale reaches at least to here. */
  readonly least: number;
  readonly lines: readonly { readonly name: string; readonly value: (reading: HealthReading) => number | null }[];
  /** A value of the scale, as text. */
  readonly unit: (value: number) => string;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const ms = (value: number | null): string => (value === null ? '–' : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);

export const CHARTS: readonly Chart[] = [
  {
    title: 'Lag', least: 100, unit: ms,
    text: ({ lagMs, lagP95Ms }) => `${ms(lagMs)}, 95 % within ${ms(lagP95Ms)}`,
    lines: [{ name: 'mean', value: ({ lagMs }) => lagMs }, { name: '95 %', value: ({ lagP95Ms }) => lagP95Ms }],
  },
  {
    title: 'Load', least: 1, unit: percent,
    text: ({ mainLoad, shardLoad }) => `main thread ${percent(mainLoad)}, busiest shard ${percent(shardLoad)}`,
    lines: [{ name: 'main thread', value: ({ mainLoad }) => mainLoad }, { name: 'busiest shard', value: ({ shardLoad }) => shardLoad }],
  },
  {
    title: 'Dropped sound', least: 1000, unit: ms,
    text: ({ droppedMs }) => ms(droppedMs),
    lines: [{ name: 'dropped', value: ({ droppedMs }) => droppedMs }],
  },
  {
    title: 'Streams and viewers', least: 5, unit: String,
    text: ({ streams, viewers }) => `${streams} ${streams === 1 ? 'stream' : 'streams'}, ${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}`,
    lines: [{ name: 'streams', value: ({ streams }) => streams }, { name: 'viewers', value: ({ viewers }) => viewers }],
  },
  {
    title: 'Memory', least: 1e8, unit: megabytes,
    text: ({ memoryBytes }) => megabytes(memoryBytes),
    lines: [{ name: 'resident', value: ({ memoryBytes }) => memoryBytes }],
  },
];

export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Upper end of a scale: 1, 2 or 5 times a power of ten, at least `least`. */
export function scaleEnd(values: readonly (number | null)[], least: number): number {
  const most = values.reduce<number>((largest, value) => Math.max(largest, value ?? 0), least);
  const step = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((times) => times * step).find((end) => end >= most)!;
}

/**
 * An SVG path in a box of 100 by 100 whose right edge is `nowMs`, broken where there is no value.
 * @param readings oldest first
 */
export function linePath(readings: readonly HealthReading[], value: (reading: HealthReading) => number | null, end: number, nowMs: number): string {
  let path = '';
  let lastMs = -Infinity;
  for (const reading of readings) {
    const atMs = Date.parse(reading.at);
    const read = value(reading);
    if (read === null || nowMs - atMs > SPAN_MS) continue;
    const x = 100 * (1 - (nowMs - atMs) / SPAN_MS);
    const y = 100 * (1 - Math.min(1, read / end));
    path += `${atMs - lastMs > GAP_MS ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`;
    lastMs = atMs;
  }
  return path;
}

/** The reading nearest to a place between the left edge (0) and the right edge (1) of a chart. */
export function readingAt(readings: readonly HealthReading[], place: number, nowMs: number): HealthReading | undefined {
  const atMs = nowMs - (1 - place) * SPAN_MS;
  const distance = ({ at }: HealthReading): number => Math.abs(Date.parse(at) - atMs);
  return readings.reduce<HealthReading | undefined>((nearest, each) => (!nearest || distance(each) < distance(nearest) ? each : nearest), undefined);
}

/** Problems first, then notes; else in the server's order. */
export function byUrgency<Check extends { readonly mark: 'ok' | 'note' | 'problem' }>(checks: readonly Check[]): readonly Check[] {
  return (['problem', 'note', 'ok'] as const).flatMap((mark) => checks.filter((check) => check.mark === mark));
}

/** "All is well", or what is not. */
export function summary({ problems, notes }: { readonly problems: number; readonly notes: number }): string {
  if (problems + notes === 0) return 'All is well';
  const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]);
  return [...counted(problems, 'problem'), ...counted(notes, 'note')].join(', ');
}
