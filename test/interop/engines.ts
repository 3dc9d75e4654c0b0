/** A browser of another engine, as the system installs it: Firefox over WebDriver BiDi. */
import { mkdirSync, writeFileSync } from 'node:fs';
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
