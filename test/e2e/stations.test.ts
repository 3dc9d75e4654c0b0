/** Stations on the dashboard, in a real Chromium at the real server: the grid, one station, adding, looking only. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { RunningServer, ServerParts } from '../../server/assemble.js';
import type { Settings } from '../../server/settings.js';
import { openDatabase } from '../../server/store/database.js';
import { SqliteStore } from '../../server/store/sqlite.js';
import { startTestServer } from '../server/rig.js';
import { station } from '../server/stations/simulated-sources.js';
import { accessibleTree, faintTexts, nameless } from './audit.js';
import { openBrowser } from './browser.js';
import { HIGH, LOW, NO_SOUND, Radio } from './radio.js';

interface Context {
  folder: string;
  radio: Radio;
  server: RunningServer;
  browser: Browser;
  pages: Page[];
  /** What the pages wrote to the console as errors, or threw. */
  complaints: string[];
}

const SOON = { timeout: 15_000 };
const HOUR_MS = 3_600_000;
const url = (name: string): string => `http://127.0.0.1/${name}`;

const test = suite<Context>('stations on the dashboard');

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-e2e-'));
  context.radio = new Radio();
  const database = join(context.folder, 'history.db');
  await writePast(database);
  context.server = await serve(context, { database });
  context.browser = await openBrowser();
});

