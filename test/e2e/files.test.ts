/** The page of files in a real Chromium at the real server: dropped, sent, seen, heard and saved. */
import { buffer } from 'node:stream/consumers';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import type { FileTimeline } from '../../client/dashboard/parts/file-timeline.js';
import { lowContrastTexts, unnamedElements } from './audit.js';
import { serve, type ServedPage } from './serve.js';
import { wavFile } from '../../server/sources/wav.js';
import { HAS_FFMPEG } from '../server/sources/station/radio.js';
import { music } from '../support/browser.js';
import { browserSuite, openPage, recolour, resize, SOON, type InBrowser, type Opening } from '../support/pages.js';

interface Server {
  server: ServedPage;
  /** 20 s of the demo's music. */
  music: Buffer;
}

type Context = Server & InBrowser;

const LIMIT = 2_000_000;

/** Two minutes at 8 kHz. */
const SILENT_SAMPLES = 960_000;

const test = browserSuite<Server>('files');

test.before(async (context) => {
  context.music = music(20);
  context.server = await serve('--demo', 'off', '--max-file-bytes', String(LIMIT));
});
test.after(({ server }) => server?.stop());

const open = (context: Context, options: Opening = {}): Promise<Page> => openPage(context, `${context.server.url}/files`, options);

async function choose(page: Page, ...files: readonly (readonly [name: string, bytes: Buffer])[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files.map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer })));
}

const said = (page: Page, file: string, words: string | RegExp): Promise<void> => page.locator('.files li', { hasText: file }).locator('.said', { hasText: words }).waitFor(SOON);
const view = (page: Page): Promise<FileTimeline['view']> => page.locator('file-timeline').evaluate((timeline) => (timeline as FileTimeline).view);
const axis = (page: Page) => page.getByRole('group', { name: 'Timeline', exact: true });

/** Distinct colours in the lower half of the timeline, where the spectrogram is. */
const colours = (page: Page): Promise<number> => page.locator('file-timeline canvas').evaluate((canvas) => {
  const { width, height } = canvas as HTMLCanvasElement;
  const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, Math.round(height * 0.6), width, Math.round(height * 0.3));
  return new Set(new Uint32Array(data.buffer)).size;
});

/** A sum over the pixels of the spectrogram. */
const spectrogram = (page: Page): Promise<number> => page.locator('file-timeline canvas').evaluate(async (canvas) => {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const { width, height } = canvas as HTMLCanvasElement;
  const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, Math.round(height * 0.6), width, Math.round(height * 0.3));
  return data.reduce((sum, value) => sum + value, 0);
});

test('a file is sent, heard and shown: genre, ranked scores, timeline, spectrogram and table', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context);
  assert.equal(await unnamedElements(page), []);
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  const answer = await (await fetch(`${context.server.url}/v1/classify?name=song.wav`, { method: 'POST', body: context.music as unknown as BodyInit })).json() as { genre: string; top: { genre: string }[]; durationMs: number };
  await page.locator('genre-now .note', { hasText: 'over all 20 s' }).waitFor(SOON);
  assert.match((await page.locator('main ~ [aria-live]').textContent())!, /^song\.wav: \w[\w ]* \d+ %$/);
  assert.is((await page.locator('genre-now .word').textContent())!.toLowerCase().replace(' ', ''), answer.genre);
  assert.equal((await page.locator('genre-bars .label').allTextContents()).map((label) => label.toLowerCase().replace(' ', '')), answer.top.map(({ genre }) => genre));
  assert.ok(await colours(page) > 100);
  await page.getByText('Numbers as a table').click();
  await page.locator('tbody tr').nth(8).waitFor(SOON);
  assert.equal(await page.locator('tbody tr').count(), 9);
  assert.equal(await page.locator('tbody tr').nth(1).locator('th, td').allTextContents().then((cells) => cells.slice(0, 2)), ['0:02', '0:06']);
  assert.equal(await unnamedElements(page), []);
  assert.equal(await lowContrastTexts(page), []);
  assert.equal(context.pageErrors, []);
});

