/** The built static site: every link leads to a file of it, and every anchor to an element; all of it is kept for visits without a network. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../../pages/page.js';

const SITE = join(ROOT, 'dist/site');
const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/')).filter((path) => statSync(join(SITE, path)).isFile());
const pages = new Map(files.filter((path) => path.endsWith('.html')).map((path) => [path, readFileSync(join(SITE, path), 'utf8')]));

interface Target {
  readonly from: string;
  readonly written: string;
  /** In the site. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** What the pages load and link to, other hosts left out. */
const targets: readonly Target[] = [...pages].flatMap(([from, html]) => [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, written]) => written!)
  .filter((written) => !/^https?:/.test(written))
  .map((written) => {
    const [to, anchor] = written.split('#') as [string, string | undefined];
    const path = to === '' ? from : posix.join(dirname(from), to);
    return { from, written, path: path.endsWith('/') ? posix.join(path, 'index.html') : path, anchor };
  }));

test('there are docs, and links between them', () => {
  assert.ok(pages.size > 20);
  assert.ok(targets.filter(({ from, path }) => from.startsWith('docs/') && path.startsWith('docs/') && path !== from).length > 300);
  assert.ok(targets.filter(({ path }) => path.startsWith('docs/images/')).length > 2);
});

test('every link is relative and leads to a file of the site', () => {
  assert.equal(targets.filter(({ written, path }) => /^\/|^[a-z]+:/i.test(written) || !files.includes(path)).map(({ from, written }) => `${from}: ${written}`), []);
});

test('every anchor is the id of an element, once', () => {
  const ids = new Map([...pages].map(([path, html]) => [path, [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id!)]));
  assert.equal(targets.filter(({ path, anchor }) => anchor !== undefined && ids.get(path)?.filter((id) => id === decodeURIComponent(anchor)).length !== 1).map(({ from, written }) => `${from}: ${written}`), []);
});

test('the policy of every page forbids inline scripts and styles, and no page has any', () => {
  for (const [path, html] of pages) {
    assert.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';(?!.*unsafe-inline)/, path);
    assert.not.match(html, /<style|<script(?![^>]*\ssrc=)|<[^>]+\sstyle=|<[^>]+\son\w+=/, path);
  }
});

test('the service worker keeps every file but itself, so nothing of the docs needs a network', () => {
  const worker = readFileSync(join(SITE, 'service-worker.js'), 'utf8');
  const kept = JSON.parse(/\["\.\/"[^\]]*\]/.exec(worker)![0]) as string[];
  assert.equal(kept.sort(), ['./', ...files.filter((path) => path !== 'service-worker.js' && path !== 'index.html')].sort());
});

test.run();
