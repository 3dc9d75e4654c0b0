/** `/embed`: choose what a widget shows and how it looks, see it live on light and dark, copy the lines for a page. */
import { html, LitElement, svg } from 'lit';
import { look } from '../dashboard/parts/look.js';
import '../dashboard/parts/theme-toggle.js';
import { PARTS, PROPERTIES, SIZES, type Property } from '../widget/theming.js';
import { embedStyles } from './embed-styles.js';
import { fetchAllowedOrigins, fetchShowables, type Showable } from './lists.js';
import { flagFor, isAllowed, obstacle, originOf, policy } from './reach.js';
import { declarations, snippet, type Choices } from './snippet.js';

const LIST_EVERY_MS = 5000;
const MARK = svg`<rect x="2" y="10" width="3" height="6" rx="1.5"/><rect x="7.5" y="6.5" width="3" height="13" rx="1.5"/><rect x="13" y="3" width="3" height="20" rx="1.5"/><rect x="18.5" y="8.5" width="3" height="9" rx="1.5"/>`;
const THEMES = ['auto', 'light', 'dark'] as const;
/** In the list of streams: not one of them. No id is empty. */
const MICROPHONE = '';

/** What can be coloured, and what the picker shows before anything is chosen. */
const COLOURS: ReadonlyArray<readonly [Property, title: string, first: string]> = [
  ['--live-genre-accent', 'Accent', '#0b7468'],
  ['--live-genre-background', 'Background', '#ffffff'],
  ['--live-genre-text', 'Text', '#14191f'],
];
const RADIUS: Property = '--live-genre-radius';
const FONT: Property = '--live-genre-font';

export class EmbedPage extends LitElement {
  static override properties = {
    showables: { state: true }, allowedOrigins: { state: true }, choices: { state: true }, isCopied: { state: true }, typed: { state: true }, trouble: { state: true },
  };
  static override styles = [look, embedStyles];

  declare showables: readonly Showable[];
  /** Undefined until the server has said it. */
  declare allowedOrigins: readonly string[] | undefined;
  declare choices: Choices;
  declare isCopied: boolean;
  /** The address that somebody asks about. */
  declare typed: string;
  declare trouble: string;
  readonly #server = new URL('.', location.href);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasChosen = false;

