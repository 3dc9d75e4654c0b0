/** Turns the wheel over a part of a page, and measures what that costs the page's main thread and its frames. */
import type { Page } from 'playwright-core';

/** A frame later than this is seen as a jerk; a task longer than this is a long task (W3C Long Tasks). */
export const LATE_MS = 50;
const TURNS_PER_S = 60;

export interface Scrolled {
  readonly turns: number;
  readonly frames: number;
  /** Longer than `LATE_MS`; on a busy machine also because of other programs. */
  readonly lateFrames: number;
  /** CPU time of the page's main thread for a turn, ms. */
  readonly cpuMsPerTurn: number;
  /** Tasks of the main thread of more than `LATE_MS` of CPU time. */
  readonly longTasks: number;
  /** CPU time of the longest task, ms. */
  readonly longestTaskMs: number;
}

/** What the page collects. */
interface Collected {
  frames: number[];
  stop(): void;
}

/** A complete event of Chromium's trace, times in µs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time of the thread. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * @param at selector of the part
 * @param wheel of each turn, by its number, CSS px
 */
export async function wheelOver(page: Page, at: string, wheel: (turn: number) => readonly [x: number, y: number], seconds: number): Promise<Scrolled> {
  const box = await page.locator(at).boundingBox();
  if (!box) throw new Error(`${at} is not in view.`);
  await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height, page.viewportSize()!.height - box.y) / 2);
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.evaluate(collect);
  const startedMs = performance.now();
  const turns = seconds * TURNS_PER_S;
  for (let turn = 0; turn < turns; turn += 1) {
    const leftMs = startedMs + (1000 * turn) / TURNS_PER_S - performance.now();
    if (leftMs > 1) await new Promise((resolve) => { setTimeout(resolve, leftMs); });
    await page.mouse.wheel(...wheel(turn));
  }
  const frames = await page.evaluate(() => {
    const { collected } = window as unknown as { collected: Collected };
    collected.stop();
    return collected.frames;
  });
  const tasks = tasksOf((JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }).traceEvents);
  return {
    turns, frames: frames.length, lateFrames: frames.filter((ms) => ms > LATE_MS).length,
    cpuMsPerTurn: tasks.reduce((sum, ms) => sum + ms, 0) / turns, longTasks: tasks.filter((ms) => ms > LATE_MS).length, longestTaskMs: tasks.reduce((most, ms) => Math.max(most, ms), 0),
  };
}

/** CPU times of the tasks of the busiest page's main thread, ms. */
function tasksOf(events: readonly TraceEvent[]): number[] {
  const mains = new Map<string, number[]>();
  for (const { name, pid, tid, args } of events) if (name === 'thread_name' && args?.name === 'CrRendererMain') mains.set(`${pid} ${tid}`, []);
  for (const { name, pid, tid, tdur } of events) if (name.endsWith('RunTask') && tdur !== undefined) mains.get(`${pid} ${tid}`)?.push(tdur / 1000);
  const sum = (tasks: readonly number[]): number => tasks.reduce((total, ms) => total + ms, 0);
  const busiest = [...mains.values()].sort((a, b) => sum(b) - sum(a))[0];
  if (!busiest || busiest.length === 0) throw new Error('The trace of the browser has no tasks of a page.');
  return busiest;
}

/** Runs in the page. */
function collect(): void {
  const collected: Collected = { frames: [], stop: () => {} };
  let request = 0;
  let beforeMs: number | undefined;
  const frame = (atMs: number): void => {
    if (beforeMs !== undefined) collected.frames.push(atMs - beforeMs);
    beforeMs = atMs;
    request = requestAnimationFrame(frame);
  };
  request = requestAnimationFrame(frame);
  collected.stop = () => cancelAnimationFrame(request);
  Object.assign(window, { collected });
}
