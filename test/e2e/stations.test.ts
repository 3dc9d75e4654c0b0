/** The station pages in Chromium with a real server: the grid, one station, the editor, view-only access. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import type { RunningServer, ServerParts } from '../../server/assemble.js';
import type { Settings } from '../../server/settings.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import { SqliteStore } from '../../server/store/sqlite/store.js';
import { BUILT_PAGES, startTestServer } from '../server/rig.js';
import { station } from '../server/stations/simulated-sources.js';
import { accessibleTree, lowContrastTexts, unnamedElements } from './audit.js';
import { HIGH, LOW, NO_SOUND, Radio } from './radio.js';
import { browserSuite, openPage, recolour, resize, SOON, type InBrowser, type Opening } from '../support/pages.js';
import { eventually } from '../support/until.js';

interface Server {
  folder: string;
  radio: Radio;
  server: RunningServer;
}

type Context = Server & InBrowser;

const HOUR_MS = 3_600_000;
const url = (name: string): string => `http://127.0.0.1/${name}`;

const test = browserSuite<Server>('stations on the dashboard');

test.before(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'livegenre-e2e-'));
  context.radio = new Radio();
  const database = join(context.folder, 'history.db');
  await writePast(database);
  context.server = await serve(context, { database });
});

test.after(async ({ server, radio, folder }) => {
  radio?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

/** Four stations: one live and low, one live and high, one silent, one that fails. */
async function serve({ radio }: Pick<Context, 'radio'>, settings: Partial<Settings> = {}, parts: ServerParts = {}): Promise<RunningServer> {
  const server = await startTestServer(settings, { listen: radio.listen, dashboard: BUILT_PAGES, ...parts });
  for (const [id, name] of [['deep', 'Deep FM'], ['bright', 'Bright'], ['quiet', 'Quiet Hour'], ['lost', 'Lost in Space']] as const) {
    // Without alert rules, so that no alert depends on how slow the machine is.
    await server.stations.add(station({ id, name, url: url(id), rules: [] }));
  }
  radio.broadcast(url('deep'), LOW, 'Low – Song of the deep');
  radio.broadcast(url('bright'), HIGH);
  radio.broadcast(url('quiet'), NO_SOUND);
  radio.fail(url('lost'), 'The server answered 404 Not Found.');
  return server;
}