  constructor() {
    super();
    this.showables = [];
    this.choices = { stream: null, size: 'card', theme: 'auto', properties: {} };
    this.isCopied = false;
    this.typed = this.trouble = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const lines = snippet(this.choices, this.#server.href);
    const inTheWay = obstacle(this.#server);
    return html`
      <header>
        <a href="./"><svg viewBox="0 0 24 26" aria-hidden="true">${MARK}</svg>livegenre</a>
        <theme-toggle></theme-toggle>
      </header>
      <main>
        <div class="title">
          <h1>Live genres on your page</h1>
          <p class="lead">Two lines of HTML. The widget watches while it can be seen, says plainly when it hears nothing, and keeps its styles to itself.</p>
        </div>
        <section class="choices" aria-label="Choices">
          ${this.#whatToShow()}
          ${this.#segments('Size', 'size', SIZES, { badge: 'Badge', line: 'Line', card: 'Card' })}
          ${this.#segments('Colours', 'theme', THEMES, { auto: 'Auto', light: 'Light', dark: 'Dark' })}
          ${this.#ownLook()}
        </section>
        <section aria-label="Preview">
          <h2>Preview</h2>
          <div class="stages">${this.#stage('light', 'On a light page')}${this.#stage('dark', 'On a dark page')}</div>
        </section>
        <section aria-label="Snippet">
          <h2>Paste this into your page</h2>
          <pre tabindex="0" aria-label="HTML of the widget"><code>${lines}</code></pre>
          <div class="copy">
            <button type="button" @click=${() => this.#copy(lines)}>Copy</button>
            <span role="status" class="done">${this.isCopied ? 'Copied.' : ''}</span>
          </div>
          ${inTheWay === '' ? '' : html`<p class="warn">${inTheWay}</p>`}
          ${this.trouble === '' ? '' : html`<p class="warn" role="alert">${this.trouble}</p>`}
        </section>
        <div class="pair">
          <section aria-label="Allowed pages">
            <h2>Which pages may show it</h2>
            <div class="text">
              ${this.#whoMay()}
              <p>If your page has a content security policy, add to it: <code>${policy(this.#server)}</code></p>
            </div>
          </section>
          <section aria-label="Make it yours">
            <h2>Make it yours</h2>
            <dl>${Object.entries(PROPERTIES).map(([name, meaning]) => html`<dt><code>${name}</code></dt><dd>${meaning}</dd>`)}
              <dt><code>live-genre::part(…)</code></dt><dd>${PARTS.join(', ')}</dd>
              <dt><code>prediction</code>, <code>state</code></dt><dd>events that bubble, for scripts of your page</dd>
              <dt><code>labels='{"silence": "Stille"}'</code></dt><dd>words of your own for states and genres</dd>
              <dt><code>server="https://…"</code></dt><dd>another server than the one that gave out the script</dd>
            </dl>
          </section>
        </div>
      </main>`;
  }

  #whatToShow() {
    const { stream } = this.choices;
    const passing = this.showables.find(({ id }) => id === stream)?.isPassing;
    return html`<label><span>What it shows</span>
      <select @change=${(event: Event) => this.#show((event.target as HTMLSelectElement).value)}>
        ${this.showables.map(({ id, name }) => html`<option value=${id} ?selected=${id === stream}>${name} (${id})</option>`)}
        ${stream === null || this.showables.some(({ id }) => id === stream) ? '' : html`<option value=${stream} selected>${stream}, not running</option>`}
        <option value=${MICROPHONE} ?selected=${stream === null}>The visitor’s microphone</option>
      </select></label>
      ${passing ? html`<p class="warn">This stream’s id ends with it. Stations keep theirs.</p>` : ''}
      ${stream === null ? html`<p>It starts at the visitor’s press. The sound goes to this server to be judged, and is not kept.</p>` : ''}`;
  }

  #segments<Name extends 'size' | 'theme'>(title: string, name: Name, values: readonly Choices[Name][], words: Readonly<Record<Choices[Name], string>>) {
    return html`<fieldset><legend>${title}</legend><div class="segments">${values.map((value) => html`
      <label><input type="radio" name=${name} value=${value} .checked=${this.choices[name] === value} @change=${() => this.#change({ [name]: value })}>${words[value]}</label>`)}</div></fieldset>`;
  }

  #ownLook() {
    const { properties } = this.choices;
    const radius = properties[RADIUS];
    return html`<fieldset><legend>Look</legend><div class="rows">
      ${COLOURS.map(([name, title, first]) => html`<div class="row">
        <label><input type="checkbox" .checked=${name in properties} @change=${(event: Event) => this.#set(name, isOn(event) ? first : undefined)}>${title}</label>
        <input type="color" aria-label="${title} colour" .value=${properties[name] ?? first} @input=${(event: Event) => this.#set(name, valueOf(event))}></div>`)}
      <div class="row">
        <label><input type="checkbox" .checked=${radius !== undefined} @change=${(event: Event) => this.#set(RADIUS, isOn(event) ? '0.5em' : undefined)}>Corners</label>
        <input type="range" aria-label="Radius of the corners" min="0" max="2" step="0.125" .value=${parseFloat(radius ?? '0.875').toString()} @input=${(event: Event) => this.#set(RADIUS, `${valueOf(event)}em`)}></div>
      <div class="row"><label><input type="checkbox" .checked=${FONT in properties} @change=${(event: Event) => this.#set(FONT, isOn(event) ? 'inherit' : undefined)}>The page’s own font</label></div>
    </div></fieldset>`;
  }

  /** CSSOM, not an attribute: the page's policy allows no inline styles. */
  #stage(scheme: 'light' | 'dark', title: string) {
    const { stream, size, theme, properties } = this.choices;
    return html`<div class="stage ${scheme} ${size === 'line' ? 'wide' : ''}">
      <p>${title}</p>
      <live-genre ?mic=${stream === null} stream=${stream ?? ''} size=${size} theme=${theme} .style=${declarations(properties)}></live-genre>
    </div>`;
  }

  #whoMay() {
    const { allowedOrigins } = this;
    if (!allowedOrigins) return html`<p>The server has not said yet.</p>`;
    if (allowedOrigins.includes('*')) return html`<p class="fine">All pages of all sites: the server runs with <code>--allowed-origins "*"</code>.</p>`;
    return html`
      ${allowedOrigins.length === 0
        ? html`<p>Only pages of this server itself. Those of other sites load the widget, which then says that it isn’t allowed there.</p>`
        : html`<p>Pages of this server itself, and of:</p><ul aria-label="Allowed origins">${allowedOrigins.map((origin) => html`<li><code>${origin}</code></li>`)}</ul>`}
      <label><span>Your page’s address</span>
        <input type="text" inputmode="url" placeholder="https://example.org" autocomplete="url" spellcheck="false" .value=${this.typed} @input=${(event: Event) => { this.typed = valueOf(event); }}></label>
      <p role="status">${this.#answer(allowedOrigins)}</p>`;
  }

  #answer(allowedOrigins: readonly string[]) {
    const origin = originOf(this.typed) ?? (this.typed.trim() === '' ? 'https://example.org' : undefined);
    if (origin === undefined) return 'That is no address of a page.';
    if (isAllowed(origin, allowedOrigins, location.origin)) return html`<span class="fine"><code>${origin}</code> is allowed.</span>`;
    return html`To allow <code>${origin}</code>, start the server with <code>livegenre serve ${flagFor(allowedOrigins, origin)}</code>`;
  }

  #show(id: string): void {
    this.#hasChosen = true;
    this.#change({ stream: id === MICROPHONE ? null : id });
  }

  #set(name: Property, value: string | undefined): void {
    const { [name]: _, ...others } = this.choices.properties;
    this.#change({ properties: value === undefined ? others : { ...this.choices.properties, [name]: value } });
  }

  #change(change: Partial<Choices>): void {
    this.choices = { ...this.choices, ...change };
    this.isCopied = false;
    this.trouble = '';
  }

  async #copy(lines: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(lines);
      this.isCopied = true;
    } catch {
      // Pages over http, and people who said no, have no clipboard.
      getSelection()?.selectAllChildren(this.renderRoot.querySelector('pre')!);
      this.trouble = 'This browser keeps the clipboard from this page. The lines are selected: copy them with Ctrl-C or ⌘C.';
    }
  }

  async #list(): Promise<void> {
    try {
      [this.showables, this.allowedOrigins] = await Promise.all([fetchShowables(), fetchAllowedOrigins()]);
    } catch {
      // The preview says that the server is away; the lists are asked for again.
    }
    if (!this.isConnected) return;
    const first = this.showables[0];
    if (!this.#hasChosen && first) this.#show(first.id);
    this.#timer = setTimeout(() => void this.#list(), LIST_EVERY_MS);
  }
}

function isOn(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

customElements.define('embed-page', EmbedPage);
