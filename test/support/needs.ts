/** What a test file needs beside Node, told by its folder and by what it imports, itself or through files of `test/`. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const NEEDS = ['training', 'browser', 'programs', 'ffmpeg'] as const;
/** `training`: trains networks. `browser`: Chromium. `programs`: Icecast and others, skipped where they are missing. */
export type Need = (typeof NEEDS)[number];

const MODULES: Readonly<Record<string, Need>> = {
  'test/support/browser.ts': 'browser',
  'test/interop/programs.ts': 'programs',
  'server/sources/ffmpeg.ts': 'ffmpeg',
};

/**
 * @param root the repository's folder
 * @param file path from there, `test/….test.ts`
 */
export function needsOf(root: string, file: string): Set<Need> {
  const needs = new Set<Need>(file.startsWith('test/models/training/') ? ['training'] : []);
  const seen = new Set([file]);
  for (const each of seen) { // grows while it is read
    const need = MODULES[each];
    if (need) needs.add(need);
    // What the product imports says nothing of the test: all of `server/` can start FFmpeg.
    if (!each.startsWith('test/')) continue;
    for (const [, path] of readFileSync(join(root, each), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)) seen.add(join(dirname(each), `${path}.ts`));
  }
  return needs;
}
