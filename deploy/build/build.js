/**
 * Incremental build. `dist/.built.json` records the sources and outputs of each target: a target is
 * rebuilt when a source was added, changed or removed, or an output differs from what was written.
 * Outputs that a target no longer has are deleted.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, stampsOf, statsIn, unchanged } from './stamps.js';

/** @typedef {import('./stamps.js').Stamps} Stamps */

/**
 * @typedef {object} Target
 * @property {(path: string) => boolean} isSource tells whether a file of the plan is a source of the target
 * @property {readonly string[]} [after] targets, earlier in the plan, whose outputs it reads
 * @property {(root: string, sources: readonly string[]) => Promise<readonly string[]>} build builds it; returns the files written, as paths from the root
 */

/**
 * @typedef {object} Plan
 * @property {readonly string[]} folders folders with sources
 * @property {readonly string[]} [files] sources in the root itself
 * @property {readonly string[]} always files that every target depends on
 * @property {Readonly<Record<string, Target>>} targets
 */

/** @typedef {Record<string, { readonly sources?: Stamps, readonly outputs: Stamps }>} Built by target; without sources it is stale */

/** Version of the manifest's format. */
const FORMAT = 1;
const OUTPUTS = 'dist';
const MANIFEST = `${OUTPUTS}/.built.json`;

/**
 * @param {string} root
 * @param {Plan} plan
 * @param {readonly string[]} [names] targets to build; default all
 * @returns {Promise<string[]>} the targets that were built
 * @throws Error with the reason if a target can't be built; it stays stale, the others are recorded
 */
export async function build(root, plan, names = Object.keys(plan.targets)) {
  const kept = read(root);
  // Without a manifest it is unknown which files in dist are still needed.
  if (!kept) rmSync(join(root, OUTPUTS), { recursive: true, force: true });
  /** @type {Built} */
  const built = kept ?? {};
  const files = [...plan.files ?? [], ...filesIn(root, plan.folders)];
  const statOf = statsIn(root);
  /** @type {Map<string, string[]>} sources by target */
  const stale = new Map();
  let isRenewed = false;
  for (const name of withThoseBefore(plan, names)) {
    const sources = files.filter(/** @type {Target} */ (plan.targets[name]).isSource);
    const before = built[name];
    const sourcesNow = before?.sources && unchanged(root, statOf, before.sources, new Set([...sources, ...plan.always]));
    const outputsNow = sourcesNow && unchanged(root, statOf, before.outputs, new Set(Object.keys(before.outputs)));
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
    // Recorded as stale until it is built, so that an interrupted build is repeated.
    built[name] = { outputs };
  }
  write(root, built);
  /** @type {Map<string, Promise<void>>} */
  const runs = new Map();
  for (const [name, sources] of stale) runs.set(name, run(name, sources));

  /** @type {(name: string, sources: readonly string[]) => Promise<void>} */
  async function run(name, sources) {
    const target = /** @type {Target} */ (plan.targets[name]);
    // Taken before the sources are read: one that changes meanwhile is built again next time.
    const stamps = stampsOf(root, [...sources, ...plan.always]);
    await Promise.all((target.after ?? []).map((before) => runs.get(before)));
    const outputs = await target.build(root, sources);
    built[name] = { sources: stamps, outputs: stampsOf(root, outputs) };
  }

  const results = await Promise.allSettled(runs.values());
  const areOutputs = new Set(Object.values(built).flatMap(({ outputs }) => Object.keys(outputs)));
  for (const path of wereOutputs) if (!areOutputs.has(path)) rmSync(join(root, path), { force: true });
  write(root, built);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return [...stale.keys()];
}

/**
 * @param {Plan} plan
 * @param {readonly string[]} names
 * @returns {string[]} these targets and those that they need, in the plan's order
 */
function withThoseBefore(plan, names) {
  /** @type {Set<string>} */
  const wanted = new Set();
  /** @param {string} name */
  const want = (name) => {
    plan.targets[name]?.after?.forEach(want);
    wanted.add(name);
  };
  names.forEach(want);
  return Object.keys(plan.targets).filter((name) => wanted.has(name));
}

/**
 * @param {string} root
 * @returns {Built | undefined} undefined if there is no valid manifest
 */
function read(root) {
  try {
    const { format, built } = JSON.parse(readFileSync(join(root, MANIFEST), 'utf8'));
    return format === FORMAT ? built : undefined;
  } catch {
    // Missing or incomplete.
    return undefined;
  }
}

/**
 * @param {string} root
 * @param {Built} built
 */
function write(root, built) {
  mkdirSync(join(root, OUTPUTS), { recursive: true });
  // A unique name: two builds may run at once.
  const next = join(root, `${MANIFEST}.${process.pid}`);
  writeFileSync(next, JSON.stringify({ format: FORMAT, built }));
  renameSync(next, join(root, MANIFEST));
}
