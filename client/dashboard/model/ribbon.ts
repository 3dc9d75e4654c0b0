/** Layout of stretches on the timeline: the right edge is now, the left edge one span earlier. */
import { clockTime, labelName, percent } from './format.js';
import { CONTENT_NAMES } from './audio-content.js';
import type { History, Stretch } from './history.js';

export interface Segment {
  readonly stretch: Stretch;
  /** Left edge and width, 0 to 1 of the ribbon. */
  readonly left: number;
  readonly width: number;
}

export function layOut(history: History): Segment[] {
  const { endMs, spanMs } = history;
  const startMs = endMs - spanMs;
  return history.stretches.filter(({ toMs }) => toMs > startMs).map((stretch) => {
    const left = Math.max(0, stretch.fromMs - startMs) / spanMs;
    return { stretch, left, width: (stretch.toMs - startMs) / spanMs - left };
  });
}

/** Display name of a stretch. */
export function stretchName({ content, genre }: Stretch): string {
  if (genre !== null) return labelName(genre);
  return content === 'missed' ? 'Not received' : CONTENT_NAMES[content];
}

/** "Rock, 0:21 to 0:48, 84 % sure". */
export function stretchSentence(stretch: Stretch): string {
  const sure = stretch.genre === null ? '' : `, ${percent(stretch.p)} % sure`;
  return `${stretchName(stretch)}, ${clockTime(stretch.fromMs)} to ${clockTime(stretch.toMs)}${sure}`;
}

/** Axis marks: time before now, and position 0 (left) to 1. */
export function agoMarks(spanMs: number): { readonly text: string; readonly position: number }[] {
  const stepMs = spanMs <= 60_000 ? 15_000 : spanMs <= 120_000 ? 30_000 : 60_000;
  const marks = [];
  for (let agoMs = spanMs; agoMs > 0; agoMs -= stepMs) marks.push({ text: `−${clockTime(agoMs)}`, position: 1 - agoMs / spanMs });
  return [...marks, { text: 'now', position: 1 }];
}
