/** The page of the library in a real Chromium: listed, searched, sorted, played, looked into; 50,000 rows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Locator, Page } from 'playwright-core';
import type { LibraryMap } from '../../client/dashboard/parts/library-map.js';
import { Catalogue } from '../../server/library/catalogue.js';
import { updateMap } from '../../server/library/map/layout.js';
import { wavFile } from '../../server/sources/wav.js';
import { syntheticLibrary, type SyntheticLibrary } from '../server/library/synthetic-library.js';
import { browserSuite, openPage, recolour, resize, SOON, type InBrowser, type Opening } from '../support/pages.js';
import { lowContrastTexts, unnamedElements } from './audit.js';
import { serveHere, type ServedPage } from './serve.js';

interface Server {
  library: SyntheticLibrary;
  server: ServedPage;
}

type Context = Server & InBrowser;

const TRACKS = 600;
const ERRORS = 4;
const test = browserSuite<Server>('library');

test.before(async (context) => {
  context.library = syntheticLibrary(TRACKS, ERRORS);
  const catalogue = Catalogue.open(context.library.file, context.library.folder);
  await updateMap(catalogue);
  catalogue.close();
  context.server = await serveHere({ library: context.library.folder });
});
test.after(async ({ server, library }) => {
  await server?.stop();
  library?.remove();
});

const open = (context: Context, options: Opening = {}): Promise<Page> => openPage(context, `${context.server.url}/library`, { viewport: { width: 1400, height: 900 }, ...options });
const rows = (page: Page) => page.locator('track-list [data-index]');
/** The words of an element itself, without those of elements in it. */
const ownWords = (locator: Locator): Promise<string[]> => locator.evaluateAll((elements) => elements.map((element) => [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ textContent }) => textContent).join('').trim()));
const found = (page: Page, words: string | RegExp): Promise<void> => page.locator('.found', { hasText: words }).waitFor(SOON);

test('tracks are counted by genre, listed, filtered and searched', async (context) => {
  const page = await open(context);
  await found(page, '604 tracks');
  await rows(page).first().waitFor(SOON);
  assert.equal([await unnamedElements(page), await lowContrastTexts(page)], [[], []]);
  await page.getByRole('button', { name: /^Jazz/ }).click();
  await found(page, /^\d+ tracks of Jazz$/);
  assert.equal([...new Set(await rows(page).locator('.genre').allTextContents())], ['Jazz']);
  await page.getByRole('searchbox').fill('senor');
  await found(page, 'with “senor”');
  assert.equal([...new Set(await rows(page).locator('.title').evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).title.includes('Señor'))))], [true]);
  await page.getByRole('searchbox').fill('nothing is called so');
  await page.getByText('Nothing fits.').waitFor(SOON);
  await page.getByRole('button', { name: 'Show all' }).click();
  await found(page, /^604 tracks$/);
  assert.equal(context.pageErrors, []);
});

test('headings sort either way, and only rows near the view are in the document', async (context) => {
  const page = await open(context);
  await rows(page).first().waitFor(SOON);
  await page.getByRole('columnheader', { name: 'Length' }).getByRole('button').click();
  await page.locator('[role=columnheader][aria-sort=descending]', { hasText: 'Length' }).waitFor(SOON);
  await page.locator('[data-index="0"] .number', { hasText: '5:59' }).waitFor(SOON);
  await page.getByRole('columnheader', { name: 'Length' }).getByRole('button').click();
  await page.locator('[data-index="0"] .number', { hasText: '0:00' }).waitFor(SOON);
  await page.locator('track-list .scroll').focus();
  await page.keyboard.press('End');
  await page.locator(`[data-index="${TRACKS + ERRORS - 1}"].at .number`, { hasText: '5:59' }).waitFor(SOON);
  assert.ok(await page.locator('track-list .rows .row').count() < 60);
  assert.equal(context.pageErrors, []);
});

test('keys choose, open and leave a track; it has its scores, model and those like it', async (context) => {
  const page = await open(context);
  await rows(page).first().waitFor(SOON);
  await page.locator('track-list .scroll').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await page.locator('track-detail dl', { hasText: 'synthetic 1.0.0' }).waitFor(SOON);
  const [title] = await ownWords(page.locator('[data-index="1"] .title'));
  assert.is(await page.locator('track-detail h2').textContent(), title);
  assert.is(await page.locator('track-detail genre-bars li').count(), 10);
  await page.locator('track-detail .similar li').nth(11).waitFor(SOON);
  assert.equal([await unnamedElements(page), await lowContrastTexts(page)], [[], []]);
  for (const scheme of ['dark', 'light'] as const) {
    await recolour(page, scheme);
    assert.equal(await lowContrastTexts(page), []);
  }
  const alike = page.locator('track-detail .similar .one').first();
  const [other] = await ownWords(alike.locator('.name'));
  await alike.click();
  await page.locator('track-detail h2', { hasText: other }).waitFor(SOON);
  assert.is(await page.locator('track-detail .wrong').count(), 0, 'nothing is wrong with it');
  await page.locator('track-detail').getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Escape');
  await page.locator('track-detail').waitFor({ ...SOON, state: 'detached' });
  assert.equal(context.pageErrors, []);
});

