/**
 * Live predictions in a terminal: one line that is written over, and one that stays for each change
 * of genre. Where the output is no terminal, only those that stay.
 */
import type { Prediction, StationMessage, Summary } from '../protocol/messages.js';
import { noGenre, timeline } from './report.js';
import { called, clock, percent, printable, type Paint } from './terminal.js';

/** What the lines are written to; a terminal or not. */
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

  prediction({ atMs, state, genre, p, top, level, lagMs, droppedMs }: Prediction): void {
    const what = called(state, genre);
    if (what !== this.#shown) {
      this.#shown = what;
      this.note(`${clock(atMs).padStart(7)}  ${this.#paint.strong(printable(what))}${genre === null ? '' : `  ${percent(p)}`}`);
    }
    if (!this.#output.isTTY) return;
    const rest = top.filter(([label]) => label !== genre).slice(0, 2).map(([label, share]) => `${label} ${percent(share)}`);
    const parts = [
      clock(atMs).padStart(7), genre === null ? what : `${genre} ${percent(p)}`, ...rest,
      `${level.toFixed(0)} dBFS`, `lag ${lagMs.toFixed(0)} ms`, ...(droppedMs > 0 ? [`${(droppedMs / 1000).toFixed(1)} s dropped`] : []),
    ];
    // One column less than there are: a full line would wrap and could not be written over.
    const line = printable(parts.join('  ')).slice(0, (this.#output.columns ?? 80) - 1);
    this.#output.write(`\r\u001b[K${this.#paint.faint(line)}`);
    this.#hasLine = true;
  }

  /** How a station is doing and what it plays, when either is another. */
  station({ state, reason, nowPlaying }: StationMessage): void {
    const standing = `${state}${reason === null ? '' : `: ${reason}`}`;
    if (standing !== this.#standing) {
      this.#standing = standing;
      this.#shown = undefined; // said again when it is heard again
      this.note(printable(standing));
    }
    if (nowPlaying === this.#nowPlaying) return;
    this.#nowPlaying = nowPlaying;
    if (nowPlaying !== null) this.note(printable(`♪ ${nowPlaying}`));
  }

  /** A line that stays. */
  note(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  summary({ durationMs, genre, p, top = [], segments }: Summary): void {
    this.note(genre === null
      ? `${clock(durationMs)} heard, ${noGenre(top.length > 0)} in it.`
      : `${clock(durationMs)} heard, on the whole ${this.#paint.strong(printable(genre))} ${percent(p)}`);
    for (const row of timeline(segments)) this.note(printable(row));
  }

  /** Takes the line away that is written over. */
  clear(): void {
    if (this.#hasLine) this.#output.write('\r\u001b[K');
    this.#hasLine = false;
  }
}
