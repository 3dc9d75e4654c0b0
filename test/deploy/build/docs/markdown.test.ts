/** Pages of the repository as HTML: links that lead into the site, and nothing that a page could inject. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONTENTS, fileOf, PAGES } from '../../../../deploy/build/docs/contents.js';
import { rendered } from '../../../../deploy/build/docs/markdown.js';
import { anchors, page, pages } from '../../../pages/page.js';

const html = (text: string): string => rendered('server/README.md', text).html.trim();

test('every page of the repository is in the contents list once, and has a file of its own', () => {
  const found = pages().map(({ path }) => path).filter((path) => path.endsWith('.md') && !path.startsWith('.github/'));
  assert.equal(PAGES.map(({ path }) => path).sort(), found.sort());
  assert.is(new Set(PAGES.map(({ path }) => fileOf(path))).size, PAGES.length);
  assert.is(CONTENTS[0]!.pages[0]!.path, 'README.md');
  assert.is(fileOf('README.md'), 'index.html');
  assert.is(fileOf('server/tune/README.md'), 'server-tune.html');
  assert.is(fileOf('server/PROTOCOL.md'), 'server-protocol.html');
});

test('links to pages lead to their HTML, with the anchor; links to other files become text', () => {
  assert.is(html('[a](PROTOCOL.md#x) [b](../README.md) [c](#d) [e](https://example.org/?a&b)'), '<p><a href="server-protocol.html#x">a</a> <a href="index.html">b</a> <a href="#d">c</a> <a href="https://example.org/?a&#38;b">e</a></p>');
  assert.is(html('[`settings`](settings.ts), [run](../test/bench/runs/x.json), [x](javascript:alert(1)), [y](data:text/html,z)'), '<p><code>settings</code>, run, x, y</p>');
});

test('HTML in a page becomes text, and a comment nothing', () => {
  assert.is(html('a <img src=x onerror=alert(1)> b'), '<p>a &#60;img src=x onerror=alert(1)&#62; b</p>');
  assert.not.match(html('<script>alert(1)</script>\n\n<div style="x">\n\n</div>\n'), /<(script|div)/);
  assert.not.match(html('`<b>`\n\n```html\n<script>x</script>\n```\n\n| <i> |\n| --- |\n| <b> |\n'), /<(b|i|script)>/);
  assert.is(html('<!-- figures -->\n\ntext'), '<p>text</p>');
  assert.is(html('[a](https://example.org/"onclick="x)').includes('"onclick'), false);
});

test('images are named for their place in the repository and collected', () => {
  const { html: text, images } = rendered('server/README.md', '![The "grid"](../client/x/a.png)');
  assert.is(text.trim(), '<p><img src="images/client-x-a.png" alt="The &#34;grid&#34;" loading="lazy"></p>');
  assert.equal(images, ['client/x/a.png']);
});

test('the title, the sections and the anchors are those that the links of the repository use', () => {
  const { title, sections } = rendered('README.md', '# A `b`\n\n## C & *d*\n\n### e\n\n## C & *d*\n');
  assert.is(title, 'A b');
  assert.equal(sections, [{ anchor: 'c--d', text: 'C & d' }, { anchor: 'c--d-1', text: 'C & d' }]);
  for (const { path } of PAGES) {
    const ids = new Set([...rendered(path, page(path).text).html.matchAll(/<h\d id="([^"]+)"/g)].map(([, id]) => id!));
    assert.equal(ids, anchors(page(path)), path);
  }
});

test('tables keep their alignment without inline styles, and lose an empty head', () => {
  assert.is(html('| a | b |\n| --- | ---: |\n| 1\\|2 | 3 |'), '<div class="table" tabindex="0"><table>\n<thead><tr><th>a</th><th class="right">b</th></tr>\n</thead>\n<tbody>\n<tr><td>1|2</td><td class="right">3</td></tr>\n</tbody></table></div>');
  assert.not.match(html('| | |\n| --- | --- |\n| 1 | 2 |'), /<thead>/);
});

test.run();
