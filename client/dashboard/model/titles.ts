/** What was playing when, from passages: neighbours of one title are one. */
import type { Passage } from './passages.js';

export interface Played {
  readonly title: string;
  readonly fromMs: number;
  toMs: number;
}

export function played(passages: readonly Passage[]): Played[] {
  const all: Played[] = [];
  let before: Played | undefined;
  for (const { title, fromMs, toMs } of passages) {
    if (title === null) before = undefined;
    else if (before?.title === title) before.toMs = toMs;
    else all.push(before = { title, fromMs, toMs });
  }
  return all;
}
