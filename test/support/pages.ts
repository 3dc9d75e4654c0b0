/** Suites of tests in a browser: each test opens pages, which end with it, and what goes wrong on them is kept. */
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { suite, type Test } from 'uvu';
import { openBrowser } from './browser.js';
import { PATIENCE_MS } from './until.js';

export interface InBrowser {
  browser: Browser;
  /** Opened by the test that runs. */
  pages: Page[];
  /** What these pages wrote to the console as errors, or threw. */
  pageErrors: string[];
}

/** How long to wait for what a person sees within a second; a machine that runs tests is busy. */
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
  /** Errors on the console that belong to the test. */
  readonly expects?: (message: ConsoleMessage) => boolean;
  /** Done before the page loads. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

export async function openPage({ browser, pages, pageErrors }: InBrowser, url: string, { expects = () => false, prepare, ...options }: Opening = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  pages.push(page);
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expects(message)) pageErrors.push(message.text());
  });
  await prepare?.(page);
  await page.goto(url);
  return page;
}

/** What `recordMicrophone` puts on a page's window. */
export interface RecordedMicrophone {
  /** What the page asked of the microphone last. */
  readonly asked: MediaStreamConstraints;
  /** How often it asked. */
  readonly askedTimes: number;
  /** The track that it got last. */
  readonly track: MediaStreamTrack;
  /** The audio context that it made last. */
  readonly audio: AudioContext;
}

/** Before a page loads: its window will have what `RecordedMicrophone` says. */
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
