/**
 * Cost of the classifier on the device, in Chromium: CPU time of all its threads while a widget listens to the microphone,
 * beside that of pages that only open the microphone, which is the browser's own share; private memory of the page's
 * process; the time to the first prediction with a warm cache; how fast a file is heard, decoding included; and
 * an hour of a microphone through the same code, faster than it plays.
 *   npm run bench:device [-- --seconds 60 --size line --hours 1 --json]
 */
import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { BUFFER_S } from '../../client/dashboard/sources/microphone-capture.js';
import { music, openBrowser } from '../support/browser.js';
import { Site } from '../support/site.js';
import { OPEN_MICROPHONE, openIntoWorklet } from './device/bare-pages.js';
import { simulatedHour } from './device/simulated-hour.js';
import { processesOf, threadPercents, total, type Process } from './device/thread-time.js';

const { values: { seconds, size, hours, json } } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, size: { type: 'string', default: 'line' }, hours: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const MEASURED_S = Number(seconds);
const FILE_S = 60;
/** Threads whose share is shown by itself, %. */
const LEAST_SHOWN = 0.1;

/** Set on the page by `prepared`. */
interface Heard { firstSoundMs?: number; firstPredictionMs?: number; predictions: number }

/** Notes when the first samples and the first prediction come. */
async function prepared(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard: Heard = { predictions: 0 };
    Object.assign(window, { heard });
    window.AudioWorkletNode = class extends AudioWorkletNode {
      constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
        super(context, name, options);
        this.port.addEventListener('message', () => { heard.firstSoundMs ??= performance.now(); });
      }
    };
    addEventListener('prediction', () => {
      heard.firstPredictionMs ??= performance.now();
      heard.predictions += 1;
    });
  });
}

const heardBy = (page: Page): Promise<Heard> => page.evaluate(() => (window as unknown as { heard: Heard }).heard);
const wait = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Private memory of the largest renderer, MB: that of the page. */
function privateMb(all: readonly Process[]): number {
  const sizes = all.filter(({ type }) => type === 'renderer').map(({ id }) => {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024;
  });
  return Math.max(...sizes);
}

/** CPU time of the browser while a page does only this, percent of a core by thread. */
async function bare(browser: Browser, origin: string, script: string): Promise<Map<string, number>> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  await page.goto(`${origin}/page`);
  await page.evaluate(script);
  await wait(2000);
  const percents = await threadPercents(browser, 1000 * MEASURED_S);
  await page.context().close();
  return percents;
}

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

const site = await Site.open(new URL('../../', import.meta.url));
site.hasIndex = true;
site.html = `<!doctype html><title>A page</title><link rel="icon" href="data:,"><live-genre mic where="device" size="${size}"></live-genre><script type="module" src="/web/widget.js"></script>`;
const browser = await openBrowser();
try {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  await prepared(page);
  await page.goto(`${site.origin}/page`);
  const listen = async (): Promise<void> => {
    await page.getByRole('button').click();
    await page.waitForFunction(() => (window as unknown as { heard: Heard }).heard.predictions > 0);
  };
  await listen(); // fills the cache
  await page.reload();
  await wait(2000);
  const idle = await threadPercents(browser, 1000 * MEASURED_S);
  const memoryBefore = privateMb(await processesOf(browser));
  await listen();
  const { firstSoundMs, firstPredictionMs } = await heardBy(page);
  await wait(2000);
  const predictionsBefore = (await heardBy(page)).predictions;
  const listening = await threadPercents(browser, 1000 * MEASURED_S);
  const predictions = (await heardBy(page)).predictions - predictionsBefore;
  const memoryAfter = privateMb(await processesOf(browser));
  await page.close();
  const microphone = await bare(browser, site.origin, OPEN_MICROPHONE);
  const worklet = await bare(browser, site.origin, openIntoWorklet(BUFFER_S));

  const filePage = await context.newPage();
  filePage.setDefaultTimeout(120_000); // the machine may be busy
  await filePage.goto(`${site.origin}/site/`);
  await filePage.getByLabel('Files').first().setInputFiles({ name: 'song.wav', mimeType: 'audio/wav', buffer: music(FILE_S) });
  const text = await filePage.getByText(/times as fast as it plays/).textContent({ timeout: 60_000 });

  const hour = await simulatedHour(fileURLToPath(new URL('../../../models/genre-v2', import.meta.url)), Number(hours));
  const result = {
    cpu: cpus()[0]!.model,
    load: loadavg().map((load) => round(load, 1)),
    seconds: MEASURED_S,
    size,
    predictions,
    cpuPercent: {
      listening: round(total(listening)),
      idle: round(total(idle)),
      microphoneOnly: round(total(microphone)),
      intoIdleWorklet: round(total(worklet)),
      byThread: Object.fromEntries([...listening].filter(([, percent]) => percent >= LEAST_SHOWN).map(([name, percent]) => [name, round(percent)])),
    },
    firstPredictionMs: round(firstPredictionMs! - firstSoundMs!, 0),
    memoryMb: { before: round(memoryBefore, 1), after: round(memoryAfter, 1) },
    fileTimesRealTime: Number(/(\d+) times/.exec(text!)![1]),
    hour,
  };
  const { cpuPercent, memoryMb } = result;
  console.log(json ? JSON.stringify(result) : [
    `${cpuPercent.listening} % of a core while it listens, ${cpuPercent.idle} % before (load ${result.load.join(', ')})`,
    `of that the browser's own: ${cpuPercent.microphoneOnly} % with the microphone open, ${cpuPercent.intoIdleWorklet} % with a worklet that does nothing`,
    ...Object.entries(cpuPercent.byThread).map(([name, percent]) => `  ${percent} % ${name}`),
    `first prediction ${result.firstPredictionMs} ms after the first sound`,
    `private memory of the page ${memoryMb.before} MB before, ${memoryMb.after} MB after`,
    `a file of ${FILE_S} s: ${result.fileTimesRealTime} times as fast as it plays`,
    `${hour.soundMs / 3.6e6} h of a microphone in ${round(hour.elapsedMs / 1000, 1)} s: ${hour.predictions} predictions of ${hour.wantedPredictions}, ${hour.droppedMs} ms dropped`,
  ].join('\n'));
} finally {
  await browser.close();
  await site.close();
}
