/** Runs one target in a thread of its own; the case under way is in shared memory, so that one which never ends can be named. */
import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { giveCounters } from './coverage.js';
import { fuzz } from './fuzz.js';
import { TARGETS } from './targets/targets.js';

export interface Work {
  readonly target: string;
  readonly cases: number;
  readonly seed: number;
  readonly kept: readonly Uint8Array[];
  readonly explores: boolean;
  /** [cases begun, bytes of the case], then the case. */
  readonly current: SharedArrayBuffer;
}

const { target: name, cases, seed, kept, explores, current } = workerData as Work;
const [counts, bytes] = [new Int32Array(current, 0, 2), new Uint8Array(current, 8)];
if (explores) {
  giveCounters();
  register('./hooks.js', import.meta.url);
}
const target = await TARGETS.get(name)!();
const report = await fuzz(target, {
  cases, seed, kept, explores,
  onCase(input) {
    bytes.set(input.subarray(0, bytes.length));
    counts[1] = Math.min(input.length, bytes.length);
    Atomics.add(counts, 0, 1);
  },
});
await target.close?.();
parentPort!.postMessage(report);
