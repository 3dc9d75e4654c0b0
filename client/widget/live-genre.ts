/**
 * `<live-genre stream="ID">` or `<live-genre mic>`: what a stream plays, on any page. It watches while
 * it can be seen, says plainly what it doesn't know, and leaves nothing open when it is removed.
 */
import type { Prediction } from '../../server/protocol/messages.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { Announcer, type Turn } from './announcer.js';
import { Attention } from './attention.js';
import { Known } from './known.js';
import { Microphone } from './microphone.js';
import { Parts } from './parts.js';
import { STYLES } from './styles.js';
import { SIZES, type Size } from './theming.js';
import { viewOf, type View, type WidgetState } from './view.js';
import { Watches, type Seat } from './watches.js';
import { parseWords, Words } from './words.js';

/** How often what changes by itself is looked at: "2 minutes ago", a stream from which nothing comes, the page's colours. */
const TICK_MS = 1000;
/** States that pass by themselves, or that the person at the page has just caused: not read out. */
const UNSAID: ReadonlySet<WidgetState> = new Set(['idle', 'asking', 'connecting', 'reconnecting', 'warming', 'tuning']);
const SOURCE_ATTRIBUTES = ['stream', 'mic', 'server'];

const WATCHES = new Watches();
const TURN: Turn = { saidAtMs: -Infinity };
/** The server that gave out this script. */
const HOME = new URL('.', import.meta.url).href;

let sheet: CSSStyleSheet | undefined;

/** Fires `prediction` (detail: Prediction) for each, and `state` (detail: `{ state }`, a WidgetState) at each change. */
export class LiveGenre extends HTMLElement {
  static readonly observedAttributes = [...SOURCE_ATTRIBUTES, 'size', 'theme', 'labels'];

  readonly #parts = new Parts(() => this.#press());
  readonly #announcer = new Announcer(TURN);
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  #words = new Words();
  #seat: Seat | undefined;
  #microphone: Microphone | undefined;
  #attention: Attention | undefined;
  #page: AbortController | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #view: View | undefined;
  #isDue = false;
  #isMoved = false;

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

  /** Address of the server; the one that gave out the script unless set. */
  get server(): string { return this.getAttribute('server') || HOME; }
  set server(address: string) { this.setAttribute('server', address); }

  get size(): Size { return SIZES.find((each) => each === this.getAttribute('size')) ?? 'card'; }
  set size(size: Size) { this.setAttribute('size', size); }

  get theme(): string { return this.getAttribute('theme') ?? 'auto'; }
  set theme(theme: string) { this.setAttribute('theme', theme); }

