/** Formats the result of a file as text: the answer, then the timeline. */
import type { Classified, Segment } from '../protocol/messages.js';
import { tagWords } from './tag-words.js';
import { called, clock, percent, printable, type Paint } from './terminal.js';

/** For example `song.mp3  2:31  blues 84 %  (jazz 9 %, rock 4 %)` and a row for each segment; `talk.mp3  4:05  no music`. */
export function report({ file, durationMs, genre, top, segments, tags, error, note }: Classified, { strong, faint, bad }: Paint): string {
  const name = strong(printable(file));
  const lines = error ? [`${name}: ${bad(printable(error))}`] : [];
  const isJudged = genre !== null || (!error && segments.length > 0);
  if (isJudged) {
    const best = top.slice(0, 3).map(({ genre: label, p }) => `${label} ${percent(p)}`);
    const answer = genre !== null ? best.shift() ?? genre : noGenre(top.length > 0);
    lines.push(`${name}  ${clock(durationMs)}  ${strong(answer)}${best.length > 0 ? `  ${faint(`(${best.join(', ')})`)}` : ''}`);
    const words = tagWords({ tags });
    if (words) lines.push(`  ${faint(printable(words))}`);
    lines.push(...timeline(segments));
  }
  if (note) lines.push(`${name}: ${faint(printable(note))}`);
  return lines.join('\n');
}

/** The answer for a stream without a recognised genre. */
export function noGenre(hasMusic: boolean): string {
  return hasMusic ? 'music of no known genre' : 'no music';
}

/** One aligned row per segment: start, end, genre or state, confidence. */
export function timeline(segments: readonly Segment[]): string[] {
  const rows = segments.map(({ fromMs, toMs, genre, p, state }) => [clock(fromMs), clock(toMs), called(state, genre), genre === null ? '' : percent(p)] as const);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([from, to, what, p]) => (
    `  ${from.padStart(widths[0]!)} – ${to.padStart(widths[1]!)}  ${what.padEnd(widths[2]!)}  ${p.padStart(widths[3]!)}`.trimEnd()
  ));
}
