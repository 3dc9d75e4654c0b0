/**
 * How smoothly long things scroll, in Chromium: the list of a library of 50,000 tracks, and the timeline of a file of
 * two hours beside that of a song. A wheel is turned over each, 60 times a second if the page follows; the tasks of the
 * page's main thread are measured in CPU time, which other work on the machine hardly changes, and late frames are
 * counted, which it does. Sound and answers are made up: only the page is measured.
 *   npm run bench:scroll [-- --tracks 50000 --hours 2 --seconds 5 --keep --json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { wavFile } from '../../server/sources/wav.js';
import { serveHere } from '../e2e/serve.js';
import { syntheticLibrary } from '../server/library/synthetic-library.js';
import { openBrowser } from '../support/browser.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { table } from './live/table.js';
import { LATE_MS, wheelOver, type Scrolled } from './scroll/wheel.js';

const SONG_S = 240;
/** Low, so that hours are a small file. */
const FILE_RATE = 8000;
/** Presses of `+` before a file is moved: a few per cent of it are seen then. */
const ZOOM_STEPS = 5;
/** The machine may be busy, and hours of sound are heard first. */
const READY = { timeout: 300_000 };

const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '50000' },
    hours: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const machine = thisMachine();
  const tracks = wholeNumber('tracks', values.tracks, 100, 1_000_000);
  const hours = wholeNumber('hours', values.hours, 1, 10);
  const seconds = wholeNumber('seconds', values.seconds, 1, 60);
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-scroll-'));
  const library = syntheticLibrary(tracks);
  const server = await serveHere({ library: library.folder });
  const browser = await openBrowser();
  const figures: (Scrolled & { readonly what: string })[] = [];
  try {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    page.setDefaultTimeout(READY.timeout);
    const measure = async (what: string, at: string, wheel: Parameters<typeof wheelOver>[2]): Promise<void> => {
      figures.push({ what, ...await wheelOver(page, at, wheel, seconds) });
    };
    await page.goto(`${server.url}/library`);
    await page.locator('track-list [data-index="0"] .title').waitFor();
    await measure(`list of ${tracks.toLocaleString('en')} tracks, 100 px a turn`, 'track-list .scroll', () => [0, 100]);
    await measure('list, 3,000 px a turn', 'track-list .scroll', () => [0, 3000]);
    for (const [what, fileS] of [['song of 4 minutes', SONG_S], [`file of ${hours} hours`, 3600 * hours]] as const) {
      const path = join(folder, `${fileS}.wav`);
      writeFileSync(path, madeUpWav(fileS));
      await openFile(page, server.url, path);
      const axis = page.getByRole('group', { name: 'Timeline', exact: true });
      await measure(`${what}, zoomed`, 'file-timeline .axis', (turn) => [0, turn % 120 < 60 ? -60 : 60]);
      await axis.press('0');
      for (let step = 0; step < ZOOM_STEPS; step += 1) await axis.press('+');
      await measure(`${what}, moved`, 'file-timeline .axis', (turn) => [turn % 120 < 60 ? 60 : -60, 0]);
    }
  } finally {
    await browser.close();
    await server.stop();
    library.remove();
    rmSync(folder, { recursive: true, force: true });
  }
  const result = { machine, tracks, hours, seconds, figures };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`${describeMachine(machine)}; ${seconds} s each\n\n${table(['what', 'CPU a turn, ms', 'longest task, ms', `tasks above ${LATE_MS} ms`, 'frames', `later than ${LATE_MS} ms`], figures.map(({ what, cpuMsPerTurn, longestTaskMs, longTasks, frames, lateFrames }) => [
      what, cpuMsPerTurn.toFixed(1), longestTaskMs.toFixed(1), longTasks, frames, lateFrames,
    ]))}`);
  }
  if (values.keep) await saveRun(machine, { 'scroll.json': JSON.stringify(result) });
});

async function openFile(page: Page, url: string, path: string): Promise<void> {
  await page.goto(`${url}/files`);
  await page.locator('input[type=file]').setInputFiles(path);
  await page.locator('.files li .said', { hasText: /%$/ }).waitFor();
  await page.locator('file-timeline').scrollIntoViewIfNeeded();
}

/** Notes that change every half second, so that spectrogram and waveform have something to draw. */
function madeUpWav(seconds: number): Uint8Array {
  const samples = new Int16Array(seconds * FILE_RATE);
  let [note, noise] = [0, 1];
  for (let index = 0; index < samples.length; index += 1) {
    if (index % (FILE_RATE / 2) === 0) note = 100 + (note * 7 + index) % 3000;
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) & 0x7fffffff;
    samples[index] = 6000 * Math.sin((2 * Math.PI * note * index) / FILE_RATE) + (noise >> 18) - 4096;
  }
  return wavFile(samples, FILE_RATE);
}
