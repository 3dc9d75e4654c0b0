/** Constant churn: begins activities one after the other, as fast as a share of one core allows, and counts what was done. */
import type { Random } from '../../models/random.js';
import { ACTIVITIES, type Activity, type Workplace } from './activities.js';
import { lateness, LOOK_EVERY_MS } from './lateness.js';

export interface ChurnOptions {
  readonly place: Workplace;
  readonly random: Random;
  /** CPU time since the start of all that takes part, ms. */
  readonly cpuMs: () => number;
  /** Of one core, 0 to 1. */
  readonly load: number;
}

export interface Churn {
  /** Activities done. */
  readonly done: number;
  /** Of these, those that a starved machine let time run out for, and that went well the second time. */
  readonly slow: number;
  /** Those that time ran out for twice; they are no faults. */
  readonly starved: number;
  /** What went wrong, with how often. */
  readonly faults: ReadonlyMap<string, number>;
  /** Begins no more, and waits for those under way. */
  stop(): Promise<void>;
}

const MAX_AT_ONCE = 20;
/** An activity that takes longer is a fault. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
const CONTROL_EVERY_MS = 1000;
/** Of the pause, in one step of the control. */
const CHANGE = { least: 0.8, most: 1.4 } as const;

export function startChurn({ place, random, cpuMs, load }: ChurnOptions): Churn {
  const faults = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const kinds = Object.entries(ACTIVITIES);
  const total = kinds.reduce((sum, [, { weight }]) => sum + weight, 0);
  const late = lateness(() => performance.now());
  const looks = setInterval(late.look, LOOK_EVERY_MS);
  let [done, slow, starved] = [0, 0, 0];
  let pauseMs = FIRST_PAUSE_MS;
  let isStopped = false;

  function begin(): void {
    let at = random.next() * total;
    const [name, { run }] = kinds.find(([, { weight }]) => (at -= weight) < 0) ?? kinds[0]!;
    const work = perform(name, run).finally(() => running.delete(work));
    running.add(work);
  }

  async function perform(name: string, run: Activity): Promise<void> {
    for (const isSecond of [false, true]) {
      const begunMs = performance.now();
      try {
        await within(PATIENCE_MS, run(place));
        done++;
        if (isSecond) slow++;
        return;
      } catch (error) {
        const fault = `${name}: ${error instanceof Error ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}` : String(error)}`;
        if (late.explains(fault, begunMs)) {
          if (isSecond) starved++;
          continue;
        }
        // What differs from one to the next is left out.
        const kind = fault.replace(/ after \[.*/s, '');
        faults.set(kind, (faults.get(kind) ?? 0) + 1);
        return;
      }
    }
  }

  let timer: NodeJS.Timeout;
  const next = (): void => {
    if (isStopped) return;
    if (running.size < MAX_AT_ONCE) begin();
    timer = setTimeout(next, 2 * random.next() * pauseMs);
  };
  next();
  let before = { atMs: performance.now(), cpuMs: cpuMs() };
  const control = setInterval(() => {
    const now = { atMs: performance.now(), cpuMs: cpuMs() };
    const share = (now.cpuMs - before.cpuMs) / (now.atMs - before.atMs);
    before = now;
    pauseMs = Math.max(1, Math.min(LONGEST_PAUSE_MS, pauseMs * Math.max(CHANGE.least, Math.min(CHANGE.most, share / load))));
  }, CONTROL_EVERY_MS);

  return {
    get done() {
      return done;
    },
    get slow() {
      return slow;
    },
    get starved() {
      return starved;
    },
    faults,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(control);
      await Promise.all(running);
      clearInterval(looks);
    },
  };
}

function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`not over after ${ms / 1000} s`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(patience));
  });
}
