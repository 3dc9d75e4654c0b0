/** A page of `livegenre inspect` in a real Chromium: from the disk, light and dark, narrow and wide. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { modelFolder, run } from '../server/cli/in-process.js';
import { Recordings } from '../server/sources/recordings.js';
import { browserSuite, openPage, recolour, resize } from '../support/pages.js';
import { lowContrastTexts, unnamedElements } from './audit.js';

interface Inspected {
  folder: string;
  address: string;
}

const test = browserSuite<Inspected>('inspect');

test.before(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-inspect-'));
  const page = join(context.folder, 'page.html');
  const recordings = new Recordings();
  const model = await modelFolder();
  try {
    const { exitCode, stderr } = await run(['inspect', recordings.wav('song.wav', 8), '-o', page, '--model', model.path]);
    assert.is(exitCode, 0, stderr);
  } finally {
    recordings.remove();
    model.remove();
  }
  context.address = pathToFileURL(page).href;
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

test('it asks for nothing, fits any width, and can be read in both themes', async (context) => {
  const asked: string[] = [];
  const page = await openPage(context, context.address, { viewport: { width: 1400, height: 900 }, prepare: async (opened) => void opened.on('request', (request) => asked.push(request.url())) });
  assert.equal(asked.filter((url) => !url.startsWith('data:')), [context.address]);
  assert.equal(await unnamedElements(page), []);
  for (const width of [1400, 400]) {
    await resize(page, width);
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    for (const theme of ['light', 'dark'] as const) {
      await recolour(page, theme);
      assert.equal(await lowContrastTexts(page), [], `${width} ${theme}`);
    }
  }
  const sizes = await page.locator('.plane > img').evaluateAll((images) => images.map((image) => [(image as HTMLImageElement).naturalWidth, image.clientWidth > 200]));
  assert.is(sizes.length, 5);
  for (const [natural, isSeen] of sizes) assert.ok(Number(natural) > 0 && isSeen);
  await page.getByText('Live states and scores as tables').click();
  assert.is(await page.locator('table').count(), 2);
  assert.is(await page.evaluate(() => document.documentElement.scrollWidth), 400);
  assert.equal(context.pageErrors, []);
});

test.run();
