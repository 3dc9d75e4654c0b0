/**
 * The clock, which history, alerts and certificates depend on. Without the internet only errors of
 * months, and jumps, can be detected.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { note, ok, problem, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
/** Time between the two readings. */
const WATCH_MS = 200;
/** Larger than the timer delays of a busy machine. */
const JUMP_MS = 50;

/** Two clocks, in ms. */
export interface Clocks {
  /** Wall clock. */
  wall(): number;
  /** Monotonic clock. */
  steady(): number;
  wait(ms: number): Promise<void>;
}

const REAL: Clocks = {
  wall: Date.now,
  steady: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** @param builtMs build time of this program: a correct clock is later */
export async function checkClock(clocks: Clocks = REAL, builtMs: number = whenBuilt()): Promise<Finding> {
  const from = { wall: clocks.wall(), steady: clocks.steady() };
  await clocks.wait(WATCH_MS);
  const wall = clocks.wall();
  const jumpMs = Math.round((wall - from.wall) - (clocks.steady() - from.steady));
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const facts = { time: new Date(wall).toISOString(), timeZone, jumpMs };
  const found = `${facts.time.slice(0, 19)}Z, time zone ${timeZone}`;
  const advice = 'Have it set over the network (systemd-timesyncd, chrony, or the settings of your system).';
  if (wall < builtMs - DAY_MS) return problem(`${found}: earlier than this program was built`, advice, facts);
  if (Math.abs(jumpMs) > JUMP_MS) return note(`${found}; it jumped by ${jumpMs} ms within ${WATCH_MS} ms`, advice, facts);
  return ok(found, facts);
}

function whenBuilt(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}
