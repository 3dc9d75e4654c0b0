/** The built web files: size, content and policy. */
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hex } from '../../../client/dashboard/model/colour.js';
import { INK, SURFACE } from '../../../client/dashboard/model/theme.js';

const BUILT = new URL('../../../web/', import.meta.url);
const LIMIT_BYTES = 150 * 1024;
const WIDGET_LIMIT_BYTES = 20 * 1024;

const served = async (): Promise<{ name: string; bytes: Buffer }[]> => {
  const names = (await readdir(BUILT, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(new URL(name, BUILT)) })));
};

test('the dashboard is less than 150 KB gzipped, all files together', async () => {
  const files = await served();
  assert.equal(files.map(({ name }) => name).sort(), ['capture.js', 'dashboard.css', 'dashboard.js', 'embed.html', 'embed.js', 'icon.svg', 'index.html', 'widget.js']);
  const total = files.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
  assert.ok(total < LIMIT_BYTES, `${total} bytes`);
});

test('the widget is one file of less than 20 KB gzipped', async () => {
  const { bytes } = (await served()).find(({ name }) => name === 'widget.js')!;
  assert.ok(gzipSync(bytes).length < WIDGET_LIMIT_BYTES, `${gzipSync(bytes).length} bytes`);
  assert.not.match(bytes.toString(), /(^|[;}])import[\s{(*"]/);
});

test('the bundles contain no Node or server code, and no other hosts', async () => {
  for (const { name, bytes } of await served()) {
    const text = bytes.toString();
    assert.not.match(text, /["']node:/, name);
    assert.not.match(text, /no `start` came in time|ZodError/, name);
    const hosts = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) => url).filter((url) => !/^https?:\/\/(www\.w3\.org|localhost|example\.(com|org)|radio\.example)/.test(url));
    assert.equal(hosts, [], name);
  }
});

test('the pages comply with a strict content security policy: no inline scripts, styles or handlers', async () => {
  for (const name of ['index.html', 'embed.html']) {
    const html = (await readFile(new URL(name, BUILT))).toString();
    assert.not.match(html, /<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/, name);
  }
});

test('the colours in the contrast tests are those of the style sheet', async () => {
  const css = (await readFile(new URL('dashboard.css', BUILT))).toString();
  const [light, dark] = css.split('[data-theme=dark]') as [string, string];
  const short = (color: string): string => color.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');
  for (const [theme, text] of [['light', light], ['dark', dark]] as const) {
    assert.match(text, new RegExp(`--surface: ?${short(hex(SURFACE[theme]))}`));
    assert.match(text, new RegExp(`--ink: ?${short(hex(INK[theme]))}`));
  }
});

test('the package exports the SDK as livegenre/client', async () => {
  const name = 'livegenre/client';
  const sdk = await import(name) as Record<string, unknown>;
  assert.equal(['GenreClient', 'GenreViewer', 'GenreError'].map((each) => typeof sdk[each]), ['function', 'function', 'function']);
});

test.run();
