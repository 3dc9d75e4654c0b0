/** `/embed` in Chromium: the copied HTML shows on another site what was chosen. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { lowContrastTexts, unnamedElements } from './audit.js';
import { openBrowser } from './browser.js';
import { serve, type ServedPage } from './serve.js';

interface Context {
  /** Another site, which serves the pasted HTML. */
  site: { readonly origin: string; pasted: string; close(): void };
  server: ServedPage;
  browser: Browser;
  pages: Page[];
  pageErrors: string[];
}

const SOON = { timeout: 15_000 };

const test = suite<Context>('embed');

test.before(async (context) => {
  const http = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A page</title>${context.site.pasted}</html>`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  context.site = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    pasted: '',
    close() {
      http.closeAllConnections();
      http.close();
    },
  };
  context.server = await serve('--allowed-origins', context.site.origin);
  context.browser = await openBrowser();
});

test.after(async ({ browser, server, site }) => {
  await browser?.close();
  await server?.stop();
  site?.close();
});

test.before.each((context) => {
  context.pages = [];
  context.pageErrors = [];
});

test.after.each(async ({ pages }) => {
  for (const page of pages) await page.context().close();
});

async function open(context: Context, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await context.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options })).newPage();
  context.pages.push(page);
  page.on('pageerror', (error) => context.pageErrors.push(String(error)));
  // A server without stations answers the list of stations with an error status, which is expected.
  page.on('console', (message) => { if (message.type() === 'error' && !message.location().url.endsWith('/v1/stations')) context.pageErrors.push(message.text()); });
  await page.goto(`${context.server.url}/embed`);
  await page.locator('live-genre [data-state="music"]').first().waitFor(SOON);
  return page;
}

test('choices show in the preview, and the copied HTML shows the same on another site', async (context) => {
  const page = await open(context);
  await page.getByText('Badge').click();
  await page.getByText('Dark', { exact: true }).click();
  await page.getByLabel('Accent', { exact: true }).check();
  await page.getByLabel('Accent colour').fill('#c2185b');
  await page.locator('live-genre[size=badge][theme=dark]').nth(1).waitFor(SOON);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('status').getByText('Copied.').waitFor(SOON);
  context.site.pasted = await page.evaluate(() => navigator.clipboard.readText());
  assert.is(context.site.pasted, `<script type="module" src="${context.server.url}/widget.js"></script>\n<live-genre stream="demo" size="badge" theme="dark" style="--live-genre-accent: #c2185b"></live-genre>`);
  const pasted = await page.context().newPage();
  await pasted.goto(context.site.origin);
  const root = pasted.locator('live-genre .root.badge[data-state="music"]');
  await root.waitFor(SOON);
  assert.is(await root.locator('.dot').evaluate((dot) => getComputedStyle(dot).backgroundColor), 'rgb(194, 24, 91)');
  assert.equal(context.pageErrors, []);
});

test('the microphone can be chosen, and does not start automatically', async (context) => {
  const page = await open(context);
  await page.getByLabel('What it shows').selectOption({ label: 'The visitor’s microphone' });
  await page.locator('live-genre[mic] [data-state="idle"]').nth(1).waitFor(SOON);
  assert.match(await page.locator('pre').innerText(), '<live-genre mic></live-genre>');
});

test('shows the allowed origins, and how to allow another', async (context) => {
  const page = await open(context);
  const section = page.getByRole('region', { name: 'Allowed pages' });
  await section.getByRole('listitem').getByText(context.site.origin).waitFor(SOON);
  await section.getByRole('textbox').fill(`${context.site.origin}/some/page.html`);
  await section.getByText('is allowed.').waitFor(SOON);
  await section.getByRole('textbox').fill('other.org');
  await section.getByText(`--allowed-origins ${context.site.origin},https://other.org`).waitFor(SOON);
  await section.getByRole('textbox').fill('no page');
  await section.getByText('not a page’s address').waitFor(SOON);
});

for (const [colorScheme, width] of [['light', 400], ['dark', 400], ['light', 1400], ['dark', 1400]] as const) {
  test(`${colorScheme}, ${width} px: no overflow, every element has a name, all text has enough contrast`, async (context) => {
    const page = await open(context, { colorScheme, viewport: { width, height: 900 } });
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    assert.equal(await unnamedElements(page), []);
    assert.equal(await lowContrastTexts(page), []);
    assert.equal(context.pageErrors, []);
  });
}

test.run();
