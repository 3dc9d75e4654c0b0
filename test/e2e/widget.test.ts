/** The widget on a page of another origin, in a real Chromium with the real server: what a reader of that page sees. */
import * as assert from 'uvu/assert';
import type { Locator, Page } from 'playwright-core';
import { contentSecurityPolicy } from '../../client/embed/server-access.js';
import type { Prediction, StreamInfo } from '../../server/protocol/messages.js';
import { accessibleTree, lowContrastTexts, unnamedElements } from './audit.js';
import { portOf, serve, serveHere, type ServedPage } from './serve.js';
import { BUILT_PAGES, withServer } from '../server/rig.js';
import { silence, tone } from '../server/sound.js';
import { SimulatedSources, station, URL_ONE } from '../server/stations/simulated-sources.js';
import { INSECURE_HOST } from '../support/browser.js';
import { browserSuite, openPage, recordMicrophone, resize, SOON, type InBrowser, type Opening } from '../support/pages.js';
import { Site } from '../support/site.js';
import { eventually } from '../support/until.js';

interface Sites {
  /** A site whose origin the server allows. */
  allowedSite: Site;
  /** A site whose origin the server does not allow. */
  forbiddenSite: Site;
  server: ServedPage;
}

type Context = Sites & InBrowser;

const test = browserSuite<Sites>('widget');

test.before(async (context) => {
  context.allowedSite = await Site.open();
  context.forbiddenSite = await Site.open();
  const { port } = new URL(context.allowedSite.origin);
  context.server = await serve('--allowed-origins', `${context.allowedSite.origin},http://${INSECURE_HOST}:${port}`);
});

test.after(async ({ server, allowedSite, forbiddenSite }) => {
  await server?.stop();
  await allowedSite?.close();
  await forbiddenSite?.close();
});

test.before.each((context) => {
  context.allowedSite.policy = undefined;
});

const ALL = '<live-genre stream="demo" size="badge"></live-genre><live-genre stream="demo" size="line"></live-genre><live-genre stream="demo"></live-genre>';

