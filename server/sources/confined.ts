/**
 * Starts a program that reads what strangers send with less than the server's own rights, on Linux: no
 * network, where the system lets a user make a network namespace (user_namespaces(7)), at most 1 GiB of
 * memory of its own, and no core dumps. Elsewhere it starts as it is.
 */
import { spawnSync } from 'node:child_process';

/** Decoding takes some 30 MB; the rest is for the stacks of a thread for each core. */
export const MAX_MEMORY_BYTES = 1024 ** 3;
const PROBE_MS = 2000;

/** Limits that the system does not have, or that are lower already, are left alone. */
const LIMITS = `ulimit -c 0 2>/dev/null || :; ulimit -d ${MAX_MEMORY_BYTES / 1024} 2>/dev/null || :; exec "$@"`;

let canIsolate: boolean | undefined;

/** Whether programs can be started without a network; tried once. */
export function canIsolateNetwork(): boolean {
  return (canIsolate ??= process.platform === 'linux' && spawnSync('unshare', ['--map-root-user', '--net', 'true'], { stdio: 'ignore', timeout: PROBE_MS }).status === 0);
}

/** The command and arguments that start a program confined; both end in the program itself, with the same process id. */
export function confined(program: string, args: readonly string[]): readonly [command: string, args: readonly string[]] {
  if (process.platform !== 'linux') return [program, args];
  const isolated = canIsolateNetwork() ? ['unshare', '--map-root-user', '--net', '--', program, ...args] : [program, ...args];
  return ['/bin/sh', ['-c', LIMITS, 'sh', ...isolated]];
}
