/** Every link of a page leads somewhere: in the repository and in the npm package. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anchors, links, LOG, page, pages, ROOT, type Page } from './page.js';

const ALL = pages();
const byPath = new Map(ALL.map((each) => [each.path, each]));

/** Paths of the repository in inline code; those with a placeholder or a star are none. */
const PATH = /^(?:dsp|models|server|client|test|deploy|\.github|\.ci)\/[\w./-]+$/;

const said = (each: Page, what: string): string => `${each.path}: ${what}`;

test('relative links and images exist', () => {
  const broken = ALL.flatMap((each) => links(each).filter(({ path }) => !existsSync(join(ROOT, path))).map(({ target }) => said(each, target)));
  assert.equal(broken, []);
});

test('anchors are headings of the page that they point into', () => {
  const broken = ALL.flatMap((each) => links(each)
    .filter(({ path, anchor }) => anchor !== undefined && !anchors(byPath.get(path) ?? page(path)).has(anchor))
    .map(({ target }) => said(each, target)));
  assert.equal(broken, []);
});

test('files that are named in code exist', () => {
  const missing = ALL.filter(({ path }) => path !== LOG).flatMap((each) => each.code
    .filter((code) => PATH.test(code) && !existsSync(join(ROOT, code))).map((code) => said(each, code)));
  assert.equal(missing, []);
});

test('each folder of the first level has a page that the front page links to', () => {
  const front = new Set(links(page('README.md')).map(({ path }) => path));
  for (const folder of ['dsp', 'models', 'server', 'client', 'test', 'deploy']) assert.ok(front.has(`${folder}/README.md`), folder);
});

const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };

/** npm always packs these, and what `files` names or what lies below it. */
function isPacked(path: string): boolean {
  return ['README.md', 'LICENSE', 'package.json'].includes(path) || files.some((entry) => path === entry || path.startsWith(`${entry}/`));
}

test('the npm package has every page but those of the repository itself, with what they link to', () => {
  assert.equal(files.filter((entry) => /[*!?]/.test(entry)), [], 'plain paths only: this test does not expand patterns');
  assert.equal(files.filter((entry) => !entry.startsWith('dist/') && !existsSync(join(ROOT, entry))), []);
  const packed = ALL.filter(({ path }) => !path.startsWith('.github/'));
  assert.equal(packed.filter(({ path }) => !isPacked(path)).map(({ path }) => path), []);
  assert.equal(packed.flatMap((each) => links(each).filter(({ path }) => !isPacked(path)).map(({ target }) => said(each, target))), []);
});

test.run();
