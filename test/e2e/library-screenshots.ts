/** Screenshots of the page of the library, light and dark, 400 and 1400 px wide: list, one track, map and errors of a library without sound files. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Catalogue } from '../../server/library/catalogue.js';
import { updateMap } from '../../server/library/map/layout.js';
import { syntheticLibrary } from '../server/library/synthetic-library.js';
import { serveHere } from './serve.js';

const TRACKS = 3000;
const SIZES = [['1400', 1400, 900], ['400', 400, 860]] as const;

export async function libraryScreenshots(browser: Browser, folder: string): Promise<string[]> {
  const library = syntheticLibrary(TRACKS, 12);
  const catalogue = Catalogue.open(library.file, library.folder);
  await updateMap(catalogue);
  catalogue.close();
  const server = await serveHere({ library: library.folder });
  const paths: string[] = [];
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, width, height] of SIZES) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height }, deviceScaleFactor: 2 });
        const take = async (what: string): Promise<void> => {
          await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
          paths.push(join(folder, `library-${what}-${name}-${colorScheme}.png`));
          await page.screenshot({ path: paths.at(-1)! });
        };
        await page.goto(`${server.url}/library`);
        await page.locator('track-list [data-index]').first().waitFor();
        await take('list');
        await page.getByRole('button', { name: /^Errors/ }).click();
        await page.getByText('files with an error').waitFor();
        await take('errors');
        await page.getByRole('button', { name: 'Map', exact: true }).click();
        await page.locator('library-map').waitFor();
        await take('map');
        await page.getByRole('button', { name: 'Tracks', exact: true }).click();
        await page.locator('track-list [data-index="3"] .title').click();
        await page.locator('track-detail .similar li').first().waitFor();
        await take('track');
        await page.close();
      }
    }
  } finally {
    await server.stop();
    library.remove();
  }
  return paths;
}
