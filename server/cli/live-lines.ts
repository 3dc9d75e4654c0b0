/**
 * Prints live predictions: a status line that is overwritten, and a permanent line for each change of
 * genre. If the output is not a terminal, only the permanent lines.
 */
import type { Prediction, StationMessage, Summary } from '../protocol/messages.js';
import { noGenre, timeline } from './report.js';
import { tagWords } from './tag-words.js';
import { called, clock, percent, printable, type Paint } from './terminal.js';

/** Output stream, a terminal or not. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class LiveLines {
  readonly #output: Output;
  readonly #paint: Paint;
  #shown: string | undefined;
  #standing: string | undefined;
  #nowPlaying: string | null = null;
  #hasLine = false;

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.#paint = paint;
  }

  prediction({ atMs, state, genre, p, top, tags, level, lagMs, droppedMs }: Prediction): void {
    const what = called(state, genre);
    if (what !== this.#shown) {
      this.#shown = what;
      this.note(`${clock(atMs).padStart(7)}  ${this.#paint.strong(printable(what))}${genre === null ? '' : `  ${percent(p)}`}`);
    }
    if (!this.#output.isTTY) return;
    const rest = top.filter(([label]) => label !== genre).slice(0, 2).map(([label, share]) => `${label} ${percent(share)}`);
    const words = tagWords({ tags });
    const parts = [
      clock(atMs).padStart(7), genre === null ? what : `${genre} ${percent(p)}`, ...rest, ...(words ? [words] : []),
      `${level.toFixed(0)} dBFS`, `lag ${lagMs.toFixed(0)} ms`, ...(droppedMs > 0 ? [`${(droppedMs / 1000).toFixed(1)} s dropped`] : []),
    ];
    // One column less than the width: a full line would wrap and could not be overwritten.
    const line = printable(parts.join('  ')).slice(0, (this.#output.columns ?? 80) - 1);
    this.#output.write(`\r\u001b[K${this.#paint.faint(line)}`);
    this.#hasLine = true;
  }

  /** Prints a station's state and title when they change. */
  station({ state, reason, nowPlaying }: StationMessage): void {
    const standing = `${state}${reason === null ? '' : `: ${reason}`}`;
    if (standing !== this.#standing) {
      this.#standing = standing;
      this.#shown = undefined; // print the genre again once predictions continue
      this.note(printable(standing));
    }
    if (nowPlaying === this.#nowPlaying) return;
    this.#nowPlaying = nowPlaying;
    if (nowPlaying !== null) this.note(printable(`♪ ${nowPlaying}`));
  }

  /** Prints a permanent line. */
  note(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  summary({ durationMs, genre, p, top = [], segments, tags }: Summary): void {
    this.note(genre === null
      ? `${clock(durationMs)} heard, ${noGenre(top.length > 0)} in it.`
      : `${clock(durationMs)} heard, on the whole ${this.#paint.strong(printable(genre))} ${percent(p)}`);
    const words = tagWords({ tags });
    if (words) this.note(printable(words));
    for (const row of timeline(segments)) this.note(printable(row));
  }

  /** Erases the status line. */
  clear(): void {
    if (this.#hasLine) this.#output.write('\r\u001b[K');
    this.#hasLine = false;
  }
}
