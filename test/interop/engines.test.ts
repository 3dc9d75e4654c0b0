/** The pages in browsers of other engines than Chromium: the dashboard, the microphone, a station, a widget on another site, the classifier on the device. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { serve, type ServedPage } from '../e2e/serve.js';
import { LOW, Radio } from '../e2e/radio.js';
import { BUILT_PAGES, startTestServer } from '../server/rig.js';
import { station, URL_ONE } from '../server/stations/simulated-sources.js';
import { assertClose, classifyInPage, pageArguments, predictionsHere, WEB_FILES } from '../support/device-predictions.js';
import { Site } from '../support/site.js';
import { eventually } from '../support/until.js';
import type { Prediction } from '../../client/sdk/index.js';
import { openFirefox, openWebKit, WEBKIT_PROGRAMS, type EnginePage } from './engines.js';
import { Bench, interop } from './programs.js';

/** Set it to a folder to look at what was seen. */
const PICTURES = process.env['LIVEGENRE_TEST_PICTURES'];

/** In a page: elements also inside of components (`a >>> b`: b in a), their text, and a button by its name. */
const LOOK = `
  const all = (selector, root = document) => [...root.querySelectorAll(selector), ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ? all(selector, shadowRoot) : [])];
  const within = (path) => path.split(' >>> ').reduce((roots, selector) => roots.flatMap((root) => all(selector, root.shadowRoot ?? root)), [document]);
  const text = (path) => within(path).map((element) => element.textContent.trim()).join(' | ');
  const button = (name) => all('button').find((each) => each.checkVisibility() && (each.getAttribute('aria-label') ?? each.textContent).trim().startsWith(name));`;

/** What a script that uses `LOOK` returns. */
function look<Value>(page: EnginePage, script: string): Promise<Value> {
  return page.evaluate(`(() => {${LOOK} return ${script}; })()`);
}

function shows(page: EnginePage, selector: string, pattern: RegExp): Promise<string> {
  return eventually(`${selector} shows ${pattern}`, () => look<string>(page, `text(${JSON.stringify(selector)})`), { fits: (text) => pattern.test(text), log: () => page.errors.join('\n') });
}

function press(page: EnginePage, name: string): Promise<boolean> {
  return eventually(`a button ${name}`, () => look<boolean>(page, `(button(${JSON.stringify(name)})?.click(), button(${JSON.stringify(name)}) !== undefined)`));
}

async function picture(page: EnginePage, name: string): Promise<void> {
  const png = await page.screenshot();
  assert.ok(png.length > 10_000, `${name}: a picture of ${png.length} bytes shows nothing`);
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  writeFileSync(join(PICTURES, `${name}.png`), png);
}

interface Engine {
  readonly name: string;
  readonly programs: readonly string[];
  readonly open: (bench: Bench) => Promise<EnginePage>;
}

const ENGINES: readonly Engine[] = [
  { name: 'Firefox', programs: ['firefox-esr'], open: openFirefox },
  { name: 'WebKit', programs: WEBKIT_PROGRAMS, open: openWebKit },
];