function html(server: ServedPage, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A page</title>${head}</head><body>${body}<script type="module" src="${server.url}/widget.js"></script></body></html>`;
}

interface WidgetOpening extends Opening {
  site?: Site;
  url?: string;
  head?: string;
}

function open(context: Context, body: string, { site = context.allowedSite, url, head, ...options }: WidgetOpening = {}): Promise<Page> {
  site.html = html(context.server, body, `<link rel="icon" href="data:,">${head ?? ''}`);
  return openPage(context, url ?? site.origin, { expects: (message) => message.text().includes('favicon'), ...options });
}

/** Waits until the widget is in this state. */
const state = (widget: Locator, name: string): Promise<void> => widget.locator(`[data-state="${name}"]`).waitFor(SOON);
const part = (widget: Locator, name: string): Locator => widget.locator(`[part~="${name}"]`);

async function demo({ server }: Context): Promise<StreamInfo> {
  return await (await fetch(`${server.url}/v1/streams/demo`)).json() as StreamInfo;
}

/** Resolves once the browser has computed intersections; works with a stopped clock, unlike animation frames. */
function visibilityChecked(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(() => {
      observer.disconnect();
      resolve();
    });
    observer.observe(document.querySelector('live-genre')!);
  }));
}

/** Waits until the demo station has this number of viewers. */
async function viewers(context: Context, count: number): Promise<void> {
  await eventually(`${count} viewers`, () => demo(context), { fits: ({ viewers }) => viewers === count });
}

test('a badge, a line and a card on another origin show the genre over one connection', async (context) => {
  const page = await open(context, ALL);
  const [badge, line, card] = await page.locator('live-genre').all();
  for (const widget of [badge!, line!, card!]) {
    await state(widget, 'music');
    assert.match(await part(widget, 'confidence').innerText(), /^\d+ %/);
  }
  const { genre } = await page.evaluate(() => document.querySelector('live-genre')!.prediction as Prediction);
  assert.is((await part(card!, 'genre').innerText()).toLowerCase().replace(' ', ''), genre);
  assert.is(await part(card!, 'name').innerText(), 'Demo station');
  assert.equal(await part(card!, 'bars').locator('.label').allInnerTexts().then((labels) => labels.length), 3);
  assert.is((await demo(context)).viewers, 1);
  assert.equal(context.pageErrors, []);
});

test('predictions and states are events on the page', async (context) => {
  const page = await open(context, '<live-genre stream="demo"></live-genre>', {
    prepare: (page) => page.addInitScript(() => {
      const events: unknown[] = [];
      Object.assign(window, { events });
      addEventListener('state', (event) => events.push((event as CustomEvent<{ state: string }>).detail.state));
      addEventListener('prediction', (event) => events.push((event as CustomEvent<Prediction>).detail.type));
    }),
  });
  await state(page.locator('live-genre'), 'music');
  const events = await page.evaluate(() => (window as unknown as { events: string[] }).events);
  assert.is(events[0], 'connecting');
  assert.ok(events.includes('prediction') && events.includes('music'));
});

test('it is connected only while visible: not below the fold, on a hidden page or after removal', async (context) => {
  const page = await open(context, '<div style="height: 3000px"></div><live-genre stream="demo"></live-genre>', { prepare: (page) => page.clock.install({ time: 0 }) });
  const widget = page.locator('live-genre');
  await widget.locator('[part=root]').waitFor({ ...SOON, state: 'attached' });
  await page.clock.pauseAt(60_000);
  await visibilityChecked(page);
  await viewers(context, 0);
  await widget.scrollIntoViewIfNeeded();
  await state(widget, 'music');
  await viewers(context, 1);

  await page.evaluate(() => scrollTo(0, 0));
  await visibilityChecked(page);
  // In two steps with a prediction between them; otherwise the inactivity timer would fire on the stopped clock.
  await page.clock.runFor(14_500);
  await page.evaluate(() => new Promise<void>((resolve) => document.querySelector('live-genre')!.addEventListener('prediction', () => resolve(), { once: true })));
  await page.clock.runFor(14_500);
  assert.is((await demo(context)).viewers, 1, 'still connected during the grace period');
  await page.clock.runFor(2000);
  await viewers(context, 0);
  await widget.scrollIntoViewIfNeeded();
  await viewers(context, 1);

  const hide = (visibility: string): Promise<void> => page.evaluate((visibility) => {
    Object.defineProperty(document, 'visibilityState', { value: visibility, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visibility);
  await hide('hidden');
  await page.clock.runFor(31_000);
  await viewers(context, 0);
  await hide('visible');
  await viewers(context, 1);

  await page.evaluate(() => document.querySelector('live-genre')!.remove());
  await viewers(context, 0);
  assert.equal(context.pageErrors, []);
});

test('attributes can change at any time', async (context) => {
  const page = await open(context, '<live-genre></live-genre>');
  const widget = page.locator('live-genre');
  await state(widget, 'misplaced');
  await widget.evaluate((element: HTMLElementTagNameMap['live-genre']) => { element.stream = 'demo'; });
  await state(widget, 'music');
  await widget.evaluate((element: HTMLElementTagNameMap['live-genre']) => {
    element.stream = 'none';
    element.setAttribute('labels', '{"not-found": "Gibt es nicht"}');
  });
  await state(widget, 'not-found');
  assert.is(await part(widget, 'genre').innerText(), 'Gibt es nicht');
  await viewers(context, 0);
});

test('properties set before the script has loaded take effect', async (context) => {
  const page = await open(context, '<live-genre></live-genre><script>Object.assign(document.querySelector("live-genre"), { stream: "demo", size: "badge" })</script>');
  await state(page.locator('live-genre[size=badge]'), 'music');
});

test('a station shows its title, silence, no signal when stalled, and a genre when it is back', async (context) => {
  const sources = new SimulatedSources();
  await withServer({ allowedOrigins: [context.allowedSite.origin] }, async (server) => {
    await server.stations.add(station({ id: 'one', name: 'Radio <b>One</b>' }));
    const page = await open({ ...context, server: { url: server.url, stop: () => server.close() } }, '<live-genre stream="one"></live-genre>');
    const widget = page.locator('live-genre');
    await state(widget, 'tuning');
    sources.emitState(URL_ONE, 'live');
    sources.emit(URL_ONE, { type: 'title', title: 'So What' });
    sources.emitAudio(URL_ONE, tone(300, 3000));
    await state(widget, 'music');
    assert.is(await part(widget, 'genre').innerText(), 'Low');
    assert.is(await part(widget, 'name').innerText(), 'Radio <b>One</b>');
    await part(widget, 'playing').getByText('So What').waitFor(SOON);
    sources.emitAudio(URL_ONE, silence(3000));
    await state(widget, 'silence');
    sources.emitState(URL_ONE, 'stalled', 'No bytes arrived for 10 s.');
    await state(widget, 'no-signal');
    assert.match(await part(widget, 'note').innerText(), /^No audio is arriving\. Last heard: Low/);
    assert.is(await part(widget, 'playing').innerText(), '');
    sources.emitState(URL_ONE, 'live');
    sources.emit(URL_ONE, { type: 'reset' });
    sources.emitAudio(URL_ONE, tone(9000, 3000));
    await state(widget, 'music');
    assert.is(await part(widget, 'genre').innerText(), 'High');
    assert.equal(context.pageErrors, []);
    await page.close();
  }, { listen: sources.listen, dashboard: BUILT_PAGES });
});

test('a lost server is offline with the last genre as past, and the widget recovers with it', async (context) => {
  const settings = { demo: true, allowedOrigins: [context.allowedSite.origin] };
  const firstServer = await serveHere(settings);
  const page = await open({ ...context, server: firstServer }, '<live-genre stream="demo"></live-genre><live-genre stream="demo" size="badge"></live-genre>');
  const [card, badge] = await page.locator('live-genre').all() as [Locator, Locator];
  await state(card, 'music');
  await firstServer.stop();
  await state(card, 'offline');
  await state(badge, 'offline');
  assert.match(await part(card, 'note').innerText(), /^The server can’t be reached\. Last heard: [A-Z].*(now|ago)\.$/);
  assert.is(await part(card, 'confidence').isVisible(), false);
  assert.is(await part(card, 'state').isVisible(), false);
  assert.equal(await lowContrastTexts(page), []);
  const secondServer = await serveHere({ ...settings, ...portOf(firstServer) });
  try {
    await state(card, 'music');
    await state(badge, 'music');
  } finally {
    await page.close();
    await secondServer.stop();
  }
});

test('a page whose origin is not allowed shows its origin', async (context) => {
  const page = await open(context, '<live-genre stream="demo"></live-genre>', { site: context.forbiddenSite });
  const widget = page.locator('live-genre');
  await state(widget, 'not-allowed');
  assert.match(await part(widget, 'note').innerText(), context.forbiddenSite.origin);
});

test('an unknown stream is not found', async (context) => {
  const page = await open(context, '<live-genre stream="none"></live-genre>');
  await state(page.locator('live-genre'), 'not-found');
  assert.match(await part(page.locator('live-genre'), 'note').innerText(), '“none”');
});

test('the policy from /embed suffices on a page with a strict content security policy and Trusted Types', async (context) => {
  const own = contentSecurityPolicy(new URL(context.server.url));
  context.allowedSite.policy = `default-src 'none'; img-src data:; style-src 'none'; ${own}; require-trusted-types-for 'script'`;
  const page = await open(context, `${ALL}<live-genre mic></live-genre>`);
  await state(page.locator('live-genre').nth(2), 'music');
  await page.getByRole('button', { name: 'Listen' }).click();
  await page.locator('live-genre[mic] .is-live').waitFor(SOON);
  assert.equal(context.pageErrors, []);
});

test('the microphone opens on a click, is sent without audio processing, and is closed', async (context) => {
  const page = await open(context, '<live-genre mic></live-genre>', { prepare: recordMicrophone });
  const widget = page.locator('live-genre');
  const button = page.getByRole('button');
  await state(widget, 'idle');
  assert.is(await page.evaluate(() => 'asked' in window), false);
  await button.press('Enter');
  await widget.locator('.is-live').waitFor(SOON);
  assert.equal(await page.evaluate(() => (window as unknown as { asked: unknown }).asked),
    { audio: { channelCount: 2, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  await state(widget, 'music');
  assert.is(await button.innerText(), 'Stop');
  assert.ok(await button.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element), 'the focus stays');
  await button.click();
  await state(widget, 'idle');
  assert.is(await page.evaluate(() => (window as unknown as { track: MediaStreamTrack }).track.readyState), 'ended');

  await button.click();
  await widget.locator('.is-live').waitFor(SOON);
  await page.evaluate(() => document.querySelector('live-genre')!.remove());
  assert.is(await page.evaluate(() => (window as unknown as { track: MediaStreamTrack }).track.readyState), 'ended');
  assert.equal(context.pageErrors, []);
});

test('after a restart of the server the microphone goes on as a new stream, and the card says so', async (context) => {
  const settings = { allowedOrigins: [context.allowedSite.origin] };
  let server = await serveHere(settings);
  try {
    const page = await open({ ...context, server }, '<live-genre mic></live-genre>', { expects: () => true }); // what fails while there is no server
    const widget = page.locator('live-genre');
    await page.getByRole('button').click();
    await widget.locator('.is-live').waitFor(SOON);
    await server.stop();
    await widget.locator('.is-live').waitFor({ ...SOON, state: 'detached' });
    server = await serveHere({ ...settings, ...portOf(server) });
    await part(widget, 'note').getByText(/^A new stream, after \d+ s without the server; \d+ s were lost\.$/).waitFor({ timeout: 40_000 });
    await widget.locator('.is-live').waitFor(SOON);
  } finally {
    await server.stop();
  }
});

test('a microphone that is refused, missing or on an insecure page is answered with what to do', async (context) => {
  const expectNote = async (expected: RegExp, opening: WidgetOpening): Promise<void> => {
    const page = await open(context, '<live-genre mic></live-genre>', opening);
    await page.getByRole('button').click();
    await state(page.locator('live-genre'), 'refused');
    assert.match(await part(page.locator('live-genre'), 'note').innerText(), expected);
    assert.is(await page.getByRole('button').innerText(), 'Listen with the microphone');
  };
  const throws = (name: string) => ({
    prepare: (page: Page) => page.addInitScript((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
    }, name),
  });
  await expectNote(/Allow it in the site settings/, throws('NotAllowedError'));
  await expectNote(/None is connected/, throws('NotFoundError'));
  await expectNote(/https/, { url: context.allowedSite.origin.replace('127.0.0.1', INSECURE_HOST) });
});

test('the microphone on a page whose origin is not allowed shows that', async (context) => {
  const page = await open(context, '<live-genre mic></live-genre>', { site: context.forbiddenSite });
  await page.getByRole('button').click();
  await state(page.locator('live-genre'), 'not-allowed');
  await page.getByRole('button', { name: 'Listen' }).waitFor({ timeout: 30_000 });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`${colorScheme}: follows the system or the page, has names, and all text has enough contrast`, async (context) => {
    const page = await open(context, `${ALL}<live-genre stream="none"></live-genre><live-genre mic></live-genre><div style="color-scheme: dark; background: #000"><live-genre stream="demo"></live-genre></div>`, { colorScheme });
    const [badge, , card, missing, , onDark] = await page.locator('live-genre').all() as Locator[];
    for (const widget of [badge!, card!, onDark!]) await state(widget, 'music');
    await state(missing!, 'not-found');
    const background = (widget: Locator): Promise<string> => part(widget, 'root').evaluate((root) => getComputedStyle(root).backgroundColor);
    assert.is(await background(card!), colorScheme === 'dark' ? 'rgb(21, 27, 34)' : 'rgb(255, 255, 255)');
    assert.is(await background(onDark!), 'rgb(21, 27, 34)', 'the page sets dark, which overrides the system');
    assert.equal(await lowContrastTexts(page), []);
    assert.equal(await unnamedElements(page), []);
    const tree = await accessibleTree(page);
    assert.ok(tree.some(({ role, name }) => role === 'group' && name === 'Live genre of Demo station'));
  });
}

test('a page can style it by custom properties and parts, and its other rules do not leak in', async (context) => {
  const page = await open(context, '<div style="text-transform: uppercase; letter-spacing: 1em; line-height: 9"><live-genre stream="demo"></live-genre></div>', {
    head: '<style>span, .genre { color: red !important } live-genre { --live-genre-background: rgb(1, 2, 3); --live-genre-accent: rgb(4, 5, 6); --live-genre-radius: 0 } live-genre::part(genre) { text-decoration: underline }</style>',
  });
  const widget = page.locator('live-genre');
  await state(widget, 'music');
  const style = (selector: string, property: string): Promise<string> => widget.locator(selector).first().evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), property);
  assert.equal([await style('.root', 'background-color'), await style('.leads .fill', 'background-color'), await style('.root', 'border-top-left-radius')], ['rgb(1, 2, 3)', 'rgb(4, 5, 6)', '0px']);
  assert.match(await style('.genre', 'text-decoration'), 'underline');
  assert.equal([await style('.genre', 'text-transform'), await style('.genre', 'color')], ['none', 'rgb(20, 25, 31)']);
});

test('settled states are announced to screen readers politely', async (context) => {
  const page = await open(context, '<live-genre stream="demo"></live-genre>');
  const announced = page.locator('live-genre [role=status]');
  await page.waitForFunction(() => /^Demo station: .+\.$/.test(document.querySelector('live-genre')!.shadowRoot!.querySelector('[role=status]')!.textContent!), undefined, { timeout: 30_000 });
  assert.not.match(await announced.textContent() ?? '', /Connecting|Listening/);
});

test('with reduced motion there are no transitions', async (context) => {
  const page = await open(context, '<live-genre stream="demo"></live-genre>', { reducedMotion: 'reduce' });
  const widget = page.locator('live-genre');
  await state(widget, 'music');
  assert.is(await widget.locator('.fill').first().evaluate((fill) => getComputedStyle(fill).transitionDuration), '0s');
  assert.is(await widget.locator('.level i').evaluateAll((bars) => new Set(bars.map((bar) => (bar as HTMLElement).style.cssText)).size), 1);
});

test('no overflow at 160, 300 and 900 px in any size, in a flex row, a grid or right to left', async (context) => {
  const page = await open(context, `<div>${ALL}</div><div dir="rtl">${ALL}</div><div style="display: flex"><live-genre stream="demo"></live-genre></div><div style="display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9em), 1fr))">${ALL}</div>`, {
    viewport: { width: 160, height: 800 }, head: '<style>body { margin: 0 }</style>',
  });
  const widgets = await page.locator('live-genre').all();
  for (const width of [160, 300, 900]) {
    await resize(page, width);
    for (const widget of widgets) await state(widget, 'music');
    assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width);
    for (const widget of widgets) {
      // All at one moment: a prediction in between would change the widths.
      const [outer, ...parts] = await widget.evaluate((element) => {
        const range = (of: Element): { left: number; right: number } => ({ left: of.getBoundingClientRect().left, right: of.getBoundingClientRect().right });
        return [range(element), ...['genre', 'confidence'].map((name) => range(element.shadowRoot!.querySelector(`[part~="${name}"]`)!))];
      });
      assert.ok(outer!.right - outer!.left > 50, `${outer!.right - outer!.left} px wide`);
      for (const { left, right } of parts) assert.ok(left >= outer!.left && right <= outer!.right + 0.5, `from ${left} to ${right} in ${outer!.left} to ${outer!.right} at ${width} px`);
    }
  }
});

test('the height is the same in all states', async (context) => {
  const page = await open(context, '<live-genre stream="demo"></live-genre><live-genre stream="none"></live-genre>');
  const [live, missing] = await page.locator('live-genre').all() as [Locator, Locator];
  await state(live, 'music');
  await state(missing, 'not-found');
  assert.is((await live.boundingBox())!.height, (await missing.boundingBox())!.height);
});

test.run();
