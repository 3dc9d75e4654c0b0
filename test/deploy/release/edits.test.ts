/** What a release changes in files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumLines, checkVersion, releaseChangelog, VERSIONED, withVersion } from '../../../deploy/release/edits.js';
import { ROOT } from '../../pages/page.js';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { version: CURRENT } = JSON.parse(read('package.json')) as { version: string };

for (const path of Object.keys(VERSIONED)) {
  test(`${path} has the version of the package, and gets the new one`, () => {
    const text = read(path);
    assert.is(withVersion(path, text, CURRENT), text, 'the versions agree');
    const changed = withVersion(path, text, '98.7.6').split('\n').filter((line, index) => line !== text.split('\n')[index]);
    assert.is(changed.length, path === 'package-lock.json' || path.endsWith('Chart.yaml') ? 2 : 1);
    assert.ok(changed.every((line) => line.includes('98.7.6')), changed.join('\n'));
    assert.throws(() => withVersion(path, 'nothing', '98.7.6'), path);
  });
}

test('the unreleased changes become a section with version and date', () => {
  const log = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.1.0] - 2026-11-22\n\n- First.\n';
  const { text, notes } = releaseChangelog(log, '0.2.0', '2026-12-01');
  assert.is(notes, '### Added\n\n- One.');
  assert.is(text, '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- One.\n\n## [0.1.0] - 2026-11-22\n\n- First.\n');
  assert.throws(() => releaseChangelog(text, '0.3.0', '2026-12-02'), 'nothing to release');
});

test('the last section of a changelog may be the unreleased one', () => {
  assert.is(releaseChangelog('## [Unreleased]\n\n- One.\n', '1.0.0', '2026-12-01').text, '## [Unreleased]\n\n## [1.0.0] - 2026-12-01\n\n- One.\n');
});

test('the changelog of this repository can be released', () => {
  assert.match(releaseChangelog(read('CHANGELOG.md'), '98.7.6', '2026-12-01').text, /^## \[98\.7\.6\] - 2026-12-01\n\n### /m);
});

test('a version must be three numbers, and higher than the present one', () => {
  for (const version of ['0.1.10', '0.2.0', '1.0.0']) checkVersion(version, '0.1.9');
  for (const version of ['0.1.9', '0.1.8', '0.0.99', 'v1.0.0', '1.0', '1.0.0-beta', '']) assert.throws(() => checkVersion(version, '0.1.9'), /[Vv]ersion/);
});

test('checksums are lines of sha256sum', () => {
  assert.is(checksumLines([{ name: 'a.tgz', sha256: 'ab'.repeat(32) }, { name: 'b', sha256: 'cd'.repeat(32) }]), `${'ab'.repeat(32)}  a.tgz\n${'cd'.repeat(32)}  b\n`);
});

test.run();
