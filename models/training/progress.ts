/** Progress of a long job: an updating line on a terminal, otherwise a line every 30 s. */
export interface Progress {
  log(line: string): void;
  begin(name: string, steps: number, done: number): void;
  step(done: number, note: string): void;
  end(): void;
}

const QUIET_INTERVAL_MS = 30_000;

/** @param now wall clock, ms */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()): Progress {
  let name = '';
  let steps = 0;
  let first = 0;
  let startedMs = 0;
  let shownMs = 0;
  const clear = (): void => {
    if (stream.isTTY) stream.write('\r\x1b[K');
  };
  return {
    log(line) {
      clear();
      stream.write(`${line}\n`);
    },
    begin(what, total, done) {
      [name, steps, first] = [what, total, done];
      startedMs = shownMs = now();
    },
    step(done, note) {
      const wallMs = now();
      if (wallMs - shownMs < (stream.isTTY ? 200 : QUIET_INTERVAL_MS)) return;
      shownMs = wallMs;
      const perStepMs = (wallMs - startedMs) / (done - first);
      const line = `${name}: ${done} of ${steps} (${Math.floor((100 * done) / steps)} %), ${Math.round(perStepMs)} ms a step, ${clock(perStepMs * (steps - done))} left, ${note}`;
      if (stream.isTTY) stream.write(`\r\x1b[K${line}`);
      else stream.write(`${line}\n`);
    },
    end: clear,
  };
}

/** Rounded to the precision of an estimate: `1 h 20 min`, `12 min`, `40 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function clock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes > 0 ? `${minutes} min ${Math.round((ms % 60_000) / 1000)} s` : `${Math.round(ms / 1000)} s`;
}
