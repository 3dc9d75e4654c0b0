/** Where the network looked in a stretch: what the server is asked, and its answer as cells on the time axis. */
import type { Explanation } from '../../../server/protocol/messages.js';
import type { FileAnalysis, SoundFormat } from './file-analysis.js';

/** What the server takes at once. */
const MAX_BYTES = 64 * 1024;
/** Share of the cells that is outlined. */
const TOP_SHARE = 0.1;

/** Columns count from `first`, a column of the file. */
export interface Question {
  /** [columns × bands] of the stretch, and before it what there is room for: the network has a memory. */
  readonly levels: Uint8Array<ArrayBuffer>;
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

/** A part of the spectrogram; a line where two of its ends are equal. */
export interface Area {
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromBand: number;
  readonly toBand: number;
}

export interface Cell extends Area {
  /** 1 for the most important one, 0 where hiding it did not lower the answer. */
  readonly strength: number;
}

export interface Explained {
  readonly genre: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly bands: number;
  readonly cells: readonly Cell[];
  /** Lines around the tenth of the cells that mattered most. */
  readonly edges: readonly Area[];
  readonly topFall: number;
  readonly randomFall: number;
}

/** @returns undefined while nothing of the stretch has been heard */
export function questionOf({ levels, format: { bands, hopMs, blockMs } }: Pick<FileAnalysis, 'levels' | 'format'>, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Question | undefined {
  const block = Math.max(1, Math.round(blockMs / hopMs));
  const end = Math.min(levels.rows, Math.ceil(toMs / hopMs / block) * block);
  const first = Math.ceil(Math.max(0, end - Math.floor(MAX_BYTES / bands)) / block) * block;
  const from = Math.floor(fromMs / hopMs);
  if (from >= end) return undefined;
  return { levels: levels.bytesAt(0)!.slice(first * bands, end * bands), first, from: Math.max(0, from - first), to: end - first };
}

export function explainedBy({ genre, fromColumn, columns, cellColumns, cellBands, falls, topFall, randomFall }: Explanation, { first }: Pick<Question, 'first'>, { bands, hopMs }: Pick<SoundFormat, 'bands' | 'hopMs'>): Explained {
  const up = Math.ceil(bands / cellBands);
  const across = falls.length / up;
  const highest = Math.max(1e-9, ...falls);
  const timeOf = (x: number): number => (first + fromColumn + Math.min(columns, x * cellColumns)) * hopMs;
  const areaOf = (x: number, y: number): Area => ({ fromMs: timeOf(x), toMs: timeOf(x + 1), fromBand: y * cellBands, toBand: Math.min(bands, (y + 1) * cellBands) });
  const top = new Set([...falls.keys()].sort((a, b) => falls[b]! - falls[a]!).slice(0, Math.max(1, Math.round(TOP_SHARE * falls.length))));
  const isTop = (x: number, y: number): boolean => x >= 0 && x < across && y >= 0 && y < up && top.has(x * up + y);
  const edges = [...top].flatMap((cell): Area[] => {
    const [x, y] = [Math.floor(cell / up), cell % up];
    const area = areaOf(x, y);
    return [
      ...(isTop(x - 1, y) ? [] : [{ ...area, toMs: area.fromMs }]),
      ...(isTop(x + 1, y) ? [] : [{ ...area, fromMs: area.toMs }]),
      ...(isTop(x, y - 1) ? [] : [{ ...area, toBand: area.fromBand }]),
      ...(isTop(x, y + 1) ? [] : [{ ...area, fromBand: area.toBand }]),
    ];
  });
  return {
    genre, bands, edges, topFall, randomFall,
    fromMs: timeOf(0),
    toMs: timeOf(across),
    cells: falls.map((fall, cell) => ({ ...areaOf(Math.floor(cell / up), cell % up), strength: Math.sqrt(Math.max(0, fall) / highest) })),
  };
}
