/** `/docs` in a real Chromium: the page that the server makes of its own OpenAPI document. */
import * as assert from 'uvu/assert';
import { BUILT_PAGES, startTestServer } from '../server/rig.js';
import type { RunningServer } from '../../server/assemble.js';
import { browserSuite, openPage } from '../support/pages.js';
import { lowContrastTexts } from './audit.js';

const test = browserSuite<{ server: RunningServer }>('docs');

test.before(async (context) => {
  context.server = await startTestServer({}, { dashboard: BUILT_PAGES });
});

test.after(({ server }) => server?.close());

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}, on a telephone: the page reads well and breaks no rule of its own`, async (context) => {
    const page = await openPage(context, `${context.server.url}/docs`, {
      viewport: { width: 400, height: 800 },
      colorScheme,
      async prepare(page) {
        page.on('console', (message) => context.pageErrors.push(message.text()));
        page.on('requestfailed', (request) => context.pageErrors.push(request.url()));
      },
    });
    assert.equal(context.pageErrors, []);
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), 400);
    assert.equal(await lowContrastTexts(page), []);
    assert.is(await page.locator('script').count(), 0);
    const headings = await page.locator('h3').allTextContents();
    assert.ok(headings.some((heading) => heading.includes('/v1/stations/{id}/history.csv')));
    // Each link on the page leads somewhere on it.
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute('href')!.slice(1)).filter((id) => !document.getElementById(id))), []);
  });
}

test.run();
