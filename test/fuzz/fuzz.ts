/**
 * A fuzzer: runs a target on changed inputs, and keeps those that reach new code as inputs to change further.
 * A case fails when the target throws what it should not, takes more CPU than `hangMs`, or when memory has grown
 * at the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../models/random.js';
import { collectGarbage } from '../support/collect-garbage.js';
import { Coverage } from './coverage.js';
import { mutated, type Shape } from './mutate.js';

const HANG_MS = 1000;
/** Growth of memory, after garbage collection, that counts as a leak: a case that keeps 100 bytes exceeds it in a long run. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024;
/** Runs shorter than this say nothing about growth. */
const MIN_GROWTH_CASES = 5000;
/** Shares of the cases at which memory is looked at, besides the end. */
const LOOK_AT = [0.1, 0.55] as const;
/** Inputs that are changed further, so that memory and the choice stay bounded; when they are so many, new code takes the place of any. */
const MAX_SOURCES = 500;
const MAX_KEPT = 500;
const MAX_FAILURES = 20;
/** How old the last look at the CPU time may be when a case begins: a look takes longer than most cases. */
const CPU_LOOK_MS = 20;
/** At memory, of which the least counts. */
const LOOKS = 4;
const LOOK_EVERY_MS = 20;

/** Something that reads what strangers send. */
export interface Target {
  readonly name: string;
  readonly shape: Shape;
  /** Well-formed inputs. */
  readonly seeds: readonly Uint8Array[];
  /** Words of the format. */
  readonly words?: readonly string[];
  /** Reads one input. Errors that tell the sender what is wrong must be caught here; all others are failures. */
  run(input: Uint8Array): void | Promise<void>;
  close?(): Promise<void>;
}

export interface Failure {
  readonly input: Uint8Array;
  readonly reason: string;
}

export interface FuzzReport {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** Inputs that reached new code, seeds included. */
  readonly kept: readonly Uint8Array[];
  /** Places in our code that were reached, and all that there are in what was loaded. */
  readonly places: number;
  readonly allPlaces: number;
  readonly slowestMs: number;
  readonly growthBytes: number;
}

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** Kept inputs of earlier runs. */
  readonly kept?: readonly Uint8Array[];
  /** Whether to look for inputs that reach new code, where the target's modules have counters. */
  readonly explores?: boolean;
  /** CPU time of one case that is a failure. */
  readonly hangMs?: number;
  /** Called before each case, so that another thread can name the case that never ends. */
  readonly onCase?: (input: Uint8Array) => void;
}

export async function fuzz(target: Target, { cases, seed, kept: known = [], explores = true, hangMs = HANG_MS, onCase = () => {} }: FuzzOptions): Promise<FuzzReport> {
  const random = new Random(seed);
  const failures = new Map<string, Failure>();
  const kept: Uint8Array[] = [];
  const sources: Uint8Array[] = [];
  const keptBytes = (): number => [...new Set([...kept, ...sources])].reduce((sum, { length }) => sum + length, 0);
  let slowestMs = 0;
  let look = { atMs: -Infinity, cpuMs: 0 };
  const attempt = async (input: Uint8Array): Promise<void> => {
    onCase(input);
    // A copy at an odd offset: parsers must not rely on alignment, nor change what they are given.
    const copy = new Uint8Array(input.length + 1).subarray(1);
    copy.set(input);
    const startedMs = performance.now();
    if (startedMs - look.atMs > CPU_LOOK_MS) look = { atMs: startedMs, cpuMs: cpuMs() };
    let reason: string | undefined;
    try {
      await target.run(copy);
      if (Buffer.compare(copy, input) !== 0) reason = 'The input was changed.';
    } catch (error) {
      reason = error instanceof Error ? error.stack ?? error.message : String(error);
    }
    const elapsedMs = performance.now() - startedMs;
    const tookMs = elapsedMs <= CPU_LOOK_MS ? elapsedMs : Math.min(elapsedMs, cpuMs() - look.cpuMs);
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > hangMs) reason ??= `The case took ${Math.round(tookMs)} ms of CPU.`;
    if (reason === undefined || failures.size >= MAX_FAILURES) return;
    // One failure for each place, the shortest input. Messages hold parts of the input.
    const place = reason.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 2).join('\n') || reason.replace(/\d+/g, '');
    const earlier = failures.get(place);
    if (!earlier || earlier.input.length > input.length) failures.set(place, { input: new Uint8Array(input), reason });
  };

  const coverage = explores ? new Coverage() : undefined;
  /** Runs an input, and keeps it when it reaches what none before did. */
  const tryOut = async (input: Uint8Array): Promise<void> => {
    await attempt(input);
    const reached = coverage?.take() ?? 'nothing new';
    if (reached === 'nothing new') return;
    // A copy: a part of a larger buffer would keep all of that.
    const copy = new Uint8Array(input);
    if (sources.length < MAX_SOURCES) sources.push(copy);
    else if (reached === 'new code') sources[random.below(MAX_SOURCES)] = copy;
    if (reached === 'new code' && kept.length < MAX_KEPT) kept.push(copy);
  };
  /** Memory after a tenth of the cases, when caches are full, and after half of the rest. */
  const looks: number[] = [];
  const first = [...target.seeds, ...known].slice(0, Math.max(1, cases));
  for (const input of first) await tryOut(input);
  let done = first.length;
  for (; done < cases; done++) {
    if (cases >= MIN_GROWTH_CASES && looks.length < LOOK_AT.length && done >= LOOK_AT[looks.length]! * cases) looks.push(await memoryBytes() - keptBytes());
    await tryOut(mutated(target.shape, sources.length > 0 ? sources : first, target.words ?? [], random));
  }
  const growthBytes = looks.length < LOOK_AT.length ? 0 : steadyGrowth(looks[0]!, looks[1]!, await memoryBytes() - keptBytes());
  if (growthBytes > MAX_GROWTH_BYTES) {
    failures.set('growth', { input: new Uint8Array(0), reason: `Memory grew by ${Math.round(growthBytes / 1024 / 1024)} MB in ${cases} cases.` });
  }
  return { cases: done, failures: [...failures.values()], kept, places: coverage?.places ?? 0, allPlaces: coverage?.allPlaces ?? 0, slowestMs, growthBytes };
}

/** A leak grows with the cases: in both halves alike. What grew in one only is a cache, compiled code or a late collection. */
function steadyGrowth(first: number, middle: number, last: number): number {
  return 2 * Math.min(middle - first, last - middle);
}

/** CPU time of the process: that of the machine's other work is not the case's. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Memory in use, after garbage collection: the least of some looks, since buffers are freed a while after they are found to be garbage. */
async function memoryBytes(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LOOKS; look++) {
    collectGarbage();
    await sleep(LOOK_EVERY_MS);
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + Math.max(external, arrayBuffers));
  }
  return least;
}
