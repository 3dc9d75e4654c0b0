/** The static site in a real Chromium, below a path of its host: microphone and files on the device, and without a network after the first visit. */
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { music } from '../support/browser.js';
import { browserSuite, openPage, SOON, type InBrowser } from '../support/pages.js';
import { Site } from '../support/site.js';
import { lowContrastTexts, unnamedElements } from './audit.js';

interface Sites {
  site: Site;
}

type Context = Sites & InBrowser;

const test = browserSuite<Sites>('static site');

test.before(async (context) => {
  context.site = await Site.open(new URL('../../', import.meta.url));
  context.site.hasIndex = true;
});

test.after(({ site }) => site?.close());

test.before.each(({ site }) => {
  site.isIsolated = false;
});

/** Opens the page and waits until all of it is kept for a visit without a network. */
async function firstVisit(context: Context): Promise<Page> {
  const page = await openPage(context, `${context.site.origin}/site/`, { isAlone: true });
  await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.ready;
    if (!serviceWorker.controller) await new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  });
  return page;
}

async function hears(page: Page, source = 'Microphone'): Promise<void> {
  await page.getByRole('button', { name: source }).click();
  await page.locator('genre-bars .p', { hasText: '%' }).first().waitFor(SOON);
  await page.getByRole('button', { name: source }).click();
  await page.locator('connection-state [role=status]', { hasText: 'Live' }).waitFor({ ...SOON, state: 'hidden' });
}

async function hearsFile(page: Page): Promise<void> {
  await page.getByLabel('Files').first().setInputFiles({ name: 'song.wav', mimeType: 'audio/wav', buffer: music(8) });
  await page.getByText(/0:08, \d+ times as fast as it plays/).waitFor(SOON);
  // Stretches of 4 s, a new one every 2 s: the last begins at 4 s.
  await page.getByRole('group', { name: 'Timeline', exact: true }).press('End');
  await page.locator('file-timeline .picked', { hasText: '0:04 to 0:08' }).waitFor(SOON);
}

test('nothing leaves the device: after loading there is no request, whatever is heard', async (context) => {
  const page = await firstVisit(context);
  const asked: string[] = [];
  // What the service worker has kept is asked of it, not of the network.
  page.context().on('request', (request) => { if (request.serviceWorker() !== null || new URL(request.url()).origin !== context.site.origin) asked.push(request.url()); });
  page.on('websocket', (socket) => asked.push(socket.url()));
  context.site.requests.length = 0;
  await hears(page);
  await hears(page, 'Demo');
  await hearsFile(page);
  // Browsers look by themselves whether there is a newer service worker.
  assert.equal([asked, context.site.requests.filter((path) => path !== '/site/service-worker.js')], [[], []]);
  assert.equal(await lowContrastTexts(page), []);
  assert.equal(await unnamedElements(page), []);
  assert.equal(context.pageErrors, []);
});

test('cross-origin isolated it works as well', async (context) => {
  context.site.isIsolated = true;
  const page = await openPage(context, `${context.site.origin}/site/`, { isAlone: true });
  assert.is(await page.evaluate(() => crossOriginIsolated), true);
  await hears(page);
  assert.equal(context.pageErrors, []);
});

test('it can be installed, and works without a network after the first visit', async (context) => {
  const page = await firstVisit(context);
  await page.context().setOffline(true);
  await page.reload();
  const manifest = await page.evaluate(async () => {
    const { href } = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!;
    const { start_url: start, display, icons } = await (await fetch(href)).json() as { start_url: string; display: string; icons: { src: string }[] };
    const icon = await fetch(new URL(icons[0]!.src, href));
    return [new URL(start, href).pathname, display, icon.headers.get('content-type')];
  });
  assert.equal(manifest, ['/site/', 'standalone', 'image/svg+xml']);
  await hears(page);
  await hearsFile(page);
  await page.getByRole('link', { name: 'About' }).click();
  await page.getByRole('heading', { name: 'What is kept' }).waitFor(SOON);
  await page.getByRole('link', { name: 'Docs' }).click();
  await page.getByRole('link', { name: 'Architecture', exact: true }).click();
  await page.getByRole('heading', { name: 'The whole on one picture' }).waitFor(SOON);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}, on a telephone: a page of the docs reads well, and only its code and tables scroll sideways`, async (context) => {
    const page = await openPage(context, `${context.site.origin}/site/docs/server.html`, { viewport: { width: 400, height: 800 }, colorScheme });
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), 400);
    assert.ok(await page.locator('.table').evaluateAll((all) => all.some((table) => table.scrollWidth > table.clientWidth)));
    assert.equal(await lowContrastTexts(page), []);
    // The lists of a text need no name.
    assert.equal((await unnamedElements(page)).filter((role) => role !== 'list'), []);
    assert.equal(context.pageErrors, []);
  });
}

test.run();