/** Writes half a day of history of Deep FM: high, then a failure, then low. */
async function writePast(database: string): Promise<void> {
  const store = new SqliteStore(() => openDatabase(database));
  const nowMs = Date.now();
  const [start, failure, back] = [nowMs - 12 * HOUR_MS, nowMs - 3 * HOUR_MS, nowMs - 2 * HOUR_MS];
  const segment = (fromMs: number, toMs: number, genre: string) => ({ kind: 'segment', station: 'deep', segment: { fromMs, toMs, state: 'music', genre, p: 0.75, nowPlaying: null } }) as const;
  const minutes = Array.from({ length: 60 }, (_, i) => ({ kind: 'minute', station: 'deep', minute: { minute: Math.floor(start / 60_000) + i, shares: { high: 60_000 } } }) as const);
  await store.history.write({
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
  await store.close();
}

function open(context: Context, path: string, { server = context.server, ...options }: Opening & { server?: RunningServer } = {}): Promise<Page> {
  // Chromium logs each refusal as an error: of a form, and of a station that was just deleted.
  return openPage(context, `${server.url}${path}`, { expects: (message) => /status of 4(04|22)/.test(message.text()), ...options });
}

const card = (page: Page, name: string) => page.locator('station-card', { hasText: name });
const names = (page: Page): Promise<string[]> => page.locator('station-card h2').allTextContents();
const heading = (page: Page, text: string): Promise<void> => page.locator('h1', { hasText: text }).waitFor(SOON);

test('the grid shows the status of each station', async (context) => {
  const page = await open(context, '/stations');
  await page.waitForFunction(() => document.querySelector('stations-page')?.shadowRoot?.querySelectorAll('station-card').length === 4, undefined, SOON);
  // Printed, not asserted: other tests may have the machine.
  console.log(`a grid after ${Math.round(await page.evaluate(() => performance.now()))} ms`);
  assert.equal(await names(page), ['Bright', 'Deep FM', 'Lost in Space', 'Quiet Hour']);
  await card(page, 'Deep FM').getByText('Low', { exact: true }).waitFor(SOON);
  await card(page, 'Deep FM').getByText('Song of the deep').waitFor(SOON);
  await card(page, 'Deep FM').locator('.db', { hasText: '−9 dB' }).waitFor(SOON);
  await card(page, 'Bright').getByText('High', { exact: true }).waitFor(SOON);
  await card(page, 'Quiet Hour').locator('.mark', { hasText: 'Silent' }).waitFor(SOON);
  await card(page, 'Lost in Space').locator('.mark', { hasText: 'Failing' }).waitFor(SOON);
  await card(page, 'Lost in Space').getByText('404 Not Found').waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('stations are searched, filtered by state and sorted', async (context) => {
  const page = await open(context, '/stations');
  await page.getByRole('button', { name: '1 failing' }).click();
  await page.waitForFunction(() => document.querySelector('stations-page')!.shadowRoot!.querySelectorAll('station-card').length === 1, undefined, SOON);
  assert.equal(await names(page), ['Lost in Space']);
  await page.getByRole('button', { name: '4 total' }).click();
  await page.getByLabel('Sort by').selectOption('State');
  assert.equal(await names(page), ['Lost in Space', 'Quiet Hour', 'Bright', 'Deep FM']);
  await page.getByLabel('Search stations').fill('song DEEP');
  assert.equal(await names(page), ['Deep FM']);
  await page.getByLabel('Search stations').fill('nothing like it');
  await page.getByRole('button', { name: 'Show all 4' }).click();
  assert.is((await names(page)).length, 4);
});

test('the wall shows all stations in one view, and a tile leads to its station', async (context) => {
  const page = await open(context, '/stations');
  await page.getByRole('link', { name: 'Wall' }).click();
  await heading(page, 'Wall');
  const tile = (name: string) => page.locator('station-tile', { hasText: name });
  await tile('Deep FM').getByText('Low', { exact: true }).waitFor(SOON);
  await tile('Quiet Hour').locator('a.silence').waitFor(SOON);
  await tile('Lost in Space').locator('a.fault', { hasText: '404 Not Found' }).waitFor(SOON);
  await page.getByText('2 of 4 live').waitFor(SOON);
  // A loud station has a light in its colour, which one without sound has not.
  const light = (name: string): Promise<string> => tile(name).evaluate((element) => {
    const canvas = element.parentElement!.querySelector('wall-lights')!.shadowRoot!.querySelector('canvas')!;
    const [whole, own] = [canvas, element].map((each) => each.getBoundingClientRect()) as [DOMRect, DOMRect];
    const ratio = canvas.width / whole.width;
    const at = (share: number): string => canvas.getContext('2d')!.getImageData((own.x + own.width / 2 - whole.x) * ratio, (own.y + own.height * share - whole.y) * ratio, 1, 1).data.join();
    return at(0.97) === at(0.03) ? 'none' : 'rises';
  });
  await eventually('light of the loud station', async () => await light('Bright') === 'rises' && await light('Lost in Space') === 'none');
  const size = await page.evaluate(() => [document.documentElement.scrollHeight, innerHeight]);
  assert.ok(size[0]! <= size[1]!, `${size[0]} px of ${size[1]}`);
  assert.equal(await lowContrastTexts(page), []);
  await tile('Deep FM').locator('a').click();
  await heading(page, 'Deep FM');
  assert.equal(context.pageErrors, []);
});

test('a day of a station is drawn as a poster', async (context) => {
  const page = await open(context, '/stations/deep');
  await page.getByRole('button', { name: 'Draw' }).click();
  const picture = page.getByAltText(/^Poster of/);
  await picture.waitFor(SOON);
  await eventually('the picture', () => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth === 1000));
  assert.match(await page.getByRole('link', { name: 'Save as SVG' }).getAttribute('download') ?? '', /^deep-\d{4}-\d\d-\d\d\.svg$/);
  assert.equal(context.pageErrors, []);
});

test('the dial plays a station that plays what was picked', async (context) => {
  const page = await open(context, '/tune');
  const low = page.getByRole('button', { name: /^Low/ });
  await low.locator('.count', { hasText: '1' }).waitFor(SOON);
  await low.click();
  await page.getByRole('button', { name: /^Play/ }).click();
  await page.locator('.now .name', { hasText: 'Deep FM' }).waitFor(SOON);
  await page.locator('.now .title', { hasText: 'Song of the deep' }).waitFor(SOON);
  await page.getByRole('list', { name: 'Heard' }).getByText('Deep FM').waitFor(SOON);
  await page.getByRole('button', { name: /^High/ }).click();
  await page.locator('.now .name', { hasText: 'Bright' }).waitFor(SOON);
  await page.keyboard.press('p');
  await page.getByText('Press play.').waitFor(SOON);
});

test('pages have URLs: links, back, forward and reload work', async (context) => {
  const page = await open(context, '/');
  await page.getByRole('link', { name: 'Stations' }).click();
  await heading(page, 'Stations');
  assert.is(new URL(page.url()).pathname, '/stations');
  await page.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
  assert.is(new URL(page.url()).pathname, '/stations/deep');
  assert.is(await page.title(), 'Deep FM · livegenre');
  assert.is(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName), 'H1', 'the heading has the focus');
  await page.goBack();
  await page.locator('stations-page').waitFor(SOON);
  await page.goForward();
  await heading(page, 'Deep FM');
  await page.reload();
  await heading(page, 'Deep FM');
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  await page.locator('live-page').waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('an unknown station shows an error page', async (context) => {
  const page = await open(context, '/stations/nobody');
  await heading(page, 'No such station');
  await page.getByRole('link', { name: 'All stations' }).click();
  await heading(page, 'Stations');
});

test('a station page shows the current genre, spectrogram, history and alerts', async (context) => {
  const page = await open(context, '/stations/deep', { reducedMotion: 'no-preference' });
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
  const expectAnnounced = async (key: string, text: RegExp): Promise<void> => {
    await page.keyboard.press(key);
    await day.locator('[aria-live=polite]', { hasText: text }).waitFor(SOON);
  };
  await expectAnnounced('End', /^Low, \d\d:\d\d:\d\d to .* % sure/);
  await expectAnnounced('Home', /^Not recorded/);
  await expectAnnounced('ArrowRight', /^High, .* 75 % sure/);
  await expectAnnounced('ArrowRight', /^Failing, .* It answers 503\./);
  await day.locator('.tip', { hasText: 'Alert: Down' }).waitFor(SOON);
  await expectAnnounced('ArrowRight', /^Low/);
  assert.equal(context.pageErrors, []);
});

test('the pointer shows details of the ribbon', async (context) => {
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

test('a failing station shows why, and recovers without a reload', async (context) => {
  const page = await open(context, '/stations/bright');
  await page.locator('genre-now .word', { hasText: 'High' }).waitFor(SOON);
  context.radio.fail(url('bright'), 'The connection was refused.');
  await page.locator('.status .mark', { hasText: 'Failing' }).waitFor(SOON);
  await page.locator('genre-now .word', { hasText: 'No signal' }).waitFor(SOON);
  await page.locator('.reason', { hasText: /refused\. Next attempt in \d+ s, after 3 failed attempts/ }).waitFor(SOON);
  await page.getByText('FFmpeg ended with exit code 1').click();
  await page.getByText('Invalid data found').waitFor(SOON);
  context.radio.broadcast(url('bright'), HIGH);
  await page.locator('genre-now .word', { hasText: 'High' }).waitFor(SOON);
  await page.locator('.status .mark', { hasText: 'Live' }).waitFor(SOON);
});

test('the listen button plays the station, and stops it', async (context) => {
  const listeners = async (): Promise<number> => Number(/^livegenre_listeners (\d+)$/m.exec(await (await fetch(`${context.server.url}/metrics`)).text())![1]);
  const page = await open(context, '/stations/deep');
  await page.evaluate(() => {
    const { start } = AudioBufferSourceNode.prototype;
    const stats = Object.assign(globalThis, { loudest: 0, playedS: 0 });
    AudioBufferSourceNode.prototype.start = function play(this: AudioBufferSourceNode, ...args: Parameters<typeof start>) {
      stats.loudest = Math.max(stats.loudest, ...this.buffer!.getChannelData(0));
      stats.playedS += this.buffer!.duration;
      start.apply(this, args);
    };
  });
  await page.getByRole('button', { name: 'Listen', exact: true }).click();
  await page.getByRole('button', { name: 'Stop listening' }).waitFor(SOON);
  await page.waitForFunction(() => (globalThis as unknown as { playedS?: number }).playedS! > 1, undefined, SOON);
  assert.ok(Math.abs(await page.evaluate(() => (globalThis as unknown as { loudest: number }).loudest) - 0.5) < 0.01, 'the peak of the station\'s tone');
  assert.is(await listeners(), 1);
  await page.getByRole('button', { name: 'Stop listening' }).click();
  await page.getByRole('button', { name: 'Listen', exact: true }).waitFor(SOON);
  await eventually('nobody listens', listeners, { fits: (count) => count === 0 });
  assert.equal(context.pageErrors, []);
});

test('listening to a station that is not live shows an error', async (context) => {
  const page = await open(context, '/stations/lost');
  await page.getByRole('button', { name: 'Listen' }).click();
  await page.locator('listen-button', { hasText: 'No audio: the station is not live' }).waitFor(SOON);
  await page.getByRole('button', { name: 'Listen', exact: true }).waitFor(SOON);
});

test('a lost server is shown, old data is greyed out, and the page recovers', async (context) => {
  const firstServer = await serve(context);
  const page = await open(context, '/stations', { server: firstServer });
  await card(page, 'Deep FM').waitFor(SOON);
  await firstServer.close();
  await page.locator('.trouble[role=status]', { hasText: 'connection to the server is lost' }).waitFor(SOON);
  assert.is(await page.locator('.grid.old').count(), 1);
  const secondServer = await serve(context, { port: firstServer.port });
  try {
    await page.locator('.grid:not(.old)').waitFor(SOON);
    await page.locator('.trouble[role=status]').waitFor({ ...SOON, state: 'hidden' });
  } finally {
    await page.close();
    await secondServer.close();
  }
});

test('a station is tried before it is added', async (context) => {
  const server = await startTestServer({}, { listen: context.radio.listen, dashboard: BUILT_PAGES });
  try {
    const page = await open(context, '/stations', { server });
    await page.getByRole('button', { name: 'Add the first station' }).click();
    const tryIt = page.getByRole('button', { name: 'Try it' });
    await page.getByLabel('Address').fill('http://user:12#34@radio.example/');
    await tryIt.click();
    await page.getByRole('alert').getByText('url: the # in its user name or password must be written as %23').waitFor(SOON);
    assert.is(await page.getByLabel('Address').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Address').fill(url('unheard'));
    await tryIt.click();
    await page.getByRole('status').getByText('Listening for a few seconds').waitFor(SOON);
    assert.ok(await tryIt.isDisabled());
    assert.is(await page.getByLabel('Address').getAttribute('aria-invalid'), 'false');
    await eventually('the server listens', () => context.radio.subscriberCount(url('unheard')) === 1);
    context.radio.fail(url('unheard'), 'The server answered 404 Not Found.');
    await page.getByRole('status').getByText('It does not play. The server answered 404 Not Found.').waitFor(SOON);
    assert.equal(await unnamedElements(page), []);
    assert.equal(await lowContrastTexts(page), []);
    await page.getByLabel('Address').fill(url('tried'));
    assert.is(await page.getByText('It does not play').count(), 0, 'what was heard belongs to the address before');
    await tryIt.click();
    await eventually('the server listens', () => context.radio.subscriberCount(url('tried')) === 1);
    context.radio.broadcast(url('tried'), LOW, 'Deep song');
    await page.getByRole('status').getByText(/It plays\..*Low, \d+ % sure\. Title: Deep song\./).waitFor(SOON);
    await tryIt.click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await eventually('a form that is closed ends its trial', () => context.radio.subscriberCount(url('tried')) === 0);
    assert.is(server.stations.list().length, 0);
    assert.equal(context.pageErrors, []);
  } finally {
    await server.close();
  }
});

test('a station can be added, rejected with a reason, edited and deleted', async (context) => {
  const server = await startTestServer({}, { listen: context.radio.listen, dashboard: BUILT_PAGES });
  try {
    const page = await open(context, '/stations', { server });
    await page.getByText('No stations yet').waitFor(SOON);
    assert.equal(await lowContrastTexts(page), []);
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
    assert.equal(await unnamedElements(page), []);
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
    assert.equal(context.pageErrors, []);
  } finally {
    await server.close();
  }
});

test('a view-only visitor sees no addresses and can\'t edit, send or listen; the admin token allows it', async (context) => {
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
    // A visitor who can't send audio gets the first stream.
    await page.locator('genre-now .word', { hasText: 'Low' }).waitFor(SOON);
    for (const name of ['Microphone', 'File']) assert.is(await page.getByRole('button', { name }).count(), 0, name);
    await page.goto(`${server.url}/stations/deep`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).last().click();
    await page.getByRole('alert').getByText('This is no token of this server').waitFor(SOON);
    await page.getByLabel('Token').fill('sesame');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit' }).waitFor(SOON);
    await page.getByText(url('deep')).waitFor(SOON);
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('button', { name: 'Stop listening' }).waitFor(SOON);
    await page.reload();
    await page.getByRole('button', { name: 'Edit' }).waitFor(SOON);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor({ ...SOON, state: 'detached' });
    assert.equal(context.pageErrors, []);
  } finally {
    await server.close();
  }
});

test('the page of the server says what is not well and what to do', async (context) => {
  const page = await open(context, '/stations');
  await page.getByRole('navigation').getByRole('link', { name: 'Server' }).click();
  await heading(page, 'Server');
  const lost = page.getByRole('listitem').filter({ hasText: 'Note: Stations' });
  await lost.getByText('lost: The server answered 404 Not Found').waitFor(SOON);
  await lost.getByText('The page of each station says why it is not heard').waitFor(SOON);
  await page.getByRole('listitem').filter({ hasText: 'Well: Shards' }).getByText('1 shard runs').waitFor(SOON);
  await page.getByRole('img', { name: /^Load in the last 10 minutes, now main thread \d+ %/ }).waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('an API token is added, shown once, and revoked', async (context) => {
  const { server } = context;
  const isSignedIn = async (token: string): Promise<boolean> => (await (await fetch(`${server.url}/v1/access`, { headers: { Authorization: `Bearer ${token}` } })).json() as { isSignedIn: boolean }).isSignedIn;
  const page = await open(context, '/tokens');
  await page.getByText('There are no tokens.').waitFor(SOON);
  await page.getByLabel('Name').fill('studio recorder');
  await page.getByLabel('May').selectOption('send');
  await page.getByLabel('Only these stations').fill('deep, bright');
  await page.getByRole('button', { name: 'Add token' }).click();
  const token = await page.getByRole('status').locator('code').innerText();
  assert.match(token, /^lg_[\w-]{43}$/);
  assert.is(await isSignedIn(token), true);
  for (const colorScheme of ['light', 'dark'] as const) {
    await recolour(page, colorScheme);
    assert.equal([await lowContrastTexts(page), await unnamedElements(page)], [[], []], colorScheme);
  }
  await page.reload();
  await page.getByRole('listitem').filter({ hasText: 'studio recorder' }).getByText('send, for deep, bright').waitFor(SOON);
  assert.not.match(await page.locator('tokens-page').innerText(), token.slice(3, 20));
  await page.getByRole('button', { name: 'Revoke studio recorder' }).click();
  assert.is(await isSignedIn(token), true);
  await page.getByRole('button', { name: 'Really revoke studio recorder' }).click();
  await page.getByText('There are no tokens.').waitFor(SOON);
  assert.is(await isSignedIn(token), false);
  assert.equal(context.pageErrors, []);
});

test('the bell lists alerts with their stations', async (context) => {
  const page = await open(context, '/');
  await page.getByRole('button', { name: 'Alerts: none' }).click();
  const panel = page.getByRole('dialog', { name: 'Alerts of the last day' });
  await panel.getByText('Not heard for 30 s: it answers 503.').waitFor(SOON);
  await panel.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
});

test('kiosk mode has no navigation', async (context) => {
  const page = await open(context, '/stations?kiosk=1');
  await card(page, 'Deep FM').waitFor(SOON);
  assert.is(await page.getByRole('navigation').isVisible(), false);
  await page.getByRole('link', { name: 'Deep FM' }).click();
  await heading(page, 'Deep FM');
  assert.is(new URL(page.url()).search, '?kiosk=1');
});

const SHOWN: Readonly<Record<string, string>> = { '/stations': 'station-card', '/stations/deep': '.status .mark', '/stations/lost': '.status .mark', '/server': 'health-chart' };

for (const [path, shown] of Object.entries(SHOWN)) {
  test(`${path}, light and dark: all text has enough contrast, and every element has a name`, async (context) => {
    const page = await open(context, path, { colorScheme: 'light' });
    await page.locator(shown).first().waitFor(SOON);
    for (const colorScheme of ['light', 'dark'] as const) {
      await recolour(page, colorScheme);
      assert.equal(await lowContrastTexts(page), [], colorScheme);
      assert.equal(await unnamedElements(page), [], colorScheme);
    }
  });

  test(`${path}: no overflow at 360, 768 and 1400 px`, async (context) => {
    const page = await open(context, path, { viewport: { width: 360, height: 800 } });
    await page.locator(shown).first().waitFor(SOON);
    for (const width of [360, 768, 1400]) {
      await resize(page, width);
      assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
  });
}

test('each station is a list item with its state and genre for screen readers', async (context) => {
  const page = await open(context, '/stations');
  await card(page, 'Deep FM').getByText('Low', { exact: true }).waitFor(SOON);
  const wanted = ['link Deep FM', 'link Lost in Space', ...['Live', 'Failing', 'Low', 'Silence'].map((text) => `StaticText ${text}`)];
  const missing = (tree: Awaited<ReturnType<typeof accessibleTree>>): string[] => wanted.filter((node) => !tree.some(({ role, name }) => `${role} ${name}` === node));
  // Chromium's tree follows the page after a while, and the stations change all the time.
  const tree = await eventually(wanted.join(), () => accessibleTree(page), { fits: (nodes) => missing(nodes).length === 0 });
  assert.is(tree.filter(({ role }) => role === 'listitem').length, 4);
});

test('a grid of 200 changing stations scrolls smoothly', async (context) => {
  const server = await startTestServer({}, { listen: context.radio.listen, dashboard: BUILT_PAGES });
  try {
    for (let i = 0; i < 200; i++) {
      await server.stations.add(station({ id: `s${i}`, name: `Station ${i}`, url: url(`s${i}`) }));
      context.radio.broadcast(url(`s${i}`), i % 2 === 0 ? LOW : HIGH, `Song ${i}`);
    }
    const page = await open(context, '/stations', { server, viewport: { width: 1400, height: 900 }, reducedMotion: 'no-preference' });
    await page.waitForFunction(() => (document.querySelector('stations-page') as HTMLElement & { stations?: readonly unknown[] }).stations?.length === 200 && document.querySelector('stations-page')!.shadowRoot!.querySelector('station-card') !== null, undefined, SOON);
    const frames = await page.evaluate(() => new Promise<number[]>((resolve) => {
      const deltas: number[] = [];
      let before = performance.now();
      const frame = (now: number): void => {
        deltas.push(now - before);
        before = now;
        scrollBy(0, 12);
        if (deltas.length < 120) requestAnimationFrame(frame);
        else resolve(deltas.slice(1).sort((one, other) => one - other));
      };
      requestAnimationFrame(frame);
    }));
    const at = (share: number): number => frames[Math.floor(share * (frames.length - 1))]!;
    console.log(`200 stations: frames of ${at(0.5).toFixed(1)} ms (median), ${at(0.95).toFixed(1)} (95 %), ${at(1).toFixed(1)} (longest)`);
    assert.ok(at(0.5) < 34, `median frame ${at(0.5)} ms`);
    assert.equal(context.pageErrors, []);
  } finally {
    await server.close();
  }
});

test.run();
