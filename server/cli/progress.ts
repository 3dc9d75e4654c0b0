/** Progress line of `classify`; nothing if the output is not a terminal. */
import { SingleBar } from 'cli-progress';
import type { FileProgress } from '../files/classify-sound.js';
import { clock, printable } from './terminal.js';

const NAME_CHARS = 28;

export class ClassifyProgress {
  readonly #bar: SingleBar | undefined;
  #running = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    this.#bar = new SingleBar({
      stream,
      format: '{name} {bar} {percentage} % · {speed} × real time · {left} left{which}',
      barsize: 20,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      hideCursor: true,
      fps: 10,
    });
  }

  /** `number` counts from 1, `of` is how many files there are. */
  show(file: string, number: number, of: number, { scoredMs, durationMs, elapsedMs }: FileProgress): void {
    if (!this.#bar) return;
    const totalMs = Math.max(durationMs ?? 0, scoredMs, 1);
    const speed = scoredMs / Math.max(1, elapsedMs);
    const payload = {
      name: shortened(printable(file)),
      speed: speed.toFixed(speed < 10 ? 1 : 0),
      left: durationMs === undefined || speed === 0 ? '?' : clock((totalMs - scoredMs) / speed),
      which: of > 1 ? ` · file ${number} of ${of}` : '',
    };
    if (this.#running) {
      this.#bar.setTotal(totalMs);
      this.#bar.update(scoredMs, payload);
    } else this.#bar.start(totalMs, scoredMs, payload);
    this.#running = true;
  }

  /** Erases the line so that other text can be written; the next `show` draws it again. */
  clear(): void {
    if (this.#running) this.#bar?.stop();
    this.#running = false;
  }
}

/** Shortens a long name at the start, since its end identifies it better. */
function shortened(name: string): string {
  return name.length <= NAME_CHARS ? name : `…${name.slice(1 - NAME_CHARS)}`;
}
