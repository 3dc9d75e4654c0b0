/** `/embed` in a real Chromium: what is chosen there is what the pasted lines show on another site. */
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { lowContrastTexts, unnamedElements } from './audit.js';
import { serve, serveHere, type ServedPage } from './serve.js';
import { browserSuite, openPage, recolour, resize, SOON, type InBrowser, type Opening } from '../support/pages.js';
import { Site } from '../support/site.js';

interface Sites {
  /** Another site: shows what was pasted. */
  site: Site;
  server: ServedPage;
}

const test = browserSuite<Sites>('embed');

test.before(async (context) => {
  context.site = await Site.open();
  context.server = await serve('--allowed-origins', context.site.origin);
});

test.after(async ({ server, site }) => {
  await server?.stop();
  await site?.close();
});

async function open(context: Sites & InBrowser, options: Opening = {}): Promise<Page> {
  const page = await openPage(context, `${context.server.url}/embed`, {
    permissions: ['clipboard-read', 'clipboard-write'],
    // The list of stations is asked for first; a server without stations has none.
    expects: (message) => message.location().url.endsWith('/v1/stations'),
    ...options,
  });
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
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.is(copied, `<script type="module" src="${context.server.url}/widget.js"></script>\n<live-genre stream="demo" size="badge" theme="dark" style="--live-genre-accent: #c2185b"></live-genre>`);
  context.site.html = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A page</title>${copied}</html>`;
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

test('where only tokens may look, the preview works after signing in, and the lines ask for a token', async (context) => {
  const server = await serveHere({ access: 'none', adminToken: 'sesame', demo: true });
  try {
    const page = await openPage(context, `${server.url}/embed`, { expects: (message) => /\/v1\/(stations|streams)$/.test(message.location().url) });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Token', { exact: true }).fill('sesame');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor(SOON);
    await page.locator('live-genre [data-state="music"]').nth(1).waitFor(SOON);
    assert.match(await page.getByLabel('HTML of the widget').innerText(), /stream="demo"[\s\S]*token = async/);
    assert.match(await page.getByLabel('Command for a token').innerText(), `${server.url}/v1/tokens/signed`);
    assert.equal([await lowContrastTexts(page), await unnamedElements(page)], [[], []]);
    assert.equal(context.pageErrors, []);
  } finally {
    await server.stop();
  }
});

test('at 400 and 1400 px, light and dark: no overflow, every element has a name, all text has enough contrast', async (context) => {
  const page = await open(context, { colorScheme: 'light', viewport: { width: 400, height: 900 } });
  for (const width of [400, 1400]) {
    await resize(page, width);
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    for (const colorScheme of ['light', 'dark'] as const) {
      await recolour(page, colorScheme);
      assert.equal(await unnamedElements(page), [], colorScheme);
      assert.equal(await lowContrastTexts(page), [], colorScheme);
    }
  }
  assert.equal(context.pageErrors, []);
});

test.run();
