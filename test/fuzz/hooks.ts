/** Hooks of Node's module loader: compiled modules of ours, those of tests excepted, are loaded with counters in them. */
import { existsSync } from 'node:fs';
import type { LoadHook } from 'node:module';
import { instrumented } from './instrument.js';

const COMPILED = new URL('../../', import.meta.url).href;
const SOURCES = new URL('../../../', import.meta.url).href;

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  return isOurs(url) && loaded.format === 'module' ? { ...loaded, source: instrumented(String(loaded.source)) } : loaded;
};

/** Packages in one file have no source here. */
function isOurs(url: string): boolean {
  const path = url.startsWith(COMPILED) ? url.slice(COMPILED.length) : 'test/';
  return !path.startsWith('test/') && existsSync(new URL(path.replace(/\.js$/, '.ts'), SOURCES));
}
