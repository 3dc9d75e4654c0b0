/** Browsers of other engines, as the system installs them: Firefox over WebDriver BiDi, WebKit over WebDriver classic. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { Bench, freePort } from './programs.js';
import { eventually } from '../support/until.js';

/** One page of a browser. */
export interface EnginePage {
  open(url: string): Promise<void>;
  /** @param script a JavaScript expression, as if a person had just pressed something @returns its value, which must be JSON */
  evaluate<Value>(script: string): Promise<Value>;
  /** PNG of what is seen. */
  screenshot(): Promise<Buffer>;
  /** What went wrong on the page: errors thrown or logged; empty where the engine does not tell. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

const WIDTH = 1280;
const HEIGHT = 900;

/** With a microphone that plays a tone and asks nobody. */
const FIREFOX_PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'browser.aboutwelcome.enabled': false,
};

export async function openFirefox(bench: Bench): Promise<EnginePage> {
  const profile = join(bench.folder, 'firefox');
  mkdirSync(profile);
  writeFileSync(join(profile, 'user.js'), Object.entries(FIREFOX_PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  const program = bench.start('firefox-esr', ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', String(await freePort())]);
  const address = await eventually('Firefox listens', () => /WebDriver BiDi listening on (ws:\S+)/.exec(program.log)?.[1], { log: () => program.log });
  const bidi = await Bidi.connect(`${address}/session`);
  await bidi.send('session.new', { capabilities: {} });
  await bidi.send('session.subscribe', { events: ['log.entryAdded'] });
  const { contexts } = await bidi.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
  const { context } = contexts[0]!;
  await bidi.send('browsingContext.setViewport', { context, viewport: { width: WIDTH, height: HEIGHT } });
  return {
    async open(url) {
      await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    async evaluate<Value>(script: string) {
      const answer = await bidi.send<{ result?: { value?: string }; exceptionDetails?: { text: string } }>('script.evaluate', {
        expression: `Promise.resolve(${script}).then((value) => JSON.stringify(value ?? null))`, target: { context }, awaitPromise: true, userActivation: true,
      });
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.text);
      return JSON.parse(answer.result!.value!) as Value;
    },
    async screenshot() {
      return Buffer.from((await bidi.send<{ data: string }>('browsingContext.captureScreenshot', { context })).data, 'base64');
    },
    errors: bidi.errors,
    async close() {
      bidi.close();
      await program.stop();
    },
  };
}

interface BidiMessage {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: { readonly level: string; readonly text: string | null };
}

/** Commands and answers over one WebSocket: https://w3c.github.io/webdriver-bidi. */
class Bidi {
  readonly errors: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as BidiMessage));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the browser has closed the connection'));
    });
  }

  static connect(address: string): Promise<Bidi> {
    const socket = new WebSocket(address);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new Bidi(socket)));
      socket.once('error', reject);
    });
  }

  send<Result>(method: string, params: object): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.close();
  }

  #receive({ id, result, error, message, method, params }: BidiMessage): void {
    if (method === 'log.entryAdded' && params?.level === 'error') this.errors.push(params.text ?? '');
    const waiter = id === undefined ? undefined : this.#waiting.get(id);
    if (!waiter) return;
    this.#waiting.delete(id!);
    if (error) waiter.reject(new Error(`${error}: ${message}`));
    else waiter.resolve(result);
  }
}

/** Where Debian and others keep WebKit's test browser. */
const MINI_BROWSER_FOLDERS = ['/usr/lib', '/usr/libexec'].flatMap((folder) => (existsSync(folder) ? [folder, ...readdirSync(folder).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, name))] : []));
const MINI_BROWSER = MINI_BROWSER_FOLDERS
  .flatMap((folder) => readdirSync(folder).filter((name) => /^webkit2?gtk-/.test(name)).sort().reverse().map((name) => join(folder, name, 'MiniBrowser')))
  .find((path) => existsSync(path));

/** Programs that `openWebKit` needs. */
export const WEBKIT_PROGRAMS = ['WebKitWebDriver', 'Xvfb', MINI_BROWSER ?? 'MiniBrowser'];

/** Time in which a script must answer. */
const SCRIPT_TIMEOUT_MS = 30_000;

/** On a screen of its own, since WebKitGTK has no mode without one. It tells no errors of a page. */
export async function openWebKit(bench: Bench): Promise<EnginePage> {
  const screen = bench.start('Xvfb', ['-displayfd', '1', '-screen', '0', `${WIDTH}x${HEIGHT + 100}x24`, '-nolisten', 'tcp']);
  const display = await eventually('Xvfb has a screen', () => /^.*?(\d+)\s*$/m.exec(screen.log.replace('Xvfb:', ''))?.[1], { log: () => screen.log });
  const port = await freePort();
  const driver = bench.start('WebKitWebDriver', [`--port=${port}`], { DISPLAY: `:${display}` });
  const command = async <Result>(method: string, path: string, body?: object): Promise<Result> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = await response.json() as { value: Result & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await eventually('WebKitWebDriver answers', () => command('GET', '/status').then(() => true, () => false), { log: () => driver.log });
  const { sessionId } = await command<{ sessionId: string }>('POST', '/session', {
    // With a microphone that plays a tone.
    capabilities: { alwaysMatch: { timeouts: { script: SCRIPT_TIMEOUT_MS }, 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation', '--enable-media-stream=true', '--enable-mock-capture-devices=true'] } } },
  });
  const session = `/session/${sessionId}`;
  await command('POST', `${session}/window/rect`, { x: 0, y: 0, width: WIDTH, height: HEIGHT });
  /** Screenshots show the last frame drawn, which may be older than the page. */
  const drawn = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 100))))';
  const page: EnginePage = {
    async open(url) {
      await command('POST', `${session}/url`, { url });
    },
    async evaluate<Value>(script: string) {
      const { thrown, value } = await command<{ thrown?: string; value?: string }>('POST', `${session}/execute/async`, {
        script: `const done = arguments[0]; Promise.resolve().then(() => ${script}).then((value) => done({ value: JSON.stringify(value ?? null) }), (error) => done({ thrown: String(error) }));`,
        args: [],
      });
      if (thrown !== undefined) throw new Error(thrown);
      return JSON.parse(value!) as Value;
    },
    async screenshot() {
      await page.evaluate(drawn);
      return Buffer.from(await command<string>('GET', `${session}/screenshot`), 'base64');
    },
    errors: [],
    async close() {
      await command('DELETE', session).catch(() => {});
      await driver.stop();
      await screen.stop();
    },
  };
  return page;
}
