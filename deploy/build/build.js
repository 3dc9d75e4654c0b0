/**
 * Builds what is not up to date, and nothing else. What was built from what is kept in
 * `dist/.built.json`: when a source is new, changed or gone, or an output is not the one that was
 * written, its target is built anew, and outputs that it no longer has are removed.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, stampsOf, unchanged } from './stamps.js';

/** @typedef {import('./stamps.js').Stamps} Stamps */

/**
 * @typedef {object} Target
 * @property {(path: string) => boolean} isSource of a file in one of the plan's folders
 * @property {(root: string, sources: readonly string[]) => Promise<readonly string[]>} build gives the files that it wrote, as paths from the root
 */

/**
 * @typedef {object} Plan
 * @property {readonly string[]} folders where sources lie
 * @property {readonly string[]} always files that every target depends on
 * @property {Readonly<Record<string, Target>>} targets
 */

/** @typedef {Record<string, { readonly sources?: Stamps, readonly outputs: Stamps }>} Built by target; without sources it is stale */

/** Changes with the form of the file. */
const FORMAT = 1;
const OUTPUTS = 'dist';
const MANIFEST = `${OUTPUTS}/.built.json`;

/**
 * @param {string} root
 * @param {Plan} plan
 * @param {readonly string[]} [names] of targets; all unless given
 * @returns {Promise<string[]>} the targets that were built
 * @throws Error with the reason when a target can't be built; it stays stale, the others are kept
 */
export async function build(root, plan, names = Object.keys(plan.targets)) {
  const kept = read(root);
  // Of a build that kept no account nobody knows which files are still wanted.
  if (!kept) rmSync(join(root, OUTPUTS), { recursive: true, force: true });
  /** @type {Built} */
  const built = kept ?? {};
  const files = filesIn(root, plan.folders);
  /** @type {Map<string, string[]>} sources by target */
  const stale = new Map();
  let isRenewed = false;
  for (const name of names) {
    const sources = files.filter(/** @type {Target} */ (plan.targets[name]).isSource);
    const before = built[name];
    const sourcesNow = before?.sources && unchanged(root, before.sources, new Set([...sources, ...plan.always]));
    const outputsNow = sourcesNow && unchanged(root, before.outputs, new Set(Object.keys(before.outputs)));
    if (!sourcesNow || !outputsNow) stale.set(name, sources);
    else if (sourcesNow !== before.sources || outputsNow !== before.outputs) {
      built[name] = { sources: sourcesNow, outputs: outputsNow };
      isRenewed = true;
    }
  }
  if (stale.size === 0) {
    if (isRenewed) write(root, built);
    return [];
  }

  /** @type {Set<string>} */
  const wereOutputs = new Set();
  for (const name of stale.keys()) {
    const outputs = built[name]?.outputs ?? {};
    for (const path in outputs) wereOutputs.add(path);
    // Until it is built: an interrupted build leaves it stale, and its outputs known.
    built[name] = { outputs };
  }
  write(root, built);
  const results = await Promise.allSettled([...stale].map(async ([name, sources]) => {
    // Before they are read: one that changes meanwhile is built again next time.
    const stamps = stampsOf(root, [...sources, ...plan.always]);
    const outputs = await /** @type {Target} */ (plan.targets[name]).build(root, sources);
    built[name] = { sources: stamps, outputs: stampsOf(root, outputs) };
  }));
  const areOutputs = new Set(Object.values(built).flatMap(({ outputs }) => Object.keys(outputs)));
  for (const path of wereOutputs) if (!areOutputs.has(path)) rmSync(join(root, path), { force: true });
  write(root, built);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return [...stale.keys()];
}

/**
 * @param {string} root
 * @returns {Built | undefined} undefined when nothing is known of what was built
 */
function read(root) {
  try {
    const { format, built } = JSON.parse(readFileSync(join(root, MANIFEST), 'utf8'));
    return format === FORMAT ? built : undefined;
  } catch {
    // Not there, or cut off by a crash.
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {Built} built
 */
function write(root, built) {
  mkdirSync(join(root, OUTPUTS), { recursive: true });
  // A name of its own: two builds may run at once.
  const next = join(root, `${MANIFEST}.${process.pid}`);
  writeFileSync(next, JSON.stringify({ format: FORMAT, built }));
  renameSync(next, join(root, MANIFEST));
}
