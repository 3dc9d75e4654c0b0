/** What a release changes in files, as functions of their text. */

/** Every file that names the version of the package, with how it is found there. @type {Readonly<Record<string, RegExp>>} */
export const VERSIONED = {
  'package.json': /^( {2}"version": ")[^"]+(")/m,
  // Twice: of the file, and of the root package in it.
  'package-lock.json': /("name": "livegenre",\n\s+"version": ")[^"]+(")/g,
  'deploy/helm/livegenre/Chart.yaml': /^((?:version|appVersion): )\S+()$/gm,
  'deploy/home-assistant/livegenre/config.yaml': /^(version: )\S+()$/m,
};

/**
 * @param {string} path one of `VERSIONED`
 * @param {string} text
 * @param {string} version
 * @throws {Error} if the file names no version
 */
export function withVersion(path, text, version) {
  const pattern = /** @type {RegExp} */ (VERSIONED[path]);
  if (text.search(pattern) < 0) throw new Error(`${path} names no version.`);
  return text.replace(pattern, (_, before, after) => `${before}${version}${after}`);
}

/**
 * The changes since the last release become those of a version.
 * @param {string} text of CHANGELOG.md
 * @param {string} version
 * @param {string} date such as 2026-11-30
 * @returns {{ text: string, notes: string }} the file, and the section for those who read about the release
 * @throws {Error} if nothing has changed
 */
export function releaseChangelog(text, version, date) {
  const found = /^## \[Unreleased\]\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text);
  const notes = found?.[1]?.trim() ?? '';
  if (!found || !/^- /m.test(notes)) throw new Error('CHANGELOG.md has nothing under [Unreleased]: there is nothing to release.');
  const section = `## [Unreleased]\n\n## [${version}] - ${date}\n\n${notes}\n\n`;
  return { text: `${text.slice(0, found.index)}${section}${text.slice(found.index + found[0].length)}`.trimEnd() + '\n', notes };
}

/**
 * @param {string} version that is wanted
 * @param {string} current
 * @throws {Error} with the reason, if it can't follow the current one
 */
export function checkVersion(version, current) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`A version is three numbers, such as 1.2.3; this is ${JSON.stringify(version)}.`);
  const [wanted, present] = [version, current].map((each) => each.split('.').map(Number));
  const place = [0, 1, 2].find((index) => wanted?.[index] !== present?.[index]);
  if (place === undefined || (wanted?.[place] ?? 0) < (present?.[place] ?? 0)) throw new Error(`Version ${version} must be higher than the present one, ${current}.`);
}

/**
 * Lines of a file for `sha256sum --check`.
 * @param {readonly { name: string, sha256: string }[]} files
 */
export function checksumLines(files) {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}
