/** What a test file needs besides Node, derived from the modules that it or other files of `test/` import. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * `tensorflow`: trains or runs networks. `browser`: Chromium. `programs`: Icecast and others, skipped if missing.
 * `commands`: starts livegenre, the test runner or a benchmark in processes of their own.
 */
export type Need = 'browser' | 'programs' | 'tensorflow' | 'ffmpeg' | 'commands';

const MODULES: Readonly<Record<string, Need>> = {
  'test/support/browser.ts': 'browser',
  'test/interop/programs.ts': 'programs',
  'models/tensorflow/backend.ts': 'tensorflow',
  'models/training/train.ts': 'tensorflow',
  'models/training/training.ts': 'tensorflow',
  'server/sources/ffmpeg.ts': 'ffmpeg',
  'server/cli/livegenre.ts': 'commands',
  'test/support/run-files.ts': 'commands',
  'test/bench/live/remote-process.ts': 'commands',
};

/** Matches a module that is imported or started as a program. */
const MODULE = /(?:from |import\(|import |new URL\()'(\.[^']+)\.js'/g;

/**
 * @param root the repository's folder
 * @param file path from there, `test/….test.ts`
 */
export function needsOf(root: string, file: string): Set<Need> {
  const needs = new Set<Need>();
  const seen = new Set([file]);
  for (const each of seen) { // grows while it is read
    const need = MODULES[each];
    if (need) needs.add(need);
    // Imports of the product are not followed: any file of `server/` can start FFmpeg.
    if (!each.startsWith('test/')) continue;
    for (const path of modulesOf(root, each)) seen.add(path);
  }
  return needs;
}

/** By path: most tests have the same helpers. */
const modules = new Map<string, readonly string[]>();

function modulesOf(root: string, file: string): readonly string[] {
  const path = join(root, file);
  const named = modules.get(path) ?? (existsSync(path) ? [...readFileSync(path, 'utf8').matchAll(MODULE)].map(([, module]) => join(dirname(file), `${module}.ts`)) : []);
  modules.set(path, named);
  return named;
}