for (const { name, programs, open } of ENGINES) {
  const test = interop(name, programs);
  let bench: Bench;
  let page: EnginePage;
  let server: ServedPage;
  let site: Site;

  test.before(async () => {
    bench = new Bench();
    site = await Site.open();
    server = await serve('--allowed-origins', site.origin);
    page = await open(bench);
  });

  test.after(async () => {
    await page?.close();
    await server?.stop();
    await site?.close();
    await bench?.close();
  });

  test(`${name}: the dashboard plays the demo: bars, spectrogram, timeline`, async () => {
    await page.open(server.url);
    await shows(page, 'connection-state >>> [role=status]', /Live/);
    await shows(page, 'genre-bars >>> .p', /\d %|\d%/);
    await shows(page, 'genre-timeline >>> li', /\w/);
    await eventually('the spectrogram has colours', () => look<number>(page, `(() => {
      const [canvas] = within('mel-spectrogram >>> canvas');
      const { data } = canvas.getContext('2d').getImageData(canvas.width - 40, 0, 20, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })()`), { fits: (colours) => colours > 30 });
    assert.is(await look(page, 'document.documentElement.scrollWidth <= innerWidth'), true, 'no overflow');
    await picture(page, `${name}-dashboard`);
    assert.equal(page.errors, []);
  });

  test(`${name}: the microphone is heard, or the page says why not; a pulled one is told, and it can be stopped`, async () => {
    await page.evaluate('window.isBefore = true');
    await page.open(server.url);
    // WebKit may answer before the page is another one.
    await eventually('the page is loaded anew', () => look<boolean>(page, 'window.isBefore === undefined && document.readyState === "complete"'), { fits: (isLoaded) => isLoaded });
    await page.evaluate(`(() => {
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => { const stream = await ask(constraints); window.track = stream.getTracks()[0]; return stream; };
    })()`);
    await press(page, 'Microphone');
    await shows(page, 'genre-now >>> h2', /Microphone/);
    // Until then the level may still be that of the demo.
    await eventually('the microphone is open', () => look<boolean>(page, 'window.track !== undefined'), { fits: (isOpen) => isOpen });
    // Firefox runs no audio on a machine without an audio device, and says so.
    await eventually('its level, or why there is none', () => look<{ level: string; alert: string }>(page, `({ level: within('level-meter >>> [role=meter]')[0].getAttribute('aria-valuenow'), alert: text('[role=alert] p') })`), {
      fits: ({ level, alert }) => Number(level) > -60 || /The browser has paused the audio/.test(alert),
    });
    await page.evaluate('window.track.stop()');
    await shows(page, '[role=alert] p', /unplugged or switched off/);
    await shows(page, 'connection-state >>> [role=status]', /No sound/);
    await picture(page, `${name}-no-sound`);
    await press(page, 'Stop');
    await shows(page, 'connection-state >>> [role=status]', /Stopped/);
    assert.equal(page.errors, []);
  });

  test(`${name}: stations, and one of them`, async () => {
    const radio = new Radio();
    const stations = await startTestServer({}, { listen: radio.listen, dashboard: BUILT_PAGES });
    try {
      await stations.stations.add(station({ id: 'one', name: 'Deep FM', rules: [] }));
      radio.broadcast(URL_ONE, LOW, 'Low – Song of the deep');
      await page.open(`${stations.url}/stations`);
      await shows(page, 'station-card >>> h2', /Deep FM/);
      await eventually('its genre', () => look<string>(page, 'within("station-card")[0].shadowRoot.textContent'), { fits: (text) => /Low/.test(text) });
      await picture(page, `${name}-stations`);
      await page.open(`${stations.url}/stations/one`);
      await shows(page, 'h1', /Deep FM/);
      await shows(page, '.word', /Low/);
      await picture(page, `${name}-station`);
      assert.equal(page.errors, []);
      await page.open('about:blank');
    } finally {
      radio.close();
      await stations.close();
    }
  });

  test(`${name}: widgets on another site`, async () => {
    site.html = `<!doctype html><meta name="viewport" content="width=device-width"><title>A page</title><link rel="icon" href="data:,"><body>
      <p>A badge <live-genre stream="demo" size="badge"></live-genre> in a sentence.</p><live-genre stream="demo" size="line"></live-genre><live-genre stream="demo"></live-genre><live-genre mic></live-genre>
      <script type="module" src="${server.url}/widget.js"></script>`;
    await page.open(site.origin);
    await eventually('three of them show music', () => look<number>(page, `all('live-genre').filter(({ state }) => state === 'music').length`), { fits: (count) => count === 3 });
    assert.is(await look(page, `all('live-genre[mic]')[0].state`), 'idle');
    await eventually('they draw it', () => look<string>(page, `text('live-genre[stream] >>> [data-state]')`), { fits: (text) => !/Connecting/.test(text) && /\d ?%/.test(text) });
    await picture(page, `${name}-widgets`);
    await press(page, 'Listen');
    if (/Resume/.test(await shows(page, 'live-genre[mic] >>> [data-state]', /Not music|%|has paused this page’s audio.*Resume/))) await press(page, 'Resume');
    await press(page, 'Stop');
    assert.is(await look(page, `all('live-genre[mic]')[0].state`), 'idle');
    assert.equal(page.errors, []);
  });

  test(`${name}: on the device: the predictions of Node, without a server`, async () => {
    const files = await Site.open(WEB_FILES);
    files.html = '<!doctype html><title>A page</title><link rel="icon" href="data:,">';
    try {
      await page.open(files.origin);
      const found = await page.evaluate<Prediction[]>(`(${classifyInPage})(${JSON.stringify(pageArguments())})`);
      assertClose(found, await predictionsHere(), 1e-3);
      assert.equal(page.errors, []);
    } finally {
      await page.open('about:blank');
      await files.close();
    }
  });

  test.run();
}
