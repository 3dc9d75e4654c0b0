/**
 * Converts passages to runs of pixels of a ribbon. If several fall into one pixel, the longest wins: a
 * day may have more passages than the ribbon has pixels.
 */
import type { Passage } from './passages.js';

export interface Run {
  /** First pixel from the left. */
  readonly x: number;
  width: number;
  readonly passage: Passage;
}

/** @param passages oldest first, not overlapping */
export function runs(passages: readonly Passage[], fromMs: number, toMs: number, widthPx: number): Run[] {
  const pixelMs = (toMs - fromMs) / widthPx;
  const found: Run[] = [];
  let first = 0;
  for (let x = 0; x < widthPx; x++) {
    const startMs = fromMs + x * pixelMs;
    const endMs = startMs + pixelMs;
    while (first < passages.length && passages[first]!.toMs <= startMs) first += 1;
    let longest: Passage | undefined;
    let longestMs = 0;
    for (let i = first; i < passages.length && passages[i]!.fromMs < endMs; i++) {
      const passage = passages[i]!;
      const insideMs = Math.min(passage.toMs, endMs) - Math.max(passage.fromMs, startMs);
      if (insideMs > longestMs) [longest, longestMs] = [passage, insideMs];
    }
    if (!longest) continue;
    const last = found.at(-1);
    if (last?.passage === longest && last.x + last.width === x) last.width += 1;
    else found.push({ x, width: 1, passage: longest });
  }
  return found;
}

export interface Mark { readonly text: string; readonly position: number }

/** Marks at round local times along a ribbon, about `most` or fewer; position is 0 (left) to 1. */
export function timeMarks(fromMs: number, toMs: number, most: number): Mark[] {
  const minutes = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720];
  const step = (minutes.find((each) => (toMs - fromMs) / (each * 60_000) <= most) ?? 1440);
  const marks: Mark[] = [];
  const date = new Date(fromMs);
  // From local midnight, so that steps of hours fall on 3:00 and 6:00 in every time zone.
  date.setHours(0, 0, 0, 0);
  for (; date.getTime() <= toMs; date.setMinutes(date.getMinutes() + step)) {
    const ms = date.getTime();
    if (ms < fromMs) continue;
    marks.push({ text: `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`, position: (ms - fromMs) / (toMs - fromMs) });
  }
  return marks;
}
