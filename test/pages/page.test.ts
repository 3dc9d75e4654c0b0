/** What the other tests of pages rest on: a page is read as GitHub reads it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anchors, coded, links, pageOf, pages, rows } from './page.js';

const of = (text: string) => pageOf('server/PAGE.md', text);

test('every page is found, and nothing that npm or the build made', () => {
  const found = pages().map(({ path }) => path);
  for (const path of ['README.md', 'server/PROTOCOL.md', 'models/genre-v1/card.md', '.github/ISSUE_TEMPLATE/bug.yml']) assert.ok(found.includes(path), path);
  assert.equal(found.filter((path) => path.includes('node_modules') || path.startsWith('dist/')), []);
});

test('anchors are lower case, without punctuation, with dashes, and numbered when they repeat', () => {
  assert.equal([...anchors(of('# A b\n## `On` the *field*, 74.5 %\n## A b\n```sh\n# no heading\n```\n### [Link](x.md) & more\n'))], ['a-b', 'on-the-field-745-', 'a-b-1', 'link--more']);
});

test('links are told from addresses, code and fences, and resolved from the folder of the page', () => {
  const found = links(of('[a](../README.md#x) ![b](pic.png) [c](https://example.org) `d [e](f.md)`\n```\n[g](h.md)\n```\n[i](#here)'));
  assert.equal(found, [
    { target: '../README.md#x', path: 'README.md', anchor: 'x' },
    { target: 'pic.png', path: 'server/pic.png', anchor: undefined },
    { target: '#here', path: 'server/PAGE.md', anchor: 'here' },
  ]);
});

test('tables are found by their head; a bar may be escaped', () => {
  const table = of('| a | b |\n| --- | ---: |\n| `1` | 2\\|3 |\n\n| a | c |\n| --- | --- |\n| 4 | 5 |\n');
  assert.equal(rows(table, 'a', 'b'), [['`1`', '2|3']]);
  assert.equal(rows(table, 'a').length, 2);
  assert.throws(() => rows(table, 'x'), /no table/);
  assert.equal(coded('`--a DIR`, `b` c'), ['--a DIR', 'b']);
});

test.run();