test.after(async ({ browser, server, radio, folder }) => {
  await browser?.close();
  radio?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

test.before.each((context) => {
  context.pages = [];
  context.complaints = [];
});

test.after.each(async ({ pages }) => {
  for (const page of pages) await page.context().close();
});

/** Four stations: one live and low, one live and high, one silent, one that fails. */
async function serve({ radio }: Pick<Context, 'radio'>, settings: Partial<Settings> = {}, parts: ServerParts = {}): Promise<RunningServer> {
  const server = await startTestServer(settings, { listen: radio.listen, ...parts });
  for (const [id, name] of [['deep', 'Deep FM'], ['bright', 'Bright'], ['quiet', 'Quiet Hour'], ['lost', 'Lost in Space']] as const) {
    // Without rules: how long a slow machine takes to come to a test must raise no alert there.
    await server.stations.add(station({ id, name, url: url(id), rules: [] }));
  }
  radio.broadcast(url('deep'), LOW, 'Low – Song of the deep');
  radio.broadcast(url('bright'), HIGH);
  radio.broadcast(url('quiet'), NO_SOUND);
  radio.fail(url('lost'), 'The server answered 404 Not Found.');
  return server;
}

/** Half a day of Deep FM's past: high, then a failure, then low. */
async function writePast(database: string): Promise<void> {
  const store = new SqliteStore(() => openDatabase(database));
  const nowMs = Date.now();
  const [start, failure, back] = [nowMs - 12 * HOUR_MS, nowMs - 3 * HOUR_MS, nowMs - 2 * HOUR_MS];
  const segment = (fromMs: number, toMs: number, genre: string) => ({ kind: 'segment', station: 'deep', segment: { fromMs, toMs, state: 'music', genre, p: 0.75, nowPlaying: null } }) as const;
  const minutes = Array.from({ length: 60 }, (_, i) => ({ kind: 'minute', station: 'deep', minute: { minute: Math.floor(start / 60_000) + i, shares: { high: 60_000 } } }) as const);
  await store.write({
    forgotten: [],
    open: [],
    closed: [
      segment(start, failure, 'high'),
      { kind: 'state', station: 'deep', state: { fromMs: failure, toMs: back, state: 'failing', reason: 'It answers 503.' } },
      segment(back, nowMs, 'low'),
      { kind: 'alert', station: 'deep', alert: { id: 'a1', station: { id: 'deep', name: 'Deep FM' }, type: 'down', fromMs: failure, toMs: back, sentence: 'Not heard for 30 s: it answers 503.' } },
      ...minutes,
    ],
  });
  store.close();
}

async function open(context: Context, path: string, { server = context.server, ...options }: BrowserContextOptions & { server?: RunningServer } = {}): Promise<Page> {
  const page = await (await context.browser.newContext(options)).newPage();
  context.pages.push(page);
  page.on('pageerror', (error) => context.complaints.push(String(error)));
  page.on('console', (message) => {
    // Chromium writes each refusal down as an error: of a form, and of a station that was just deleted.
    if (message.type() === 'error' && !/status of 4(04|22)/.test(message.text())) context.complaints.push(message.text());
  });
  await page.goto(`${server.url}${path}`);
  return page;
}

const card = (page: Page, name: string) => page.locator('station-card', { hasText: name });
const names = (page: Page): Promise<string[]> => page.locator('station-card h2').allTextContents();
const heading = (page: Page, text: string): Promise<void> => page.locator('h1', { hasText: text }).waitFor(SOON);

test('the grid shows how each station is doing, without a click, in less than a second', async (context) => {
  const times: number[] = [];
  for (let load = 0; load < 3; load++) {
    const page = await open(context, '/stations');
    times.push(await page.evaluate(() => new Promise<number>((resolve) => {
      const look = (): void => {
        const cards = document.querySelector('stations-page')?.shadowRoot?.querySelectorAll('station-card') ?? [];
        if (cards.length === 4 && cards[3]!.shadowRoot?.querySelector('h2')) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    })));
  }
  const page = context.pages.at(-1)!;
  console.log(`a grid after ${times.map(Math.round).join(', ')} ms`);
  // The best of three: another test may have the machine.
  assert.ok(Math.min(...times) < 1000, `${times.map(Math.round)} ms to a grid`);
  assert.equal(await names(page), ['Bright', 'Deep FM', 'Lost in Space', 'Quiet Hour']);
  await card(page, 'Deep FM').getByText('Low', { exact: true }).waitFor(SOON);
  await card(page, 'Deep FM').getByText('Song of the deep').waitFor(SOON);
  await card(page, 'Deep FM').locator('.db', { hasText: '−9 dB' }).waitFor(SOON);
  await card(page, 'Bright').getByText('High', { exact: true }).waitFor(SOON);
  await card(page, 'Quiet Hour').locator('.mark', { hasText: 'Silent' }).waitFor(SOON);
  await card(page, 'Lost in Space').locator('.mark', { hasText: 'Failing' }).waitFor(SOON);
  await card(page, 'Lost in Space').getByText('404 Not Found').waitFor(SOON);
  assert.equal(context.complaints, []);
});

test('stations are searched, filtered by state and sorted', async (context) => {
  const page = await open(context, '/stations');
  await page.getByRole('button', { name: '1 failing' }).click();
  await page.waitForFunction(() => document.querySelector('stations-page')!.shadowRoot!.querySelectorAll('station-card').length === 1, undefined, SOON);
  assert.equal(await names(page), ['Lost in Space']);
  await page.getByRole('button', { name: '4 in all' }).click();
  await page.getByLabel('Sort by').selectOption('State');
  assert.equal(await names(page), ['Lost in Space', 'Quiet Hour', 'Bright', 'Deep FM']);
  await page.getByLabel('Search stations').fill('song DEEP');
  assert.equal(await names(page), ['Deep FM']);
  await page.getByLabel('Search stations').fill('nothing like it');
  await page.getByRole('button', { name: 'Show all 4' }).click();
  assert.is((await names(page)).length, 4);
});

test('places are links with addresses: back, forward and deep links work', async (context) => {
  const page = await open(context, '/');
  await page.getByRole('link', { name: 'Stations' }).click();
  await heading(page, 'Stations');
  assert.is(new URL(page.url()).pathname, '/stations');
  await page.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
  assert.is(new URL(page.url()).pathname, '/stations/deep');
  assert.is(await page.title(), 'Deep FM · livegenre');
  assert.is(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName), 'H1', 'who uses the keyboard begins at the head');
  await page.goBack();
  await page.locator('stations-page').waitFor(SOON);
  await page.goForward();
  await heading(page, 'Deep FM');
  await page.reload();
  await heading(page, 'Deep FM');
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  await page.locator('live-page').waitFor(SOON);
  assert.equal(context.complaints, []);
});

test('a station that is not there is said so', async (context) => {
  const page = await open(context, '/stations/nobody');
  await heading(page, 'No such station');
  await page.getByRole('link', { name: 'All stations' }).click();
  await heading(page, 'Stations');
});

test('a station shows what is heard now, its picture, its past and its alerts', async (context) => {
  const page = await open(context, '/stations/deep');
  await page.locator('genre-now .word', { hasText: 'Low' }).waitFor(SOON);
  await page.locator('.status', { hasText: 'Song of the deep' }).waitFor(SOON);
  await page.waitForFunction(() => {
    const canvas = document.querySelector('station-page')!.shadowRoot!.querySelector('mel-spectrogram')!.shadowRoot!.querySelector('canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(canvas.width - 40, 0, 20, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 10;
  }, undefined, SOON);
  await page.locator('.rows', { hasText: 'it answers 503' }).waitFor(SOON);
  await page.locator('day-clock .key', { hasText: 'High' }).waitFor(SOON);
  const day = page.locator('genre-ribbon.day');
  await day.locator('.keys').focus();
  const read = async (key: string, words: RegExp): Promise<void> => {
    await page.keyboard.press(key);
    await day.locator('[aria-live=polite]', { hasText: words }).waitFor(SOON);
  };
  await read('End', /^Low, \d\d:\d\d:\d\d to .* % sure/);
  await read('Home', /^Not recorded/);
  await read('ArrowRight', /^High, .* 75 % sure/);
  await read('ArrowRight', /^Failing, .* It answers 503\./);
  await day.locator('.tip', { hasText: 'Alert: Down' }).waitFor(SOON);
  await read('ArrowRight', /^Low/);
  assert.equal(context.complaints, []);
});

test('the pointer reads the ribbon out too', async (context) => {
  const page = await open(context, '/stations/deep');
  const day = page.locator('genre-ribbon.day');
  await page.locator('.rows', { hasText: 'it answers 503' }).waitFor(SOON);
  await day.scrollIntoViewIfNeeded();
  const box = (await day.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
  await day.locator('.tip', { hasText: 'High' }).waitFor(SOON);
  await page.mouse.move(0, 0);
  await day.locator('.tip').waitFor({ ...SOON, state: 'detached' });
});

test('a station that fails says why, and is heard again without a reload', async (context) => {
  const page = await open(context, '/stations/bright');
  await page.locator('genre-now .word', { hasText: 'High' }).waitFor(SOON);
  context.radio.fail(url('bright'), 'The connection was refused.');
  await page.locator('.status .mark', { hasText: 'Failing' }).waitFor(SOON);
  await page.locator('genre-now .word', { hasText: 'Not heard' }).waitFor(SOON);
  await page.locator('.reason', { hasText: /refused\. Next attempt in \d+ s, after 3 that failed/ }).waitFor(SOON);
  await page.getByText('FFmpeg ended with exit code 1').click();
  await page.getByText('Invalid data found').waitFor(SOON);
  context.radio.broadcast(url('bright'), HIGH);
  await page.locator('genre-now .word', { hasText: 'High' }).waitFor(SOON);
  await page.locator('.status .mark', { hasText: 'Live' }).waitFor(SOON);
});

test('a press plays what the network hears, another ends it', async (context) => {
  const listeners = async (): Promise<number> => Number(/^livegenre_listeners (\d+)$/m.exec(await (await fetch(`${context.server.url}/metrics`)).text())![1]);
  const page = await open(context, '/stations/deep');
  await page.evaluate(() => {
    const { start } = AudioBufferSourceNode.prototype;
    const heard = Object.assign(globalThis, { loudest: 0, playedS: 0 });
    AudioBufferSourceNode.prototype.start = function play(this: AudioBufferSourceNode, ...args: Parameters<typeof start>) {
      heard.loudest = Math.max(heard.loudest, ...this.buffer!.getChannelData(0));
      heard.playedS += this.buffer!.duration;
      start.apply(this, args);
    };
  });
  await page.getByRole('button', { name: 'Listen', exact: true }).click();
  await page.getByRole('button', { name: 'Stop listening' }).waitFor(SOON);
  await page.waitForFunction(() => (globalThis as unknown as { playedS?: number }).playedS! > 1, undefined, SOON);
  assert.ok(Math.abs(await page.evaluate(() => (globalThis as unknown as { loudest: number }).loudest) - 0.5) < 0.01, 'the tone that the station plays');
  assert.is(await listeners(), 1);
  await page.getByRole('button', { name: 'Stop listening' }).click();
  await page.getByRole('button', { name: 'Listen', exact: true }).waitFor(SOON);
  while (await listeners() > 0) await page.evaluate(() => {});
  assert.equal(context.complaints, []);
});

test('who listens to a station that is not on the air is told so', async (context) => {
  const page = await open(context, '/stations/lost');
  await page.getByRole('button', { name: 'Listen' }).click();
  await page.locator('listen-button', { hasText: 'No sound: the station is not live' }).waitFor(SOON);
  await page.getByRole('button', { name: 'Listen', exact: true }).waitFor(SOON);
});

test('a server that goes away is said so, what is old is greyed, and it comes back', async (context) => {
  const passing = await serve(context);
  const page = await open(context, '/stations', { server: passing });
  await card(page, 'Deep FM').waitFor(SOON);
  await passing.close();
  await page.locator('.trouble[role=status]', { hasText: 'connection to the server is lost' }).waitFor(SOON);
  assert.is(await page.locator('.grid.old').count(), 1);
  const again = await serve(context, { port: passing.port });
  try {
    await page.locator('.grid:not(.old)').waitFor(SOON);
    await page.locator('.trouble[role=status]').waitFor({ ...SOON, state: 'hidden' });
  } finally {
    await page.close();
    await again.close();
  }
});

test('a station is added, refused with the reason, changed and deleted from the page', async (context) => {
  const server = await startTestServer({}, { listen: context.radio.listen });
  try {
    const page = await open(context, '/stations', { server });
    await page.getByText('No stations yet').waitFor(SOON);
    assert.equal(await faintTexts(page), []);
    await page.getByRole('button', { name: 'Add the first station' }).click();
    await page.getByLabel('Name').fill('My radio');
    await page.getByLabel('Address').fill('ftp://radio.example/');
    const drift = page.getByRole('group', { name: 'Format drift' });
    await drift.getByLabel('Format drift').check();
    await page.getByRole('button', { name: 'Add station' }).click();
    await page.getByRole('alert').getByText('Choose the genres').waitFor(SOON);
    await drift.getByText('Middle').click();
    await page.getByRole('button', { name: 'Add station' }).click();
    await page.getByRole('alert').getByText('url must be an http://').waitFor(SOON);
    assert.is(await page.getByLabel('Address').getAttribute('aria-invalid'), 'true');
    assert.equal(await nameless(page), []);
    await page.getByLabel('Address').fill(url('mine'));
    await page.getByRole('button', { name: 'Add station' }).click();
    await heading(page, 'My radio');
    assert.is(new URL(page.url()).pathname, '/stations/my-radio');
    const { config } = server.stations.get('my-radio')!;
    assert.equal([config.url, config.rules.map(({ type }) => type)], [url('mine'), ['dead-air', 'down', 'drift']]);
    await page.getByRole('button', { name: 'Edit' }).click();
    assert.is(await page.getByLabel('Address').inputValue(), url('mine'));
    await page.getByLabel('Name').fill('Our radio');
    await page.getByLabel('dBFS').fill('-42');
    await page.getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Our radio');
    assert.equal(server.stations.get('my-radio')!.config.rules[0], { type: 'dead-air', belowDb: -42, forS: 15, endAfterS: 5 });
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('No stations yet').waitFor(SOON);
    assert.is(server.stations.list().length, 0);
    assert.equal(context.complaints, []);
  } finally {
    await server.close();
  }
});

test('who may only look sees no addresses, nothing to change, send or hear; the admin token opens it', async (context) => {
  const server = await serve(context, { access: 'view', adminToken: 'sesame' });
  try {
    const page = await open(context, '/stations', { server });
    await card(page, 'Deep FM').waitFor(SOON);
    assert.is(await page.getByRole('button', { name: 'Add station' }).count(), 0);
    await page.goto(`${server.url}/stations/deep`);
    await page.locator('genre-now .word', { hasText: 'Low' }).waitFor(SOON);
    for (const name of ['Edit', 'Listen']) assert.is(await page.getByRole('button', { name }).count(), 0, name);
    assert.not.match(await page.locator('station-page').innerText(), /127\.0\.0\.1/);
    await page.goto(`${server.url}/`);
    // Who can't bring sound of their own hears what there is.
    await page.locator('genre-now .word', { hasText: 'Low' }).waitFor(SOON);
    for (const name of ['Microphone', 'File']) assert.is(await page.getByRole('button', { name }).count(), 0, name);
    await page.goto(`${server.url}/stations/deep`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Admin token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).last().click();
    await page.getByRole('alert').getByText('This is not the token').waitFor(SOON);
    await page.getByLabel('Admin token').fill('sesame');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit' }).waitFor(SOON);
    await page.getByText(url('deep')).waitFor(SOON);
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('button', { name: 'Stop listening' }).waitFor(SOON);
    await page.reload();
    await page.getByRole('button', { name: 'Edit' }).waitFor(SOON);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor({ ...SOON, state: 'detached' });
    assert.equal(context.complaints, []);
  } finally {
    await server.close();
  }
});

test('alerts are behind the bell, each with its station', async (context) => {
  const page = await open(context, '/');
  await page.getByRole('button', { name: 'Alerts: none' }).click();
  const panel = page.getByRole('dialog', { name: 'Alerts of the last day' });
  await panel.getByText('Not heard for 30 s: it answers 503.').waitFor(SOON);
  await panel.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
});

test('on a wall there is no navigation', async (context) => {
  const page = await open(context, '/stations?kiosk=1');
  await card(page, 'Deep FM').waitFor(SOON);
  assert.is(await page.getByRole('navigation').isVisible(), false);
  await page.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
  assert.is(new URL(page.url()).search, '?kiosk=1');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}: all text stands out, and what has a role has a name`, async (context) => {
    for (const path of ['/stations', '/stations/deep', '/stations/lost']) {
      const page = await open(context, path, { colorScheme });
      await page.locator(path === '/stations' ? 'station-card' : '.status .mark').first().waitFor(SOON);
      assert.equal(await faintTexts(page), [], path);
      assert.equal(await nameless(page), [], path);
    }
  });
}

for (const width of [360, 768, 1400]) {
  test(`nothing is cut off or scrolls sideways at ${width} px`, async (context) => {
    for (const path of ['/stations', '/stations/deep', '/stations/lost']) {
      const page = await open(context, path, { viewport: { width, height: 800 } });
      await page.locator(path === '/stations' ? 'station-card' : '.status .mark').first().waitFor(SOON);
      assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width, path);
    }
  });
}

test('a screen reader hears each station as an item with its state and genre', async (context) => {
  const page = await open(context, '/stations');
  await card(page, 'Deep FM').getByText('Low', { exact: true }).waitFor(SOON);
  const wanted = ['link Deep FM', 'link Lost in Space', ...['Live', 'Failing', 'Low', 'Silence'].map((text) => `StaticText ${text}`)];
  const missing = (tree: Awaited<ReturnType<typeof accessibleTree>>): string[] => wanted.filter((node) => !tree.some(({ role, name }) => `${role} ${name}` === node));
  // Chromium's tree follows the page after a while, and the stations change all the time.
  let tree = await accessibleTree(page);
  for (const deadline = Date.now() + SOON.timeout; missing(tree).length > 0 && Date.now() < deadline;) tree = await accessibleTree(page);
  assert.equal(missing(tree), []);
  assert.is(tree.filter(({ role }) => role === 'listitem').length, 4);
});

test('200 stations scroll smoothly while all of them change', async (context) => {
  const server = await startTestServer({}, { listen: context.radio.listen });
  try {
    for (let i = 0; i < 200; i++) {
      await server.stations.add(station({ id: `s${i}`, name: `Station ${i}`, url: url(`s${i}`) }));
      context.radio.broadcast(url(`s${i}`), i % 2 === 0 ? LOW : HIGH, `Song ${i}`);
    }
    const page = await open(context, '/stations', { server, viewport: { width: 1400, height: 900 } });
    await page.waitForFunction(() => document.querySelector('stations-page')!.shadowRoot!.querySelectorAll('station-card').length === 200, undefined, SOON);
    const frames = await page.evaluate(() => new Promise<number[]>((resolve) => {
      const deltas: number[] = [];
      let before = performance.now();
      const frame = (now: number): void => {
        deltas.push(now - before);
        before = now;
        scrollBy(0, 12);
        if (deltas.length < 240) requestAnimationFrame(frame);
        else resolve(deltas.slice(1).sort((one, other) => one - other));
      };
      requestAnimationFrame(frame);
    }));
    const at = (share: number): number => frames[Math.floor(share * (frames.length - 1))]!;
    console.log(`200 stations: frames of ${at(0.5).toFixed(1)} ms (median), ${at(0.95).toFixed(1)} (95 %), ${at(1).toFixed(1)} (longest)`);
    assert.ok(at(0.5) < 34, `median frame ${at(0.5)} ms`);
    assert.equal(context.complaints, []);
  } finally {
    await server.close();
  }
});

test.run();