test('wheel, keys and buttons zoom and move; only the tiles of the view are made', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context, { viewport: { width: 1200, height: 1400 } });
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  const { toMs } = await view(page);
  assert.ok(Math.abs(toMs - 20_000) < 50);
  const box = (await axis(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 4, box.y + 100);
  await page.mouse.wheel(0, -300);
  const zoomed = await view(page);
  assert.ok(zoomed.toMs - zoomed.fromMs < 12_000 && zoomed.fromMs > 0);
  // The place under the pointer stays.
  assert.ok(Math.abs(zoomed.fromMs + (zoomed.toMs - zoomed.fromMs) / 4 - toMs / 4) < 100);
  const drawn = await spectrogram(page);
  await page.mouse.wheel(200, 0);
  assert.is.not(await spectrogram(page), drawn, 'the picture follows at the next frame');
  assert.ok((await view(page)).fromMs > zoomed.fromMs);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4 + 100, box.y + 100, { steps: 4 });
  const beforeDrag = await view(page);
  await page.mouse.move(box.x + box.width / 4 + 200, box.y + 100, { steps: 4 });
  await page.mouse.up();
  assert.ok((await view(page)).fromMs < beforeDrag.fromMs);
  await axis(page).focus();
  await page.keyboard.press('0');
  assert.equal((await view(page)).fromMs, 0);
  await page.keyboard.press('End');
  await page.locator('file-timeline .picked', { hasText: /^\w[\w ]*, 0:16 to 0:20/ }).waitFor(SOON);
  await page.keyboard.press('ArrowLeft');
  await page.locator('file-timeline .picked', { hasText: '0:14 to 0:18' }).waitFor(SOON);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const picked = await view(page);
  assert.ok(picked.fromMs < 14_000 && picked.toMs >= 18_000);
  assert.ok(picked.tiles <= 4, `${picked.tiles} tiles`);
});

test('a click on a stretch plays it, and the cursor moves', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context);
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  const box = (await axis(page).boundingBox())!;
  // The upper row of stretches, at 9 s: 8 s to 12 s.
  await page.mouse.click(box.x + box.width * 9 / 20, box.y + 92);
  await page.locator('file-timeline .picked', { hasText: '0:08 to 0:12' }).waitFor(SOON);
  await page.getByRole('button', { name: 'Pause' }).waitFor(SOON);
  await page.locator('file-timeline .place', { hasText: /^0:09 / }).waitFor(SOON);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Play' }).waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('where the network looked is laid over the chosen stretch, and taken away again', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context, { viewport: { width: 1400, height: 1300 } });
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  const button = page.getByRole('button', { name: 'Where it looked' });
  assert.ok(await button.isDisabled(), 'no stretch is chosen');
  await axis(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  await page.locator('file-timeline .picked', { hasText: '0:14 to 0:18' }).waitFor(SOON);
  const before = await spectrogram(page);
  await button.click();
  const words = page.locator('file-timeline .looked');
  await words.filter({ hasText: /the log odds of [\w ]+ fall by -?\d+\.\d\d, with a tenth at random by/ }).waitFor(SOON);
  const shown = await view(page);
  assert.ok(shown.fromMs <= 14_000 && shown.toMs >= 18_000 && shown.toMs - shown.fromMs <= 12_000, JSON.stringify(shown));
  const explained = await spectrogram(page);
  assert.not.equal(explained, before);
  assert.is(await button.getAttribute('aria-pressed'), 'true');
  assert.equal(await unnamedElements(page), []);
  assert.equal(await lowContrastTexts(page), []);
  if (process.env['LIVEGENRE_TEST_PICTURES']) {
    for (const width of [1400, 400]) for (const scheme of ['light', 'dark'] as const) {
      await resize(page, width);
      await recolour(page, scheme);
      await page.locator('file-timeline').screenshot({ path: `${process.env['LIVEGENRE_TEST_PICTURES']}/looked-${width}-${scheme}.png` });
    }
    await resize(page, 1400);
    await recolour(page, 'light');
  }
  await button.click();
  await words.waitFor({ ...SOON, state: 'hidden' });
  assert.not.equal(await spectrogram(page), explained);
  assert.equal(context.pageErrors, []);
});

