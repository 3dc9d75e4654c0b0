/** Progress of `library`: a line that is drawn again on a terminal, else a line a minute, so that a log shows how far it is. */
import { SingleBar } from 'cli-progress';
import type { RunProgress } from '../library/run.js';
import { clock } from './terminal.js';

const LINE_EVERY_MS = 60_000;

export class LibraryProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar | undefined;
  #isRunning = false;
  #lineMs = performance.now();

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
    if (stream.isTTY) this.#bar = new SingleBar({ stream, format: '{bar} {text}', barsize: 20, barCompleteChar: '█', barIncompleteChar: '░', clearOnComplete: true, hideCursor: true, fps: 4 });
  }

  show(progress: RunProgress): void {
    const text = progressText(progress);
    if (this.#bar) {
      if (this.#isRunning) this.#bar.update(progress.done, { text });
      else this.#bar.start(Math.max(1, progress.files), progress.done, { text });
      this.#isRunning = true;
    } else if (performance.now() - this.#lineMs >= LINE_EVERY_MS) {
      this.#lineMs = performance.now();
      this.#stream.write(`${text}\n`);
    }
  }

  clear(): void {
    if (this.#isRunning) this.#bar?.stop();
    this.#isRunning = false;
  }
}

/** `120 of 5,000 files · 412 × real time · 2 errors · 1:20:10 left` */
export function progressText({ files, done, errors, soundMs, elapsedMs, leftMs, waitMs }: RunProgress): string {
  const parts = [`${done.toLocaleString('en')} of ${files.toLocaleString('en')} files`];
  if (done > 0) parts.push(`${Math.round(soundMs / Math.max(1, elapsedMs))} × real time`);
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? 'error' : 'errors'}`);
  if (waitMs > 0) parts.push(`goes on in ${clock(waitMs)}`);
  else parts.push(leftMs === undefined ? 'time left not known yet' : `${clock(leftMs)} left`);
  return parts.join(' · ');
}