test('a track plays, is moved in, and paused; one whose file is gone says so', async (context) => {
  const { tracks } = await (await fetch(`${context.server.url}/v1/tracks?sort=artist&limit=2`)).json() as { tracks: { path: string }[] };
  const file = join(context.library.folder, tracks[0]!.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wavFile(Int16Array.from({ length: 22_050 * 20 }, (_, n) => 8000 * Math.sin(n / 20)), 22_050));
  const page = await open(context, { expects: (message) => /status of 404/.test(message.text()) });
  await page.locator('[data-index="0"] .play').click();
  const player = page.locator('track-player');
  await player.getByRole('button', { name: 'Pause' }).waitFor(SOON);
  await player.locator('.time', { hasText: '/ 0:20' }).waitFor(SOON);
  await player.getByRole('slider').fill('12');
  await player.locator('.time', { hasText: /^0:1[23] / }).waitFor(SOON);
  await player.getByRole('button', { name: 'Pause' }).click();
  await player.getByRole('button', { name: 'Play', exact: true }).waitFor(SOON);
  await page.locator('[data-index="1"] .play').click();
  await player.getByText('the file is gone').waitFor(SOON);
  await player.getByRole('button', { name: 'Close the player' }).click();
  await player.waitFor({ ...SOON, state: 'detached' });
  assert.equal(context.pageErrors, []);
});

test('errors are a list of their own, with the reason', async (context) => {
  const page = await open(context);
  await page.getByRole('button', { name: `Errors (${ERRORS})` }).click();
  await found(page, '4 files with an error');
  assert.equal(await rows(page).locator('.quiet').allTextContents(), ['is empty', 'is empty', 'is not audio that FFmpeg can read', 'is not audio that FFmpeg can read']);
  await rows(page).first().click();
  await page.locator('track-detail .wrong', { hasText: 'The file is empty.' }).waitFor(SOON);
  assert.equal([await unnamedElements(page), await lowContrastTexts(page)], [[], []]);
  await resize(page, 400);
  assert.equal([await unnamedElements(page), await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)], [[], true]);
  assert.equal(context.pageErrors, []);
});

test('the map shows all tracks, zooms to one, opens what is pressed and dims what is not searched for', async (context) => {
  const page = await open(context);
  await page.getByRole('button', { name: 'Map' }).click();
  const map = page.locator('library-map');
  await page.locator('.found', { hasText: '588 tracks by likeness' }).waitFor(SOON);
  assert.equal([await unnamedElements(page), await lowContrastTexts(page)], [[], []]);
  const colours = (): Promise<number> => map.locator('canvas').evaluate(async (canvas) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(resolve)))));
    const { width, height } = canvas as HTMLCanvasElement;
    const seen = new Map<number, number>();
    for (const pixel of new Uint32Array((canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data.buffer)) seen.set(pixel, (seen.get(pixel) ?? 0) + 1);
    return [...seen.values()].filter((count) => count > 100).length;
  });
  assert.ok(await colours() >= 10, 'a colour for each genre');
  await page.getByRole('button', { name: /^Jazz/ }).click();
  await page.locator('.found', { hasText: /588 tracks by likeness, \d+ of them found/ }).waitFor(SOON);
  assert.ok(await colours() < 8, 'one genre, the others dimmed');
  await page.getByRole('button', { name: 'All tracks' }).click();
  const [track] = (await (await fetch(`${context.server.url}/v1/tracks?limit=1&genre=jazz`)).json() as { tracks: { id: number; title: string }[] }).tracks;
  await map.evaluate((element, id) => (element as LibraryMap).show(id), track!.id);
  assert.ok((await map.evaluate((element) => (element as LibraryMap).view.scale)) >= 12);
  await map.locator('.title', { hasText: track!.title }).waitFor(SOON);
  const box = (await map.locator('.map').boundingBox())!;
  const { px, py } = await map.evaluate((element, id) => (element as LibraryMap).placeOf(id), track!.id);
  await page.mouse.click(box.x + px, box.y + py);
  await page.locator('track-detail h2', { hasText: track!.title }).waitFor(SOON);
  await map.locator('.map').focus();
  await page.keyboard.press('0');
  assert.is(await map.evaluate((element) => (element as LibraryMap).view.scale), 1);
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction((element) => (element as unknown as LibraryMap).view.scale > 2, await map.elementHandle());
  await page.getByRole('button', { name: 'Show on the map' }).click();
  await page.waitForFunction((element) => (element as unknown as LibraryMap).view.scale >= 12, await map.elementHandle());
  assert.equal(context.pageErrors, []);
});

test('a server that fails is told, and asked again', async (context) => {
  let fails = true;
  const page = await open(context, {
    expects: (message) => /status of 503/.test(message.text()),
    prepare: (opened) => opened.route('**/v1/tracks?**', (route) => (fails ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"busy","detail":"The server is busy."}' }) : route.continue())),
  });
  await page.getByRole('alert').getByText('The server is busy.').waitFor(SOON);
  fails = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await rows(page).first().waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('a server without a library says what to do, and its pages have no link to it', async (context) => {
  const without = await serveHere({});
  try {
    const page = await openPage(context, `${without.url}/library`);
    await page.getByText('npx livegenre serve --library MUSIC').waitFor(SOON);
    assert.is(await page.getByRole('link', { name: 'Library' }).count(), 0);
    assert.equal([await unnamedElements(page), await lowContrastTexts(page), context.pageErrors], [[], [], []]);
  } finally {
    await without.stop();
  }
});

test.run();
