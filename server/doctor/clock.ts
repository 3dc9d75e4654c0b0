/**
 * The clock: history, alerts and certificates go by it. Whether it is right cannot be told without
 * the internet; that it is wrong by months, or jumps, can.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { note, ok, problem, type Finding } from './finding.js';

const DAY_MS = 86_400_000;
/** Time between the two looks. */
const WATCH_MS = 200;
/** More than a timer of a busy machine moves two looks apart. */
const JUMP_MS = 50;

/** Two clocks, in ms. */
export interface Clocks {
  /** Of the day. */
  wall(): number;
  /** That never jumps. */
  steady(): number;
  wait(ms: number): Promise<void>;
}

const REAL: Clocks = {
  wall: Date.now,
  steady: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** @param builtMs when this program was made: no right clock is far before */
export async function checkClock(clocks: Clocks = REAL, builtMs: number = whenBuilt()): Promise<Finding> {
  const from = { wall: clocks.wall(), steady: clocks.steady() };
  await clocks.wait(WATCH_MS);
  const wall = clocks.wall();
  const jumpMs = Math.round((wall - from.wall) - (clocks.steady() - from.steady));
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const facts = { time: new Date(wall).toISOString(), timeZone, jumpMs };
  const found = `${facts.time.slice(0, 19)}Z, time zone ${timeZone}`;
  const advice = 'Have it set over the network (systemd-timesyncd, chrony, or the settings of your system).';
  if (wall < builtMs - DAY_MS) return problem(`${found}: before this program was made`, advice, facts);
  if (Math.abs(jumpMs) > JUMP_MS) return note(`${found}; it jumped by ${jumpMs} ms within ${WATCH_MS} ms`, advice, facts);
  return ok(found, facts);
}

function whenBuilt(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}
