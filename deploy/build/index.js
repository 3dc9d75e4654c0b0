/** `node deploy/build [TARGET…]`: brings `dist` up to date with the sources; run first by every npm script that runs something. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { PLAN } from './targets.js';

const ROOT = new URL('../../', import.meta.url);

if (!isInstalled('esbuild') && existsSync(new URL('dist/server/cli/livegenre.js', ROOT))) {
  // For example after npm prune --omit=dev.
  console.error('The build tools are not installed (npm ci installs them): the existing build is used.');
  process.exit(0);
}
const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(PLAN.targets, name));
if (unknown !== undefined) {
  console.error(`There is no target ${unknown}; the targets are ${Object.keys(PLAN.targets).join(', ')}.`);
  process.exit(2);
}
try {
  const started = performance.now();
  const built = await build(fileURLToPath(ROOT), PLAN, names.length > 0 ? names : undefined);
  // To standard error: some scripts' output is read by programs.
  if (built.length > 0) console.error(`Built ${built.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
} catch (error) {
  // esbuild has already printed its own errors.
  if (!Object.hasOwn(/** @type {object} */ (error), 'errors')) console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}

/** @param {string} name of a package */
function isInstalled(name) {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
