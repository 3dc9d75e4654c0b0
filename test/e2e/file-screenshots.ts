/** Screenshots of the page of files, light and dark, 400 and 1400 px wide: of a minute of the demo's music in several styles. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { music } from '../support/browser.js';
import { serve } from './serve.js';

export async function fileScreenshots(browser: Browser, folder: string): Promise<string[]> {
  const server = await serve('--demo', 'off');
  const paths: string[] = [];
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 900 }, deviceScaleFactor: 2 });
      await page.goto(`${server.url}/files`);
      paths.push(join(folder, `files-empty-${colorScheme}.png`));
      await page.screenshot({ path: paths.at(-1)! });
      await page.locator('input[type=file]').setInputFiles([{ name: 'a-mix-of-styles.wav', mimeType: 'audio/wav', buffer: music(75) }, { name: 'notes.txt.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('not a sound\n'.repeat(100)) }]);
      await page.locator('.files .said', { hasText: 'Not analysed' }).waitFor({ timeout: 60_000 });
      for (const [name, width, height] of [['1400', 1400, 900], ['400', 400, 860]] as const) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
        paths.push(join(folder, `files-${name}-${colorScheme}.png`));
        await page.screenshot({ path: paths.at(-1)!, fullPage: true });
      }
      await page.close();
    }
  } finally {
    await server.stop();
  }
  return paths;
}
