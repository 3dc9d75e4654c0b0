/**
 * Cost of the classifier on the device, in Chromium: CPU time of all its processes while a widget listens to
 * the microphone, less that of the same page before; private memory of the page's process, before and after;
 * the time to the first prediction with a warm cache; and how fast a file is heard, decoding included.
 *   npm run bench:device [-- --seconds 60 --json]
 *
 * CPU time and memory are those that the system counts (`SystemInfo.getProcessInfo`, `/proc/PID/smaps_rollup`).
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { music, openBrowser } from '../support/browser.js';
import { Site } from '../support/site.js';

const { values: { seconds, json } } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, json: { type: 'boolean', default: false } } });
const MEASURED_S = Number(seconds);
const FILE_S = 60;

interface Process { readonly type: string; readonly id: number; readonly cpuTime: number }

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

async function processes(browser: Browser): Promise<Process[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo;
}

/** Private memory of the largest renderer, MB: that of the page. */
function privateMb(all: readonly Process[]): number {
  const sizes = all.filter(({ type }) => type === 'renderer').map(({ id }) => {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
    return [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024;
  });
  return Math.max(...sizes);
}

/** CPU time of all processes over some time, in percent of a core, by type. */
async function cpuPercent(browser: Browser): Promise<Record<string, number>> {
  const before = new Map((await processes(browser)).map(({ id, cpuTime }) => [id, cpuTime]));
  await wait(1000 * MEASURED_S);
  const shares: Record<string, number> = {};
  for (const { id, type, cpuTime } of await processes(browser)) shares[type] = (shares[type] ?? 0) + 100 * (cpuTime - (before.get(id) ?? 0)) / MEASURED_S;
  return shares;
}

const total = (shares: Record<string, number>): number => Object.values(shares).reduce((sum, share) => sum + share, 0);
const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

const site = await Site.open(new URL('../../', import.meta.url));
site.hasIndex = true;
site.html = '<!doctype html><title>A page</title><link rel="icon" href="data:,"><live-genre mic where="device" size="line"></live-genre><script type="module" src="/web/widget.js"></script>';
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
  const idle = await cpuPercent(browser);
  const memoryBefore = privateMb(await processes(browser));
  await listen();
  const { firstSoundMs, firstPredictionMs } = await heardBy(page);
  const listening = await cpuPercent(browser);
  const memoryAfter = privateMb(await processes(browser));
  const { predictions } = await heardBy(page);
  await page.close();

  const filePage = await context.newPage();
  await filePage.goto(`${site.origin}/site/`);
  await filePage.getByLabel('Files').first().setInputFiles({ name: 'song.wav', mimeType: 'audio/wav', buffer: music(FILE_S) });
  const text = await filePage.getByText(/times as fast as it plays/).textContent({ timeout: 60_000 });

  const result = {
    cpu: cpus()[0]!.model,
    seconds: MEASURED_S,
    predictions,
    cpuPercent: { listening: round(total(listening)), idle: round(total(idle)), byProcess: Object.fromEntries(Object.entries(listening).map(([type, share]) => [type, round(share)])) },
    firstPredictionMs: round(firstPredictionMs! - firstSoundMs!, 0),
    memoryMb: { before: round(memoryBefore, 1), after: round(memoryAfter, 1) },
    fileTimesRealTime: Number(/(\d+) times/.exec(text!)![1]),
  };
  console.log(json ? JSON.stringify(result) : [
    `${result.cpuPercent.listening} % of a core while it listens, ${result.cpuPercent.idle} % before (${JSON.stringify(result.cpuPercent.byProcess)})`,
    `first prediction ${result.firstPredictionMs} ms after the first sound`,
    `private memory of the page ${result.memoryMb.before} MB before, ${result.memoryMb.after} MB after`,
    `a file of ${FILE_S} s: ${result.fileTimesRealTime} times as fast as it plays`,
  ].join('\n'));
} finally {
  await browser.close();
  await site.close();
}
