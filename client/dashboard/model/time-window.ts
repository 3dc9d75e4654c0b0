/** The part of a file that is seen: zoomed around a place, moved, and never beyond the file's ends. */

/** The shortest part, ms. */
export const MIN_SPAN_MS = 2000;

export class TimeWindow {
  #durationMs = 0;
  #fromMs = 0;
  #spanMs = 0;
  /** Shows all of the file, also while that grows. */
  #isWhole = true;

  get fromMs(): number { return this.#fromMs; }
  get spanMs(): number { return this.#spanMs; }
  get toMs(): number { return this.#fromMs + this.#spanMs; }
  get durationMs(): number { return this.#durationMs; }
  get isWhole(): boolean { return this.#isWhole; }

  /** The length of the file, as far as it is known. */
  set durationMs(durationMs: number) {
    this.#durationMs = durationMs;
    this.#place(this.#fromMs, this.#isWhole ? durationMs : this.#spanMs);
  }

  /**
   * @param factor under 1 shows less
   * @param atMs stays where it is
   */
  zoom(factor: number, atMs: number): void {
    const spanMs = Math.max(Math.min(MIN_SPAN_MS, this.#durationMs), Math.min(this.#durationMs, this.#spanMs * factor));
    this.#place(atMs - (atMs - this.#fromMs) * spanMs / Math.max(1, this.#spanMs), spanMs);
  }

  /** @param ms to the right */
  move(ms: number): void {
    this.#place(this.#fromMs + ms, this.#spanMs);
  }

  showAll(): void {
    this.#place(0, this.#durationMs);
  }

  /** Moves as far as is needed to show a time; by most of a window, so that a moving cursor does not drag it along. */
  reveal(ms: number): void {
    if (ms >= this.#fromMs && ms <= this.toMs) return;
    this.#place(ms - this.#spanMs * 0.1, this.#spanMs);
  }

  /** Position of a time, 0 to 1 of the width. */
  positionOf(ms: number): number {
    return (ms - this.#fromMs) / Math.max(1, this.#spanMs);
  }

  /** Time at a position, within the file. */
  timeAt(position: number): number {
    return Math.max(0, Math.min(this.#durationMs, this.#fromMs + position * this.#spanMs));
  }

  #place(fromMs: number, spanMs: number): void {
    this.#spanMs = Math.min(spanMs, this.#durationMs);
    this.#fromMs = Math.max(0, Math.min(fromMs, this.#durationMs - this.#spanMs));
    this.#isWhole = this.#spanMs >= this.#durationMs;
  }
}

export interface TimeMark {
  readonly ms: number;
  readonly text: string;
}

const STEPS_S = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

/** Round times in the window, at most `count` of them. */
export function marksIn({ fromMs, toMs }: Pick<TimeWindow, 'fromMs' | 'toMs'>, count: number): TimeMark[] {
  const stepS = STEPS_S.find((step) => (toMs - fromMs) / 1000 / step <= count) ?? STEPS_S.at(-1)!;
  const marks: TimeMark[] = [];
  for (let n = Math.ceil(fromMs / 1000 / stepS); n * stepS * 1000 <= toMs; n++) marks.push({ ms: n * stepS * 1000, text: markText(n * stepS, stepS < 1) });
  return marks;
}

function markText(seconds: number, withTenths: boolean): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, '0')}${withTenths ? `.${Math.round((seconds - whole) * 10)}` : ''}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
