/** The dashboard in a real Chromium at the real server: what a person sees, hears and presses. */
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { wavFile } from '../../server/sources/wav.js';
import { accessibleTree, lowContrastTexts, unnamedElements } from './audit.js';
import { portOf, serve, serveHere, type ServedPage } from './serve.js';
import { tonesBundle } from '../models/fixtures.js';
import { join, tone } from '../server/sound.js';
import { INSECURE_HOST, music, openBrowser } from '../support/browser.js';
import { browserSuite, openPage, recolour, recordMicrophone, resize, type InBrowser, type Opening } from '../support/pages.js';

interface Server {
  /** WAV file with 6 s of the demo's music. */
  music: Buffer;
  server: ServedPage;
}

type Context = Server & InBrowser;

/** In a second at first sight; the promise is 10 s, and this machine may be busy. */
const SOON = { timeout: 10_000 };

const REAL_CLASSIFIER = new URL('../../server/shards/classifier.js', import.meta.url).href;

const test = browserSuite<Server>('dashboard');

test.before(async (context) => {
  context.music = music(6);
  context.server = await serve('--public-url', `http://${INSECURE_HOST}`);
});

test.after(({ server }) => server?.stop());

function open(context: Context, { prepare, ...options }: Opening = {}): Promise<Page> {
  const { url } = context.server;
  return openPage(context, url, {
    ...options,
    async prepare(page) {
      page.on('request', (request) => {
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) context.pageErrors.push(`asked for ${request.url()}`);
      });
      await prepare?.(page);
    },
  });
}

const state = (page: Page, word: string): Promise<void> => page.locator('connection-state [role=status]', { hasText: word }).waitFor(SOON);

/** Resolves when the bars are shown and have changed. */
async function barsMove(page: Page): Promise<void> {
  await page.locator('genre-bars .p', { hasText: '%' }).first().waitFor(SOON);
  const lengths = await page.locator('genre-bars .fill').evaluateAll((fills) => fills.map((fill) => getComputedStyle(fill).translate).join());
  await page.waitForFunction((before) => {
    const fills = document.querySelector('live-page')!.shadowRoot!.querySelector('genre-bars')!.shadowRoot!.querySelectorAll('.fill');
    return [...fills].map((fill) => getComputedStyle(fill).translate).join() !== before;
  }, lengths, SOON);
}

async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(({ name, base64 }) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name));
    return data;
  }, { name, base64: bytes.toString('base64') });
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

