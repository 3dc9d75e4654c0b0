/** A classified file as lines of text: the answer, then the timeline. */
import type { Segment } from '../protocol.js';
import type { Classified } from './classify-file.js';
import { called, clock, percent, printable, type Paint } from './terminal.js';

/** For example `song.mp3  2:31  blues 84 %  (jazz 9 %, rock 4 %)` and a row for each segment. */
export function report({ file, durationMs, genre, top, segments, error }: Classified, { strong, faint, bad }: Paint): string {
  const name = strong(printable(file));
  const lines = error ? [`${name}: ${bad(printable(error))}`] : [];
  if (genre !== null) {
    const [first, ...others] = top.slice(0, 3).map(({ genre: label, p }) => `${label} ${percent(p)}`);
    lines.push(`${name}  ${clock(durationMs)}  ${strong(first ?? genre)}${others.length > 0 ? `  ${faint(`(${others.join(', ')})`)}` : ''}`);
    lines.push(...timeline(segments));
  }
  return lines.join('\n');
}

/** One aligned row a segment: from, to, what, how sure. */
export function timeline(segments: readonly Segment[]): string[] {
  const rows = segments.map(({ fromMs, toMs, genre, p, state }) => [clock(fromMs), clock(toMs), called(state, genre), genre === null ? '' : percent(p)] as const);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([from, to, what, p]) => (
    `  ${from.padStart(widths[0]!)} – ${to.padStart(widths[1]!)}  ${what.padEnd(widths[2]!)}  ${p.padStart(widths[3]!)}`.trimEnd()
  ));
}
