/**
 * Detects changed files: size and mtime are compared first, and a hash of the content if only the mtime
 * differs. So a fresh checkout, a copied folder or a restored cache does not cause a rebuild.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** @typedef {readonly [size: number, mtimeMs: number, sha1: string]} Stamp */
/** @typedef {Readonly<Record<string, Stamp>>} Stamps by path from the root; missing files have no stamp */

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
 * Reads the stats of each file once: targets share sources.
 * @param {string} root
 * @returns {(path: string) => import('node:fs').Stats | undefined} undefined if there is no such file
 */
export function statsIn(root) {
  /** @type {Map<string, import('node:fs').Stats | undefined>} */
  const found = new Map();
  return (path) => {
    if (!found.has(path)) found.set(path, statSync(`${root}/${path}`, { throwIfNoEntry: false }));
    return found.get(path);
  };
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
 * @param {(path: string) => import('node:fs').Stats | undefined} statOf as `statsIn` makes it
 * @param {ReadonlySet<string>} paths the files to compare
 * @returns {Stamps | undefined} up-to-date stamps (`before` itself if nothing changed); undefined if a file was added, removed or changed
 */
export function unchanged(root, statOf, before, paths) {
  /** @type {Record<string, Stamp> | undefined} */
  let renewed;
  let found = 0;
  for (const path of paths) {
    const stats = statOf(path);
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
