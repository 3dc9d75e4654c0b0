/** Memory and cores, compared with what the settings may use. A container's limits take precedence. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Settings } from '../settings.js';
import { note, ok, problem, size, type Finding } from './finding.js';

/** Resident sizes of `livegenre serve` with the demo station on Node 20, x64: 131, 169 and 195 MB with 1, 2 and 3 shards. */
const SERVER_BYTES = 100_000_000;
const SHARD_BYTES = 35_000_000;
/** Upper bound per stream, as measured by `bench:live`. */
const STREAM_BYTES = 100_000;

export interface Memory {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** @param memory total, and what a new process could get */
export function checkMemory({ shards, maxStreams }: Pick<Settings, 'shards' | 'maxStreams'>, memory: Memory = availableMemory()): Finding {
  const needed = SERVER_BYTES + shards * SHARD_BYTES;
  const full = needed + maxStreams * STREAM_BYTES;
  const facts = { ...memory, startBytes: needed, fullBytes: full };
  const found = `${size(memory.freeBytes)} of ${size(memory.totalBytes)} are free`;
  const asked = `the server starts with about ${size(needed)} and takes up to ${size(full)} with ${maxStreams} streams`;
  if (memory.freeBytes < needed) return problem(`${found}; ${asked}`, 'End other programs, give the container more, or lower --shards.', facts);
  if (memory.freeBytes < full) return note(`${found}; ${asked}`, 'Lower --max-streams, or give it more.', facts);
  return ok(found, facts);
}

/** @param cores usable cores; may be fractional in a container */
export function checkCores({ shards }: Pick<Settings, 'shards'>, cores: number = usableCores()): Finding {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const facts = { model, cores, shards };
  const found = `${cores} of ${model}, ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
  if (shards > Math.max(1, Math.floor(cores))) return note(found, `More shards than cores bring nothing; leave one core to the main thread: --shards ${Math.max(1, Math.floor(cores) - 1)}.`, facts);
  return ok(found, facts);
}

export function availableMemory(): Memory {
  // The container's limit; without one it is 0, or larger than the machine's memory.
  const limit = process.constrainedMemory();
  if (limit === 0 || limit >= totalmem()) return { totalBytes: totalmem(), freeBytes: freemem() };
  return { totalBytes: limit, freeBytes: Math.min(freemem(), limit - process.memoryUsage.rss()) };
}

/** Node counts processors; a container may have a smaller CPU quota (cgroups 2). */
function usableCores(): number {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text('/sys/fs/cgroup/cpu.max')) ?? [];
  return quota === undefined ? availableParallelism() : Math.min(availableParallelism(), Number(quota) / Number(period));
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or not a container.
    return '';
  }
}
