/** Sound classified in a real Chromium, from static files and without a server. */
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { DeviceEngine } from '../../client/device/device-engine.js';
import { openInThread } from '../../client/device/thread-stream.js';
import { clientOptions } from '../../client/device/local-classifier.js';
import { GenreClient, type Prediction } from '../../client/sdk/node.js';
import { readCompactModel } from '../../models/compact/compact-model.js';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { browserSuite, openPage, SOON } from '../support/pages.js';
import { Site } from '../support/site.js';

interface Sites {
  /** The built files, as any static host has them. */
  site: Site;
  /** A site without files. */
  other: Site;
}

const FILES = new URL('../../web/', import.meta.url);
const PAGE = '<!doctype html><title>A page</title><link rel="icon" href="data:,">';
const FORMAT = { encoding: 's16le', sampleRate: 44_100, channels: 1 } as const;
const SAMPLES = toS16(new DemoSynth(3, FORMAT.sampleRate).render(4 * FORMAT.sampleRate));
const MUSIC = new Uint8Array(SAMPLES.buffer);

const test = browserSuite<Sites>('device');

test.before(async (context) => {
  context.site = await Site.open(FILES);
  context.other = await Site.open();
  context.other.html = PAGE;
});

test.after(async ({ site, other }) => {
  await site?.close();
  await other?.close();
});

test.before.each(({ site }) => {
  site.html = PAGE;
  site.policy = site.filePolicy = undefined;
  site.requests.length = 0;
});

let here: Promise<Prediction[]> | undefined;

/** What Node says with the same model file. */
const predictionsHere = (): Promise<Prediction[]> => here ??= classifyHere();

async function classifyHere(): Promise<Prediction[]> {
  const bytes = new Uint8Array(await readFile(new URL('device/model.bin', FILES)));
  const engine = new DeviceEngine(await readCompactModel(bytes));
  const client = new GenreClient(clientOptions({ ...FORMAT, live: false, topK: 10 }, openInThread(async () => engine)));
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  client.send(MUSIC);
  await client.stop();
  return found;
}

/** What the page says. */
function predictionsOf(page: Page, host = ''): Promise<Prediction[]> {
  return page.evaluate(async ({ base64, format, address }) => {
    const { LocalClassifier } = await import(address) as typeof import('../../client/device/device.js');
    const client = new LocalClassifier({ ...format, live: false, topK: 10, connectAttempts: 1 });
    const found: Prediction[] = [];
    client.on('prediction', (prediction) => found.push(prediction));
    await client.connect();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += 30_000) if (!client.send(bytes.subarray(at, at + 30_000))) await client.drained();
    await client.stop();
    return found;
  }, { base64: Buffer.from(MUSIC).toString('base64'), format: FORMAT, address: `${host}/device/device.js` });
}

function assertClose(found: readonly Prediction[], wanted: readonly Prediction[], tolerance: number): void {
  assert.is(found.length, wanted.length);
  assert.ok(found.length >= 10);
  found.forEach(({ top, genre, state }, index) => {
    assert.equal([genre, state], [wanted[index]!.genre, wanted[index]!.state]);
    const expected = new Map(wanted[index]!.top);
    for (const [label, p] of top) assert.ok(Math.abs(p - expected.get(label)!) <= tolerance, `${label}: ${p}, not ${expected.get(label)}`);
  });
}

test('a page gives the predictions of Node, and fetches the model once', async (context) => {
  const { site } = context;
  site.policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:";
  site.filePolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'";
  const page = await openPage(context, site.origin);
  const wanted = await predictionsHere();
  assertClose(await predictionsOf(page), wanted, 1e-3);
  assert.equal(site.requests.filter((path) => path.endsWith('model.bin')), ['/device/model.bin']);
  site.requests.length = 0;
  await page.reload();
  assertClose(await predictionsOf(page), wanted, 1e-3);
  assert.equal(site.requests.filter((path) => path.endsWith('model.bin')), []);
  assert.equal(context.pageErrors, []);
});

test('where the policy forbids WebAssembly, plain loops do the same', async (context) => {
  const { site } = context;
  site.filePolicy = "default-src 'none'; connect-src 'self'";
  const page = await openPage(context, site.origin);
  // Products are in 16 bits with the kernels.
  assertClose(await predictionsOf(page), await predictionsHere(), 4e-3);
});

test('a page of another origin gives the same, as from a CDN', async (context) => {
  const page = await openPage(context, context.other.origin);
  assertClose(await predictionsOf(page, context.site.origin), await predictionsHere(), 1e-3);
});

const WIDGET = `${PAGE}<live-genre mic where="device"></live-genre><script type="module" src="widget.js"></script>`;

/** Presses the widget's button and waits for predictions. */
async function listen(page: Page, predictions: number): Promise<void> {
  await page.evaluate(() => document.querySelector('live-genre')!.addEventListener('prediction', () => { document.title += '.'; }));
  await page.getByRole('button').click();
  await page.waitForFunction((count) => document.title.endsWith('.'.repeat(count)), predictions, SOON);
}

test('a widget listens to the microphone without a server, and asks nothing of the network once it does', async (context) => {
  const { site } = context;
  site.html = WIDGET;
  const page = await openPage(context, site.origin);
  assert.equal(site.requests.filter((path) => path.includes('device')), []);
  await listen(page, 1);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('websocket', (socket) => asked.push(socket.url()));
  site.requests.length = 0;
  await page.waitForFunction(() => document.title.endsWith('......'), undefined, SOON);
  await page.locator('live-genre [data-state="music"]').waitFor(SOON);
  assert.equal([asked, site.requests], [[], []]);
  await page.getByRole('button').click();
  await page.locator('live-genre [data-state="idle"]').waitFor(SOON);
  assert.is(page.workers().length, 0);
  assert.equal(context.pageErrors, []);
});

test('a device that can’t classify says so; with where="auto" the server is asked', async (context) => {
  const { site } = context;
  site.html = WIDGET;
  site.policy = "worker-src 'none'";
  const expects = (): boolean => true;
  const page = await openPage(context, site.origin, { expects });
  await page.getByRole('button').click();
  await page.locator('live-genre').getByText('worker').waitFor(SOON);
  site.html = WIDGET.replace('"device"', '"auto"');
  const another = await openPage(context, site.origin, { expects });
  const socket = another.waitForEvent('websocket', SOON);
  await another.getByRole('button').click();
  assert.match((await socket).url(), '/v1/stream');
});

test.run();
