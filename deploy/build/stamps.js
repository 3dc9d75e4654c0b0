/**
 * Whether files are still what they were: size and time of change are compared first, and the
 * content where those differ. So a fresh checkout, a copied folder or a restored cache, which change
 * times alone, are not taken for new sources.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** @typedef {readonly [size: number, mtimeMs: number, sha1: string]} Stamp */
/** @typedef {Readonly<Record<string, Stamp>>} Stamps by path from the root; a file that is not there has none */

/**
 * @param {string} root
 * @param {readonly string[]} folders from the root
 * @returns {string[]} all files in them, as paths from the root with slashes
 */
export function filesIn(root, folders) {
  return folders.flatMap((folder) => {
    let names;
    try {
      names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
      throw error;
    }
    return names.map((name) => `${folder}/${sep === '/' ? name : name.split(sep).join('/')}`);
  });
}

/**
 * @param {string} root
 * @param {Iterable<string>} paths from the root
 * @returns {Stamps}
 */
export function stampsOf(root, paths) {
  /** @type {Record<string, Stamp>} */
  const stamps = {};
  for (const path of paths) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isFile()) stamps[path] = [stats.size, stats.mtimeMs, sha1(root, path)];
  }
  return stamps;
}

/**
 * @param {string} root
 * @param {Stamps} before
 * @param {ReadonlySet<string>} paths those that are asked for now
 * @returns {Stamps | undefined} up-to-date stamps (`before` itself where all still hold); undefined when a file is new, gone or changed
 */
export function unchanged(root, before, paths) {
  /** @type {Record<string, Stamp> | undefined} */
  let renewed;
  let found = 0;
  for (const path of paths) {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stats?.isFile()) continue;
    const stamp = before[path];
    if (!stamp || stats.size !== stamp[0]) return undefined;
    found++;
    if (stats.mtimeMs === stamp[1]) continue;
    if (sha1(root, path) !== stamp[2]) return undefined;
    renewed ??= { ...before };
    renewed[path] = [stamp[0], stats.mtimeMs, stamp[2]];
  }
  return found === Object.keys(before).length ? renewed ?? before : undefined;
}

/**
 * @param {string} root
 * @param {string} path
 */
function sha1(root, path) {
  return createHash('sha1').update(readFileSync(join(root, path))).digest('base64');
}
