/**
 * `<live-genre stream="ID">` or `<live-genre mic>`: shows the genre of a stream on any page. It is
 * connected while it is visible, shows when it has no data and why, and closes everything when removed.
 */
import type { Prediction } from '../../server/protocol/messages.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { Announcer, type LastAnnouncement } from './announcer.js';
import { VisibilityObserver } from './visibility.js';
import { StreamStatus } from './stream-status.js';
import { Microphone } from './microphone.js';
import { Parts } from './parts.js';
import { STYLES } from './styles.js';
import { SIZES, type Size } from './theming.js';
import { viewOf, type View, type WidgetState } from './view.js';
import { SharedViewers, type Subscription } from './shared-viewers.js';
import { parseOverrides, Strings } from './strings.js';

/** Update interval for what changes without an event: "2 minutes ago", a stream without messages, the page's colours. */
const TICK_MS = 1000;
/** Not announced to screen readers: states that are short or that the visitor has just caused. */
const NOT_ANNOUNCED: ReadonlySet<WidgetState> = new Set(['idle', 'asking', 'connecting', 'reconnecting', 'warming', 'tuning']);
const SOURCE_ATTRIBUTES = ['stream', 'mic', 'server', 'where'];

const VIEWERS = new SharedViewers();
const LAST_ANNOUNCEMENT: LastAnnouncement = { atMs: -Infinity };
/** Server from which this script was loaded. */
const SCRIPT_SERVER = new URL('.', import.meta.url).href;

let sheet: CSSStyleSheet | undefined;

/** Fires `prediction` (detail: Prediction) for each prediction and `state` (detail: `{ state }`, a WidgetState) at each change. */
export class LiveGenre extends HTMLElement {
  static readonly observedAttributes = [...SOURCE_ATTRIBUTES, 'size', 'theme', 'labels'];

  readonly #parts = new Parts(() => this.#press());
  readonly #announcer = new Announcer(LAST_ANNOUNCEMENT);
  readonly #reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  #strings = new Strings();
  #subscription: Subscription | undefined;
  #microphone: Microphone | undefined;
  #visibility: VisibilityObserver | undefined;
  #page: AbortController | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #view: View | undefined;
  /** What the parts show, all that it depends on. */
  #shown = '';
  #isUpdateQueued = false;
  #hasNewSource = false;

