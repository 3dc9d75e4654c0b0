/** Test suites in a browser: pages opened by a test are closed after it, and their errors are collected. */
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { suite, type Test } from 'uvu';
import { openBrowser } from './browser.js';
import { PATIENCE_MS } from './until.js';

export interface InBrowser {
  browser: Browser;
  /** Pages opened by the running test. */
  pages: Page[];
  /** Uncaught and console errors of these pages. */
  pageErrors: string[];
}

/** Time limit for what normally takes less than a second; the machine may be busy. */
export const SOON = { timeout: PATIENCE_MS };

export function browserSuite<Context extends object>(name: string): Test<Context & InBrowser> {
  const test = suite<Context & InBrowser>(name);
  test.before(async (context) => {
    context.browser = await openBrowser();
  });
  test.after(({ browser }) => browser?.close());
  test.before.each((context) => {
    context.pages = [];
    context.pageErrors = [];
  });
  test.after.each(async ({ pages }) => {
    for (const page of pages) await page.context().close();
  });
  return test;
}

export interface Opening extends BrowserContextOptions {
  /** Console errors that the test expects. */
  readonly expects?: (message: ConsoleMessage) => boolean;
  /** Runs before the page loads. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Prefers reduced motion unless `options` say otherwise: moving canvases and bars take most of a page's CPU time. */
export async function openPage({ browser, pages, pageErrors }: InBrowser, url: string, { expects = () => false, prepare, ...options }: Opening = {}): Promise<Page> {
  const page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage();
  pages.push(page);
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expects(message)) pageErrors.push(message.text());
  });
  await prepare?.(page);
  await page.goto(url);
  return page;
}

/** Changes the window's width and resolves once the page has adapted to it. */
export async function resize(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: page.viewportSize()!.height });
  await nextFrames(page);
}

/** Switches the system's colours and resolves once the page has adapted to them. */
export async function recolour(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await nextFrames(page);
}

/** Two animation frames: observers and components that react to a change in the first have drawn in the second. */
function nextFrames(page: Page): Promise<unknown> {
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Properties that `recordMicrophone` sets on a page's window. */
export interface RecordedMicrophone {
  /** The last constraints. */
  readonly asked: MediaStreamConstraints;
  /** Number of requests. */
  readonly askedTimes: number;
  /** The last track. */
  readonly track: MediaStreamTrack;
  /** The last audio context. */
  readonly audio: AudioContext;
}

/** Records the page's microphone requests on its window, as `RecordedMicrophone`. */
export function recordMicrophone(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      Object.assign(window, { asked: constraints, askedTimes: ((window as unknown as { askedTimes?: number }).askedTimes ?? 0) + 1, track: stream.getTracks()[0] });
      return stream;
    };
    window.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        Object.assign(window, { audio: this });
      }
    };
  });
}
