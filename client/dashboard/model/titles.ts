/** Titles played and when, from passages: consecutive passages with one title are merged. */
import type { Passage } from './passages.js';

export interface PlayedTitle {
  readonly title: string;
  readonly fromMs: number;
  toMs: number;
}

export function playedTitles(passages: readonly Passage[]): PlayedTitle[] {
  const all: PlayedTitle[] = [];
  let before: PlayedTitle | undefined;
  for (const { title, fromMs, toMs } of passages) {
    if (title === null) before = undefined;
    else if (before?.title === title) before.toMs = toMs;
    else all.push(before = { title, fromMs, toMs });
  }
  return all;
}