test('the demo station starts without a click: bars, spectrogram and timeline move', async (context) => {
  const page = await open(context, { reducedMotion: 'no-preference' });
  await state(page, 'Live');
  await barsMove(page);
  await page.locator('genre-timeline li').first().waitFor(SOON);
  await page.waitForFunction(() => {
    const canvas = document.querySelector('live-page')!.shadowRoot!.querySelector('mel-spectrogram')!.shadowRoot!.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(canvas.width - 40, 0, 20, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 30;
  }, undefined, SOON);
  const rows = await page.locator('genre-bars li').count();
  const { labels } = await (await fetch(`${context.server.url}/v1/model`)).json() as { labels: string[] };
  assert.is(rows, labels.length);
  assert.is(await page.locator('genre-bars .p', { hasText: '–' }).count(), 0);
  assert.equal(context.pageErrors, []);
});

test('the microphone is heard as it is, and stopped', async (context) => {
  const page = await open(context, { prepare: recordMicrophone, reducedMotion: 'no-preference' });
  await page.getByRole('button', { name: 'Microphone' }).click();
  await page.locator('genre-now h2', { hasText: 'Microphone' }).waitFor(SOON);
  await barsMove(page);
  const level = await page.locator('level-meter [role=meter]').getAttribute('aria-valuenow');
  assert.ok(Number(level) > -60, `the music arrives: ${level} dBFS`);
  assert.equal(await page.evaluate(() => (window as unknown as { asked: unknown }).asked),
    { audio: { channelCount: 2, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const { streams } = await (await fetch(`${context.server.url}/v1/streams`)).json() as { streams: { name: string; sampleRate: number; encoding: string }[] };
  const sent = streams.find(({ name }) => name === 'Microphone');
  assert.equal([sent?.encoding, sent?.sampleRate], ['s16le', 22050]);
  await page.getByRole('button', { name: 'Stop' }).click();
  await state(page, 'Stopped');
  assert.is(await page.evaluate(() => (window as unknown as { track: MediaStreamTrack }).track.readyState), 'ended');
  assert.equal(context.pageErrors, []);
});

test('on this device: the microphone is heard without being sent, and the choice is remembered', async (context) => {
  const page = await open(context);
  await state(page, 'Live');
  await page.getByRole('button', { name: 'On this device' }).click();
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.getByRole('button', { name: 'Microphone' }).click();
  await page.locator('genre-now h2', { hasText: 'Microphone' }).waitFor(SOON);
  await barsMove(page);
  await page.getByText('no sound is sent').waitFor(SOON);
  const { streams } = await (await fetch(`${context.server.url}/v1/streams`)).json() as { streams: { name: string; connected: boolean }[] };
  assert.equal([sockets, streams.filter(({ name, connected }) => name === 'Microphone' && connected)], [[], []]);
  await page.reload();
  await page.getByRole('button', { name: 'On this device', pressed: true }).click();
  await page.getByRole('button', { name: 'On this device', pressed: false }).waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('after a restart of the server the microphone goes on as a new stream, and the page says so', async (context) => {
  let server = await serveHere({ demo: true });
  try {
    const page = await open({ ...context, server }, { expects: () => true }); // what fails while there is no server
    await page.getByRole('button', { name: 'Microphone' }).click();
    await page.locator('genre-now h2', { hasText: 'Microphone' }).waitFor(SOON);
    await barsMove(page);
    await server.stop();
    await state(page, 'Reconnecting');
    server = await serveHere({ demo: true, ...portOf(server) });
    await page.getByRole('status').getByText(/^The server no longer had the stream, so this is a new one: \d+ s without the server, \d+ s of sound lost\.$/).waitFor({ timeout: 40_000 });
    await state(page, 'Live');
    await barsMove(page);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('.notice').waitFor({ ...SOON, state: 'hidden' });
  } finally {
    await server.stop();
  }
});

async function showsMicrophoneError(page: Page, sentence: RegExp): Promise<void> {
  await state(page, 'Live');
  await page.getByRole('button', { name: 'Microphone' }).click();
  await page.getByRole('alert').getByText(sentence).waitFor(SOON);
  await barsMove(page);
}

test('a microphone that is refused is answered with what to do, and the demo plays on', async (context) => {
  const browser = await openBrowser({ refuses: true });
  try {
    const page = await open({ ...context, browser });
    await showsMicrophoneError(page, /Allow it in the site settings/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('alert').waitFor({ ...SOON, state: 'hidden' });
    assert.equal(context.pageErrors, []);
  } finally {
    await browser.close();
  }
});

test('an insecure page shows why there is no microphone', async (context) => {
  const url = context.server.url.replace('127.0.0.1', INSECURE_HOST);
  await showsMicrophoneError(await open({ ...context, server: { ...context.server, url } }), /https.*localhost/);
});

test('a computer without a microphone is told to connect one', async (context) => {
  const page = await open(context, { prepare: (page) => page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
  }) });
  await showsMicrophoneError(page, /Connect one/);
});

test('a dropped file plays, can be muted, moves the bars and ends with a summary', async (context) => {
  const page = await open(context);
  await state(page, 'Live');
  await drop(page, 'some song.wav', context.music);
  await page.locator('genre-now h2', { hasText: 'some song.wav' }).waitFor(SOON);
  await page.locator('file-player .time', { hasText: '/ 0:06' }).waitFor(SOON);
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Play aloud' }).waitFor(SOON);
  await barsMove(page);
  await page.locator('file-player .time', { hasText: /^0:0[2-6] \// }).waitFor(SOON);
  await page.locator('genre-now .note', { hasText: /over all 6 s|No music in 6 s/ }).waitFor({ timeout: 20_000 });
  await state(page, 'Stopped');
  assert.equal(context.pageErrors, []);
});

test('speech and noise are shown without a genre in the timeline, the bars and announcements', async (context) => {
  const server = await serveHere({}, { bundle: tonesBundle(), classifier: REAL_CLASSIFIER });
  try {
    const page = await open({ ...context, server });
    const now = (word: string): Promise<void> => page.locator('genre-now .word', { hasText: word }).waitFor(SOON);
    const announced = page.locator('live-page').locator('[aria-live=polite]').last();
    const tones = [200, 2000, 7000].map((frequencyHz) => tone(frequencyHz, 3000));
    await drop(page, 'tones.wav', Buffer.from(wavFile(new Int16Array(join(...tones).buffer), 22050)));
    await now('Jazz');
    await now('Speech');
    await page.locator('genre-now .note', { hasText: /No music for \d s/ }).waitFor(SOON);
    assert.is(await page.locator('genre-bars ol.idle').count(), 1);
    assert.is(await page.locator('genre-bars .p', { hasText: '%' }).count(), 0);
    assert.equal(await lowContrastTexts(page), []);
    await now('Not music');
    await page.locator('genre-now .note', { hasText: 'Neither music nor speech' }).waitFor(SOON);
    await page.locator('genre-now .note', { hasText: 'over all 9 s' }).waitFor(SOON);
    assert.equal(await page.locator('genre-timeline li').allTextContents(), ['Listening', 'Jazz', 'Speech', 'Not music']);
    assert.is(await announced.textContent(), 'Not music.', 'the content after the rate limit of the announcement before');
    assert.equal(context.pageErrors, []);
  } finally {
    await server.stop();
  }
});

test('a file that is not audio shows what to do, and the demo continues', async (context) => {
  const page = await open(context);
  await state(page, 'Live');
  await drop(page, 'notes.txt', Buffer.from('no sound'));
  await page.getByRole('alert').getByText(/can't decode notes\.txt.*MP3/).waitFor(SOON);
  await barsMove(page);
  assert.equal(context.pageErrors, []);
});

test('no overflow at 360, 768 and 2560 px', async (context) => {
  const page = await open(context, { viewport: { width: 360, height: 800 } });
  await barsMove(page);
  for (const width of [360, 768, 2560]) {
    await resize(page, width);
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    for (const tag of ['genre-now', 'genre-bars', 'mel-spectrogram', 'level-meter', 'genre-timeline', 'source-picker', 'theme-toggle']) {
      const box = (await page.locator(tag).boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= width, `${tag} from ${box.x} to ${box.x + box.width} at ${width} px`);
    }
  }
});

test('a canvas has device resolution, and follows the size of the window', async (context) => {
  const page = await open(context, { viewport: { width: 900, height: 800 }, deviceScaleFactor: 2 });
  const follows = (): Promise<unknown> => page.waitForFunction(() => {
    const canvas = document.querySelector('live-page')!.shadowRoot!.querySelector('mel-spectrogram')!.shadowRoot!.querySelector('canvas')!;
    return Math.abs(canvas.width - 2 * canvas.clientWidth) <= 1 && Math.abs(canvas.height - 2 * canvas.clientHeight) <= 1;
  }, undefined, SOON);
  await follows();
  await page.setViewportSize({ width: 500, height: 800 });
  await follows();
});

test('every control has a name, can be reached by keyboard and shows its focus', async (context) => {
  const page = await open(context);
  await barsMove(page);
  assert.equal(await unnamedElements(page), []);
  const reached: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body) return undefined;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { name: element.getAttribute('aria-label') ?? (element.getAttribute('role') === 'group' ? 'timeline' : element.textContent!.trim()), isFocusVisible: outlineStyle === 'solid' && outlineWidth === '2px' };
    });
    if (!focused) break;
    assert.ok(focused.isFocusVisible, `${focused.name} has no visible focus`);
    reached.push(focused.name);
  }
  assert.equal(reached, ['livegenre', 'Live', 'Files', 'Stations', 'Tune in', 'Server', 'Demo station', 'Microphone', 'File', 'On this device', 'Use dark colours', 'timeline']);
  await page.locator('genre-timeline .keys').focus();
  await page.keyboard.press('End');
  await page.locator('genre-timeline .readout', { hasText: / to \d/ }).waitFor(SOON);
});

test('the timeline, the level and the genres are accessible to screen readers', async (context) => {
  const page = await open(context);
  await barsMove(page);
  const tree = await accessibleTree(page);
  const names = (role: string): string[] => tree.filter((node) => node.role === role).map(({ name }) => name);
  assert.ok(names('meter').includes('Level'));
  assert.ok(names('image').some((name) => /spectrogram/.test(name)));
  assert.ok(names('region').includes('Genre now'));
  await page.waitForFunction(() => document.querySelector('live-page')!.shadowRoot!.querySelector('[aria-live=polite]')!.textContent !== '', undefined, { timeout: 20_000 });
});

test('light and dark: follows the system, and all text has enough contrast', async (context) => {
  const page = await open(context, { colorScheme: 'light' });
  await barsMove(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await recolour(page, colorScheme);
    const isDark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor === 'rgb(13, 17, 22)');
    assert.is(isDark, colorScheme === 'dark');
    assert.equal(await lowContrastTexts(page), [], colorScheme);
  }
});

test('the chosen theme is stored', async (context) => {
  const page = await open(context, { colorScheme: 'light' });
  await page.getByRole('button', { name: 'Use dark colours' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Use light colours' }).waitFor(SOON);
  assert.is(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');
});

test('with reduced motion there are no transitions', async (context) => {
  const page = await open(context, { reducedMotion: 'reduce' });
  await barsMove(page);
  assert.is(await page.locator('genre-bars .fill').first().evaluate((fill) => getComputedStyle(fill).transitionDuration), '0s');
});

test('a lost server is shown, and the stream continues when it is back', async (context) => {
  const firstServer = await serveHere({ demo: true });
  const page = await open({ ...context, server: firstServer });
  await state(page, 'Live');
  await barsMove(page);
  await firstServer.stop();
  await state(page, 'Reconnecting');
  const secondServer = await serveHere({ demo: true, ...portOf(firstServer) });
  try {
    await state(page, 'Live');
    await barsMove(page);
  } finally {
    await page.close();
    await secondServer.stop();
  }
});

test.run();
