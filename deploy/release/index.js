/**
 * `npm run release -- VERSION [--dry-run]`: the version in all files, the section of the changelog, the npm package, the
 * static pages where there are such, checksums, a commit and a tag. It pushes and publishes nothing.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checksumLines, checkVersion, releaseChangelog, VERSIONED, withVersion } from './edits.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

try {
  release(process.argv.slice(2));
} catch (error) {
  console.error(`release: ${/** @type {Error} */ (error).message}`);
  process.exit(1);
}

/** @param {readonly string[]} args */
function release(args) {
  const isDry = args.includes('--dry-run');
  const unknown = args.find((arg) => arg.startsWith('--') && arg !== '--dry-run');
  const [version, ...rest] = args.filter((arg) => !arg.startsWith('--'));
  if (version === undefined || rest.length > 0 || unknown !== undefined) throw new Error('usage: npm run release -- VERSION [--dry-run]');

  /** @type {{ version: string, scripts: Record<string, string> }} */
  const { version: current, scripts } = JSON.parse(read('package.json'));
  checkVersion(version, current);
  const changed = run('git', ['status', '--porcelain']).trim();
  if (changed !== '') throw new Error(`commit or stash first; changed are:\n${changed}`);
  if (run('git', ['tag', '--list', `v${version}`]).trim() !== '') throw new Error(`there is a tag v${version} already.`);

  const changelog = releaseChangelog(read('CHANGELOG.md'), version, new Date().toISOString().slice(0, 10));
  /** @type {Record<string, string>} */
  const edits = { 'CHANGELOG.md': changelog.text };
  for (const path of Object.keys(VERSIONED)) edits[path] = withVersion(path, read(path), version);
  const paths = Object.keys(edits);
  const hasPages = scripts['build:site'] !== undefined;
  const folder = join('.runs', 'release', version);
  console.log(`${current} becomes ${version} in ${paths.join(', ')}.`);
  if (isDry) {
    console.log(`The package${hasPages ? ', the static pages' : ''} and SHA256SUMS would be in ${folder}, with a commit and the tag v${version}. Its notes:\n\n${changelog.notes}`);
    return;
  }

  try {
    for (const [path, text] of Object.entries(edits)) writeFileSync(join(ROOT, path), text);
    mkdirSync(join(ROOT, folder), { recursive: true });
    run('npm', ['pack', '--silent', '--pack-destination', folder]);
    if (hasPages) {
      run('npm', ['run', '--silent', 'build:site']);
      run('tar', ['--create', '--gzip', '--file', join(folder, `livegenre-${version}-site.tgz`), '--directory', 'dist', 'site']);
    }
    writeFileSync(join(ROOT, folder, 'NOTES.md'), `${changelog.notes}\n`);
    const files = readdirSync(join(ROOT, folder)).filter((name) => name !== 'SHA256SUMS').sort();
    writeFileSync(join(ROOT, folder, 'SHA256SUMS'), checksumLines(files.map((name) => ({ name, sha256: sha256(join(ROOT, folder, name)) }))));
  } catch (error) {
    run('git', ['checkout', '--quiet', '--', ...paths]);
    throw error;
  }
  run('git', ['commit', '--quiet', '--message', `release: ${version}`, '--', ...paths]);
  run('git', ['tag', '--annotate', `v${version}`, '--message', `livegenre ${version}`]);
  console.log(`${readdirSync(join(ROOT, folder)).join(', ')} are in ${folder}; the commit has the tag v${version}. Nothing was pushed or published.`);
}

/** @param {string} path from the root */
function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** @param {string} path */
function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @throws {Error} with what the program said
 */
function run(program, args) {
  return execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}
