/** Memory that a thread holds on to: what is left after garbage collection. */
import { collectGarbage } from '../support/collect-garbage.js';

export interface ThreadMemory {
  readonly heapBytes: number;
  /** Outside of V8's heap: buffers, and what native modules report. */
  readonly externalBytes: number;
}

export function threadMemory(): ThreadMemory {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: Math.max(external, arrayBuffers) };
}