  /** What it shows. */
  get state(): WidgetState { return this.#view?.state ?? 'connecting'; }

  /** The newest; undefined where nothing is heard at this moment. */
  get prediction(): Prediction | undefined { return this.#view?.isLive ? this.#known?.prediction : undefined; }

  get #known(): Known | undefined { return this.#microphone?.known ?? this.#seat?.known; }

  connectedCallback(): void {
    for (const name of ['stream', 'mic', 'server', 'size', 'theme'] as const) this.#takeEarly(name);
    this.#readWords();
    this.#matchPage();
    this.#begin();
    this.#render();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after) return;
    if (SOURCE_ATTRIBUTES.includes(name)) this.#isMoved = true;
    if (name === 'labels') this.#readWords();
    if (name === 'theme') this.#matchPage();
    this.#update();
  }

  /** A property that was set before the script had loaded would hide the accessor. */
  #takeEarly(name: 'stream' | 'mic' | 'server' | 'size' | 'theme'): void {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (this as Partial<this>)[name];
    Object.assign(this, { [name]: value });
  }

  #begin(): void {
    this.#isMoved = false;
    const changed = (prediction?: Prediction): void => {
      if (prediction) this.dispatchEvent(new CustomEvent('prediction', { detail: prediction, bubbles: true, composed: true }));
      this.#update();
    };
    const server = this.#serverAddress();
    if (server === undefined || (!this.mic && this.stream === '')) return;
    this.#page = new AbortController();
    const { signal } = this.#page;
    this.#stillness.addEventListener('change', () => this.#update(), { signal });
    if (this.mic) {
      this.#microphone = new Microphone(server, changed);
      addEventListener('pagehide', () => this.#microphone?.stop(), { signal });
      return this.#watchTime(true);
    }
    const seat = WATCHES.join(server, this.stream, changed);
    this.#seat = seat;
    addEventListener('online', () => seat.hurry(), { signal });
    this.#attention = new Attention(this, (isWanted) => {
      if (isWanted) seat.look();
      else seat.rest();
      this.#watchTime(isWanted);
    });
  }

  #end(): void {
    this.#watchTime(false);
    this.#page?.abort();
    this.#attention?.end();
    this.#seat?.leave();
    this.#microphone?.stop();
    this.#attention = this.#seat = this.#microphone = undefined;
  }

  #watchTime(isWanted: boolean): void {
    clearInterval(this.#tick);
    if (isWanted) this.#tick = setInterval(() => {
      this.#matchPage();
      this.#update();
    }, TICK_MS);
  }

  #serverAddress(): string | undefined {
    const { server } = this;
    const url = URL.canParse(server, document.baseURI) ? new URL(server, document.baseURI) : undefined;
    if (!url || !/^(https?|wss?):$/.test(url.protocol)) {
      console.warn(`<live-genre server="${server}">: a server is an address, such as https://example.org.`);
      return undefined;
    }
    url.protocol = url.protocol.replace('ws', 'http');
    url.search = url.hash = '';
    return url.href.replace(/\/?$/, '/');
  }

  /** A page that says light or dark of itself may change its mind; one that says nothing is as the system. */
  #matchPage(): void {
    this.#parts.root.classList.toggle('as-system', getComputedStyle(this).colorScheme === 'normal');
  }

  #readWords(): void {
    try {
      this.#words = new Words(parseWords(this.getAttribute('labels')));
    } catch (error) {
      console.warn(`<live-genre>: ${(error as Error).message}`);
      this.#words = new Words();
    }
  }

  #press(): void {
    if (this.#microphone?.phase === 'on' || this.#microphone?.phase === 'asking') this.#microphone.stop();
    else void this.#microphone?.listen();
  }

  /** All changes of a moment are shown once. */
  #update(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.isConnected) return;
      if (this.#isMoved) {
        this.#end();
        this.#begin();
      }
      this.#render();
    });
  }

  #render(): void {
    const before = this.#view?.state;
    const view = this.#view = this.#see();
    const known = this.#known;
    const parts = this.#parts;
    parts.show(view, this.size, this.#words, known?.labels ?? [], this.#stillness.matches);
    this.#showButton();
    const what = UNSAID.has(view.state) ? '' : view.word;
    if (this.#announcer.push(what, WALL_CLOCK.now())) parts.say(`${view.name === '' ? '' : `${view.name}: `}${view.word}.`);
    if (view.state !== before) this.dispatchEvent(new CustomEvent('state', { detail: { state: view.state }, bubbles: true, composed: true }));
  }

  #see(): View {
    const surroundings = {
      nowMs: WALL_CLOCK.now(),
      words: this.#words,
      stream: this.mic ? '' : this.stream,
      origin: location.origin,
      language: this.closest('[lang]')?.getAttribute('lang') ?? 'en',
    };
    const microphone = this.#microphone;
    if (!microphone) return viewOf(this.#known ?? new Known(), surroundings, this.#known ? undefined : 'misplaced');
    const { phase, refusal, known } = microphone;
    const view = viewOf(known, surroundings, phase === 'on' || known.trouble ? undefined : phase as 'idle');
    const note = phase === 'refused' ? refusal : view.note;
    return { ...view, note, name: this.#words.say('microphone') };
  }

  #showButton(): void {
    const { button } = this.#parts;
    const microphone = this.#microphone;
    button.hidden = !microphone;
    if (!microphone) return;
    const isOn = microphone.phase === 'on' || microphone.phase === 'asking';
    const words = this.#words;
    const text = words.say(isOn ? 'stop' : this.size === 'card' ? 'listen' : 'listen-short');
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute('aria-label', words.say(isOn ? 'stop' : 'listen'));
  }
}

declare global {
  interface HTMLElementTagNameMap { 'live-genre': LiveGenre }
}