test('another stretch ends the question, and a refusal is told', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context, { expects: (message) => /status of 413/.test(message.text()) });
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  await page.route('**/v1/explain?**', () => {}); // never answered
  await axis(page).focus();
  await page.keyboard.press('End');
  const asked = page.waitForRequest(/v1\/explain/, SOON);
  await page.getByRole('button', { name: 'Where it looked' }).click();
  const request = await asked;
  assert.ok((request.postDataBuffer()?.length ?? 0) % 64 === 0 && /genre=\w+/.test(request.url()));
  const ended = page.waitForEvent('requestfailed', SOON);
  await axis(page).focus();
  await page.keyboard.press('ArrowLeft');
  await ended;
  await page.locator('file-timeline .looked').waitFor({ ...SOON, state: 'hidden' });
  await page.unroute('**/v1/explain?**');
  await page.route('**/v1/explain?**', (route) => route.fulfill({ status: 413, contentType: 'application/problem+json', body: JSON.stringify({ code: 'too-big', detail: 'The stretch has 4.2 s; this server explains up to 0 s at once (--max-explain-seconds).' }) }));
  await page.getByRole('button', { name: 'Where it looked' }).click();
  await page.locator('file-timeline .looked', { hasText: 'this server explains up to 0 s' }).waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('the picture and the numbers are saved', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context);
  await choose(page, ['song.wav', context.music]);
  await said(page, 'song.wav', /\d %$/);
  const save = async (name: string): Promise<{ name: string; bytes: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent('download', SOON), page.getByRole('button', { name }).click()]);
    // As a stream: the browser that all files of a run share counts as a remote one.
    return { name: download.suggestedFilename(), bytes: await buffer(await download.createReadStream()) };
  };
  const picture = await save('Save picture');
  assert.equal([picture.name, picture.bytes.toString('latin1', 1, 4)], ['song.png', 'PNG']);
  assert.ok(picture.bytes.readUInt32BE(16) > 600 && picture.bytes.length > 20_000);
  const json = await save('Save JSON');
  assert.equal([json.name, (JSON.parse(json.bytes.toString()) as { stretches: unknown[] }).stretches.length], ['song.json', 9]);
  const csv = await save('Save CSV');
  assert.match(csv.bytes.toString(), /^from_s,to_s,state,genre,p,blues,.*\r\n0,4,\w+,/);
});

test('what is wrong with a file is said, and the others are analysed', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  // Chromium writes a line for each answer that is an error.
  const page = await open(context, { expects: (message) => /status of 4\d\d|ERR_/.test(message.text()) });
  await choose(page,
    ['text.mp3', Buffer.from('no sound at all\n'.repeat(300))], ['empty.wav', Buffer.alloc(0)], ['big.wav', Buffer.alloc(LIMIT + 1)],
    ['silent.wav', Buffer.from(wavFile(new Int16Array(22_050 * 5), 22_050))], ['song.png', context.music]);
  await said(page, 'song.png', /\d %$/);
  const says = async (file: string, sentence: RegExp): Promise<void> => {
    await page.locator('.files .one', { hasText: file }).click();
    await page.locator('.sentence', { hasText: sentence }).first().waitFor(SOON);
  };
  await says('text.mp3', /^text\.mp3 is not audio that FFmpeg can read/);
  await says('empty.wav', /^empty\.wav is empty/);
  await says('big.wav', /^big\.wav has 1\.9 MB; this server takes up to 1\.9 MB/);
  await says('silent.wav', /^silent\.wav is silent\./);
  await page.getByRole('button', { name: 'Remove text.mp3' }).click();
  await page.locator('.files li', { hasText: 'text.mp3' }).waitFor({ ...SOON, state: 'detached' });
  assert.is(await page.locator('.files li').count(), 4);
});

test('several files dropped on the live page are analysed on this one', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await openPage(context, context.server.url);
  await page.getByRole('button', { name: 'File' }).waitFor(SOON);
  const transfer = await page.evaluateHandle((base64) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    for (const name of ['one.wav', 'two.wav']) data.items.add(new File([bytes], name));
    return data;
  }, context.music.toString('base64'));
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await said(page, 'one.wav', /\d %$/);
  await said(page, 'two.wav', /\d %$/);
  assert.match(page.url(), /\/files$/);
  assert.equal(context.pageErrors, []);
});

test('leaving the page ends what is sent', async (context) => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const page = await open(context);
  // Minutes of silence, many times, so that it is busy for a while; made in the page, which is faster than to send them there.
  const transfer = await page.evaluateHandle(({ header, samples }) => {
    const data = new DataTransfer();
    for (let n = 0; n < 40; n++) data.items.add(new File([Uint8Array.from(header), new Int16Array(samples)], `${n}.wav`));
    return data;
  }, { header: [...wavFile(new Int16Array(SILENT_SAMPLES), 8000).subarray(0, 44)], samples: SILENT_SAMPLES });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await page.locator('.files .said', { hasText: 'Heard' }).first().waitFor(SOON);
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  for (let files = '1'; files !== '0';) files = /^livegenre_files (\d+)/m.exec(await (await fetch(`${context.server.url}/metrics`)).text())![1]!;
  assert.equal(context.pageErrors, []);
});

test.run();
