/** The built web files: size, content and policy. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hex } from '../../../server/drawing/colour.js';
import { INK, SURFACE } from '../../../client/dashboard/model/theme.js';

const BUILT = new URL('../../../web/', import.meta.url);
const LIMIT_BYTES = 150 * 1024;
const WIDGET_LIMIT_BYTES = 20 * 1024;

interface Built { readonly name: string; readonly bytes: Buffer }

const filesIn = async (folder: URL): Promise<Built[]> => {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(new URL(name, folder)) })));
};
const served = (): Promise<Built[]> => filesIn(BUILT);
const onDevice = (): Promise<Built[]> => filesIn(new URL('device/', BUILT));

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

test('what classifies on the device is 64 KB gzipped beside the model, which is at most 1.1 MB and the one that the worker expects', async () => {
  const files = new Map((await onDevice()).map(({ name, bytes }) => [name, bytes]));
  assert.equal([...files.keys()].sort(), ['device-worker.js', 'device.js', 'model.bin']);
  const [worker, script, model] = ['device-worker.js', 'device.js', 'model.bin'].map((name) => files.get(name)!) as [Buffer, Buffer, Buffer];
  assert.ok(gzipSync(worker).length + gzipSync(script).length < 64 * 1024);
  assert.ok(model.length <= 1_100_000);
  assert.match(worker.toString(), createHash('sha256').update(model).digest('hex'));
  assert.match(script.toString(), 'new Worker(new URL("./device-worker.js",import.meta.url),{type:"module"})');
});

test('the bundles contain no Node or server code, and no other hosts', async () => {
  const pages = await served();
  // The pipe on the device has the protocol's errors with it.
  for (const { name, bytes } of pages) assert.not.match(bytes.toString(), 'no `start` came in time', name);
  for (const { name, bytes } of [...pages, ...await onDevice()]) {
    const text = bytes.toString();
    assert.not.match(text, /["']node:/, name);
    assert.not.match(text, /ZodError/, name);
    const hosts = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([url]) => url).filter((url) => !/^https?:\/\/(www\.w3\.org|localhost|example\.(com|org)|radio\.example)/.test(url));
    assert.equal(hosts, [], name);
  }
});

test('names and titles are shown as text: nothing makes markup of strings', async () => {
  const sources = new URL('../../../../client/', import.meta.url);
  const files = (await readdir(sources, { recursive: true })).filter((name) => name.endsWith('.ts'));
  assert.ok(files.length > 50);
  for (const name of files) assert.not.match(await readFile(new URL(name, sources), 'utf8'), /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|unsafeStatic|document\.write|srcdoc|createContextualFragment|setHTMLUnsafe/, name);
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

test('the package exports the SDK, as livegenre/client and as livegenre', async () => {
  for (const name of ['livegenre/client', 'livegenre']) {
    const sdk = await import(name) as Record<string, unknown>;
    assert.equal(['GenreClient', 'GenreViewer', 'GenreError', 'LocalClassifier'].map((each) => typeof sdk[each]), ['function', 'function', 'function', 'function']);
  }
});

test.run();
