/**
 * Screenshots of the dashboard: `npm run screenshots [-- FOLDER [SECONDS]]`. The live page, light and
 * dark, 400 and 1400 px wide, after SECONDS of the demo station; then the station pages, the page of files and the page of the library.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from '../support/browser.js';
import { serve } from './serve.js';
import { fileScreenshots } from './file-screenshots.js';
import { libraryScreenshots } from './library-screenshots.js';
import { stationScreenshots } from './station-screenshots.js';

const [folder = '.runs/screenshots', seconds = '45'] = process.argv.slice(2);
const WIDE = { width: 1400, height: 900 };
const NARROW = { width: 400, height: 860 };

mkdirSync(folder, { recursive: true });
const server = await serve();
const browser = await openBrowser();
try {
  const pages = await Promise.all((['light', 'dark'] as const).map(async (colorScheme) => {
    const page = await browser.newPage({ colorScheme, viewport: WIDE, deviceScaleFactor: 2 });
    await page.goto(server.url);
    return { page, colorScheme };
  }));
  for (const { page, colorScheme } of pages) {
    await page.waitForFunction(([wanted]) => {
      const timeline = document.querySelector('live-page')?.shadowRoot?.querySelector('genre-timeline') as { endMs?: number; history?: { startMs: number } } | null | undefined;
      return timeline?.history !== undefined && (timeline.endMs ?? 0) - timeline.history.startMs > Number(wanted) * 1000;
    }, [seconds], { timeout: (Number(seconds) + 30) * 1000 });
    for (const [name, viewport] of [['1400', WIDE], ['400', NARROW]] as const) {
      await page.setViewportSize(viewport);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const path = join(folder, `${name}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      console.log(path);
    }
    await page.close();
  }
  for (const path of [...await stationScreenshots(browser, folder), ...await fileScreenshots(browser, folder), ...await libraryScreenshots(browser, folder)]) console.log(path);
} finally {
  await browser.close();
  await server.stop();
}