  constructor() {
    super();
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
    }
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#parts.frame);
  }

  get stream(): string { return this.getAttribute('stream') ?? ''; }
  set stream(id: string) { this.setAttribute('stream', id); }

  get mic(): boolean { return this.hasAttribute('mic'); }
  set mic(isOn: boolean) { this.toggleAttribute('mic', isOn); }

  /** Address of the server; by default the one from which the script was loaded. */
  get server(): string { return this.getAttribute('server') || SCRIPT_SERVER; }
  set server(address: string) { this.setAttribute('server', address); }

  get size(): Size { return SIZES.find((each) => each === this.getAttribute('size')) ?? 'card'; }
  set size(size: Size) { this.setAttribute('size', size); }

  get theme(): string { return this.getAttribute('theme') ?? 'auto'; }
  set theme(theme: string) { this.setAttribute('theme', theme); }

  /** Gives a short-lived token for each connection, where the server wants one. */
  declare token?: () => Promise<string>;

  /** The state shown. */
  get state(): WidgetState { return this.#view?.state ?? 'connecting'; }

  /** The newest prediction; undefined if there is no live audio. */
  get prediction(): Prediction | undefined { return this.#view?.isLive ? this.#status?.prediction : undefined; }

  get #status(): StreamStatus | undefined { return this.#microphone?.status ?? this.#subscription?.status; }

  connectedCallback(): void {
    for (const name of ['stream', 'mic', 'server', 'size', 'theme'] as const) this.#upgradeProperty(name);
    this.#readLabels();
    this.#matchColourScheme();
    this.#begin();
    this.#render();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if (SOURCE_ATTRIBUTES.includes(name)) this.#hasNewSource = true;
    if (name === 'labels') this.#readLabels();
    if (name === 'theme') this.#matchColourScheme();
    this.#update();
  }

  /** A property set before the script was loaded would shadow the accessor. */
  #upgradeProperty(name: 'stream' | 'mic' | 'server' | 'size' | 'theme'): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (this as Partial<this>)[name];
    Object.assign(this, { [name]: value });
  }

  #begin(): void {
    this.#hasNewSource = false;
    const changed = (prediction?: Prediction): void => {
      if (prediction) this.dispatchEvent(new CustomEvent('prediction', { detail: prediction, bubbles: true, composed: true }));
      this.#update();
    };
    const server = this.#serverAddress();
    const token = () => this.token?.();
    if (server === undefined || (!this.mic && this.stream === '')) return;
    this.#page = new AbortController();
    const { signal } = this.#page;
    this.#reducedMotion.addEventListener('change', () => this.#update(), { signal });
    if (this.mic) {
      this.#microphone = new Microphone({ url: server, token }, this.getAttribute('where'), changed);
      addEventListener('pagehide', () => this.#microphone?.stop(), { signal });
      return this.#setTicking(true);
    }
    const subscription = VIEWERS.subscribe(server, this.stream, changed, token);
    this.#subscription = subscription;
    addEventListener('online', () => subscription.retryNow(), { signal });
    this.#visibility = new VisibilityObserver(this, (isActive) => {
      if (isActive) subscription.resume();
      else subscription.pause();
      this.#setTicking(isActive);
    });
  }

  #end(): void {
    this.#setTicking(false);
    this.#page?.abort();
    this.#visibility?.end();
    this.#subscription?.end();
    this.#microphone?.stop();
    this.#visibility = this.#subscription = this.#microphone = undefined;
  }

  #setTicking(isActive: boolean): void {
    clearInterval(this.#tick);
    if (isActive) this.#tick = setInterval(() => {
      this.#matchColourScheme();
      this.#update();
    }, TICK_MS);
  }

  #serverAddress(): string | undefined {
    const { server } = this;
    const url = URL.canParse(server, document.baseURI) ? new URL(server, document.baseURI) : undefined;
    if (!url || !/^(https?|wss?):$/.test(url.protocol)) {
      console.warn(`<live-genre server="${server}">: server must be a URL such as https://example.org.`);
      return undefined;
    }
    url.protocol = url.protocol.replace('ws', 'http');
    url.search = url.hash = '';
    return url.href.replace(/\/?$/, '/');
  }

  /** Follows the page's color-scheme, which may change; if the page sets none, follows the system. */
  #matchColourScheme(): void {
    this.#parts.root.classList.toggle('as-system', getComputedStyle(this).colorScheme === 'normal');
  }

  #readLabels(): void {
    try {
      this.#strings = new Strings(parseOverrides(this.getAttribute('labels')));
    } catch (error) {
      console.warn(`<live-genre>: ${(error as Error).message}`);
      this.#strings = new Strings();
    }
  }

  #press(): void {
    this.#microphone?.press();
  }

  /** Renders once for all changes of the current task. */
  #update(): void {
    if (this.#isUpdateQueued) return;
    this.#isUpdateQueued = true;
    queueMicrotask(() => {
      this.#isUpdateQueued = false;
      if (!this.isConnected) return;
      if (this.#hasNewSource) {
        this.#end();
        this.#begin();
      }
      this.#render();
    });
  }

  #render(): void {
    const before = this.#view?.state;
    const view = this.#view = this.#currentView();
    const status = this.#status;
    const parts = this.#parts;
    // A write of the same value costs the browser a frame all the same.
    const shown = JSON.stringify([view, this.size, this.getAttribute('labels'), status?.labels, this.#reducedMotion.matches]);
    if (shown !== this.#shown) parts.show(view, this.size, this.#strings, status?.labels ?? [], this.#reducedMotion.matches);
    this.#shown = shown;
    this.#showButton();
    const text = NOT_ANNOUNCED.has(view.state) ? '' : view.headline;
    if (this.#announcer.push(text, WALL_CLOCK.now())) parts.announce(`${view.name === '' ? '' : `${view.name}: `}${view.headline}.`);
    if (view.state !== before) this.dispatchEvent(new CustomEvent('state', { detail: { state: view.state }, bubbles: true, composed: true }));
  }

  #currentView(): View {
    const context = {
      nowMs: WALL_CLOCK.now(),
      strings: this.#strings,
      stream: this.mic ? '' : this.stream,
      origin: location.origin,
      language: this.closest('[lang]')?.getAttribute('lang') ?? 'en',
    };
    const microphone = this.#microphone;
    if (!microphone) return viewOf(this.#status ?? new StreamStatus(), context, this.#status ? undefined : 'misplaced');
    const { phase, refusal, status, interruption } = microphone;
    if (interruption !== undefined) return { ...viewOf(status, context, 'no-signal'), note: interruption, name: this.#strings.text('microphone') };
    const view = viewOf(status, context, phase === 'on' || status.problem ? undefined : phase as 'idle');
    const note = phase === 'refused' ? refusal : view.note;
    return { ...view, note, name: this.#strings.text('microphone') };
  }

  #showButton(): void {
    const { button } = this.#parts;
    const microphone = this.#microphone;
    button.hidden = !microphone;
    if (!microphone) return;
    const { action } = microphone;
    const strings = this.#strings;
    const text = strings.text(action === 'listen' && this.size !== 'card' ? 'listen-short' : action);
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute('aria-label', strings.text(action));
  }
}

declare global {
  interface HTMLElementTagNameMap { 'live-genre': LiveGenre }
}
