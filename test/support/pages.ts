/** Test suites in a browser: pages are given back after each test, and their errors are collected. */
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { suite, type Test } from 'uvu';
import { openBrowser } from './browser.js';
import { Site } from './site.js';
import { PATIENCE_MS } from './until.js';

export interface InBrowser {
  browser: Browser;
  /** Pages opened by the running test; by how, if others may have them after it. */
  pages: Map<Page, string | undefined>;
  /**
   * Empty pages for the next tests, by how they were opened. A page that goes to another address takes a third of
   * the CPU time of a new one, which has a process of its own.
   */
  emptyPages: Map<string, Page>;
  /** Where these are: at `about:blank` a page would get a new process for its next address. */
  nowhere: Site;
  /** Uncaught and console errors of these pages. */
  pageErrors: string[];
}

/** Time limit for what normally takes less than a second; the machine may be busy. */
export const SOON = { timeout: PATIENCE_MS };

export function browserSuite<Context extends object>(name: string): Test<Context & InBrowser> {
  const test = suite<Context & InBrowser>(name);
  test.before(async (context) => {
    context.browser = await openBrowser();
    context.emptyPages = new Map();
    context.nowhere = await Site.open();
  });
  test.after(async ({ browser, nowhere }) => {
    await browser?.close();
    await nowhere?.close();
  });
  test.before.each((context) => {
    context.pages = new Map();
    context.pageErrors = [];
  });
  test.after.each(async ({ pages, emptyPages, nowhere }) => {
    for (const [page, how] of pages) {
      if (how !== undefined && !emptyPages.has(how) && await empty(page, nowhere)) emptyPages.set(how, page);
      else await page.context().close();
    }
  });
  return test;
}

export interface Opening extends BrowserContextOptions {
  /** Console errors that the test expects. */
  readonly expects?: (message: ConsoleMessage) => boolean;
  /** Runs before the page loads. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** Nothing is cached, and nothing of it is left for another test: for what a page keeps. */
  readonly isAlone?: boolean;
}

/** Prefers reduced motion unless `options` say otherwise: moving canvases and bars take most of a page's CPU time. */
export async function openPage({ browser, pages, emptyPages, pageErrors }: InBrowser, url: string, { expects = () => false, prepare, isAlone = false, ...options }: Opening = {}): Promise<Page> {
  const { viewport = VIEWPORT, colorScheme = 'light', reducedMotion = 'reduce', ...fixed } = options;
  // The others can be changed.
  const how = isAlone || (prepare && prepare !== recordMicrophone) ? undefined : JSON.stringify([prepare !== undefined, fixed]);
  let page = how === undefined ? undefined : emptyPages.get(how);
  if (page?.context().browser() === browser) {
    emptyPages.delete(how!);
    await page.setViewportSize(viewport!);
    await page.emulateMedia({ colorScheme, reducedMotion });
  } else {
    page = await (await browser.newContext({ viewport, colorScheme, reducedMotion, ...fixed })).newPage();
    await prepare?.(page);
  }
  pages.set(page, how);
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expects(message)) pageErrors.push(message.text());
  });
  await page.goto(url);
  return page;
}

const VIEWPORT = { width: 1280, height: 720 };

/** Leaves its address and clears what was stored there. @returns whether it could */
async function empty(page: Page, { origin: nowhere }: Site): Promise<boolean> {
  try {
    page.removeAllListeners();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const context = page.context();
    for (const other of context.pages()) if (other !== page) await other.close();
    const origins = new Set(page.frames().map((frame) => new URL(frame.url()).origin));
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(nowhere, SOON);
    const session = await context.newCDPSession(page);
    for (const origin of origins) await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await session.detach();
    return true;
  } catch {
    return false; // closed by its test, or at an address that stores nothing
  }
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
