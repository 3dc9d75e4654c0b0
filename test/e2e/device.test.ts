/** Sound classified in a real Chromium, from static files and without a server. */
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import type { Prediction } from '../../client/sdk/index.js';
import { assertClose, classifyInPage, pageArguments, predictionsHere, WEB_FILES } from '../support/device-predictions.js';
import { browserSuite, openPage, SOON } from '../support/pages.js';
import { Site } from '../support/site.js';

interface Sites {
  /** The built files, as any static host has them. */
  site: Site;
  /** A site without files. */
  other: Site;
}

const PAGE = '<!doctype html><title>A page</title><link rel="icon" href="data:,">';
/** Of the shipped model. */
const BLOCK_MS = 7680 / 22.05;

const test = browserSuite<Sites>('device');

test.before(async (context) => {
  context.site = await Site.open(WEB_FILES);
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

const predictionsOf = (page: Page, host?: string): Promise<Prediction[]> => page.evaluate(classifyInPage, pageArguments(host));

test('a page gives the predictions of Node, and fetches the model once', async (context) => {
  const { site } = context;
  site.policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:";
  site.filePolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'";
  const page = await openPage(context, site.origin, { isAlone: true });
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

test('a hidden tab goes on, although its timers run once a second', async (context) => {
  const { site } = context;
  site.html = WIDGET;
  const page = await openPage(context, site.origin, { prepare: (each) => each.addInitScript(hideable) });
  await listen(page, 1);
  await page.evaluate(() => (window as unknown as { hide(): void }).hide());
  await page.evaluate(() => {
    document.title = 'A page';
    const seen: number[] = Object.assign(window, { seen: [] as number[] }).seen;
    addEventListener('prediction', (event) => {
      const { atMs, droppedMs } = (event as CustomEvent<{ atMs: number; droppedMs: number }>).detail;
      seen.push(atMs, droppedMs);
    });
  });
  await page.waitForFunction(() => (window as unknown as { seen: number[] }).seen.length >= 20, undefined, SOON);
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
  const times = seen.filter((_, index) => index % 2 === 0);
  assert.ok(times.slice(1).every((atMs, index) => Math.abs(atMs - times[index]! - BLOCK_MS) < 2), times.join(' '));
  assert.equal([...new Set(seen.filter((_, index) => index % 2 === 1))], [0]);
  assert.is(await page.evaluate(() => document.querySelector('live-genre')!.state), 'music');
  assert.equal(context.pageErrors, []);
});

/** In a page: `hide()` makes it a hidden tab, as browsers do: said by the document, with timers of at least a second. Chromium without a window hides no tab. */
function hideable(): void {
  let isHidden = false;
  const { setTimeout: timeout, setInterval: interval } = window;
  const atLeast = (ms = 0): number => (isHidden ? Math.max(1000, ms) : ms);
  Object.assign(window, {
    setTimeout: (work: () => void, ms?: number) => timeout(work, atLeast(ms)),
    setInterval: (work: () => void, ms?: number) => interval(work, atLeast(ms)),
    hide: () => {
      isHidden = true;
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    },
  });
}

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
