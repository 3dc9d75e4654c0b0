/** Memory and cores, against what the settings may take. A container's limits count before the machine's. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Settings } from '../settings.js';
import { note, ok, problem, size, type Finding } from './finding.js';

/** Resident sizes of `livegenre serve` with the demo station on Node 20, x64: 131, 169 and 195 MB with 1, 2 and 3 shards. */
const SERVER_BYTES = 100_000_000;
const SHARD_BYTES = 35_000_000;
/** What a stream may take at most (`bench:live` holds it to that). */
const STREAM_BYTES = 100_000;

export interface Memory {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** @param memory what there is, and what of it a new process could have */
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

/** @param cores that may be used, fractions of a container's included */
export function checkCores({ shards }: Pick<Settings, 'shards'>, cores: number = usableCores()): Finding {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const facts = { model, cores, shards };
  const found = `${cores} of ${model}, ${shards} ${shards === 1 ? 'shard' : 'shards'}`;
  if (shards > Math.max(1, Math.floor(cores))) return note(found, `More shards than cores only take turns; leave one core to the main thread: --shards ${Math.max(1, Math.floor(cores) - 1)}.`, facts);
  return ok(found, facts);
}

function availableMemory(): Memory {
  // Of a container; where there is none it is 0, or more than there is.
  const limit = process.constrainedMemory();
  if (limit === 0 || limit >= totalmem()) return { totalBytes: totalmem(), freeBytes: freemem() };
  return { totalBytes: limit, freeBytes: Math.min(freemem(), limit - process.memoryUsage.rss()) };
}

/** Node counts processors; a container may have less time on them than that (cgroups 2). */
function usableCores(): number {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text('/sys/fs/cgroup/cpu.max')) ?? [];
  return quota === undefined ? availableParallelism() : Math.min(availableParallelism(), Number(quota) / Number(period));
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Another system, or no container.
    return '';
  }
}
