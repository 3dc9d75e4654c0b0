/** Memory of this process. Reading the resident part opens a file, which fails when no descriptor is left. */
import { getHeapStatistics } from 'node:v8';

let lastBytes = 0;

/** Resident set, bytes; the value before when it can't be read now. */
export function residentBytes(): number {
  try {
    lastBytes = process.memoryUsage.rss();
  } catch {
    // No descriptor is left (EMFILE): no reason to fail.
  }
  return lastBytes;
}

/** Heap of the main thread in use, bytes. */
export function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}
