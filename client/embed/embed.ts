/** `/embed`: choose a widget's source and style, preview it on light and dark, copy the HTML. */
import { html, LitElement, svg } from 'lit';
import { requestJson, type Access } from '../dashboard/api.js';
import { sharedStyles } from '../dashboard/parts/shared-styles.js';
import '../dashboard/parts/sign-in.js';
import '../dashboard/parts/theme-toggle.js';
import { Visitor } from '../dashboard/visitor.js';
import { PARTS, PROPERTIES, SIZES, type Property } from '../widget/theming.js';
import { embedStyles } from './embed-styles.js';
import { fetchAllowedOrigins, fetchSources, type EmbedSource } from './lists.js';
import { allowedOriginsFlag, isAllowed, accessWarning, neededRole, originOf, contentSecurityPolicy, tokenCommand } from './server-access.js';
import { declarations, snippet, TOKEN_PATH, type Choices } from './snippet.js';

const LIST_EVERY_MS = 5000;
const MARK = svg`<rect x="2" y="10" width="3" height="6" rx="1.5"/><rect x="7.5" y="6.5" width="3" height="13" rx="1.5"/><rect x="13" y="3" width="3" height="20" rx="1.5"/><rect x="18.5" y="8.5" width="3" height="9" rx="1.5"/>`;
const THEMES = ['auto', 'light', 'dark'] as const;
/** Option value for the microphone: no stream has an empty id. */
const MICROPHONE = '';

/** Colour properties and the initial values of their pickers. */
const COLOURS: ReadonlyArray<readonly [Property, title: string, initial: string]> = [
  ['--live-genre-accent', 'Accent', '#0b7468'],
  ['--live-genre-background', 'Background', '#ffffff'],
  ['--live-genre-text', 'Text', '#14191f'],
];
const RADIUS: Property = '--live-genre-radius';
const FONT: Property = '--live-genre-font';

export class EmbedPage extends LitElement {
  static override properties = {
    sources: { state: true }, allowedOrigins: { state: true }, everybody: { state: true }, choices: { state: true }, isCopied: { state: true }, typed: { state: true }, trouble: { state: true },
  };
  static override styles = [sharedStyles, embedStyles];

  declare sources: readonly EmbedSource[];
  /** Undefined until loaded. */
  declare allowedOrigins: readonly string[] | undefined;
  /** What visitors without a token may do. */
  declare everybody: Access;
  declare choices: Choices;
  declare isCopied: boolean;
  /** Address typed into the origin check. */
  declare typed: string;
  declare trouble: string;
  readonly #server = new URL('.', location.href);
  readonly #visitor = new Visitor();
  readonly #token = (): Promise<string | undefined> => this.#visitor.socketToken();
  #stop = (): void => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasChosen = false;

  constructor() {
    super();
    this.sources = [];
    this.everybody = 'manage';
    this.choices = { stream: null, size: 'card', theme: 'auto', properties: {} };
    this.isCopied = false;
    this.typed = this.trouble = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.#visitor.on('change', () => void this.#list());
    // Failing is shown by the preview; the list asks again.
    void this.#visitor.refresh().catch(() => this.#list());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    clearTimeout(this.#timer);
  }

  override render() {
    const role = neededRole(this.everybody, this.choices.stream);
    const lines = snippet(this.choices, this.#server.href, role !== undefined);
    const warning = accessWarning(this.#server);
    return html`
      <header>
        <a href="./"><svg viewBox="0 0 24 26" aria-hidden="true">${MARK}</svg>livegenre</a>
        <div class="end"><sign-in .site=${{ visitor: this.#visitor }}></sign-in><theme-toggle></theme-toggle></div>
      </header>
      <main>
        <div class="title">
          <h1>Live genres on your page</h1>
          <p class="lead">Two lines of HTML. The widget connects only while it is visible, shows when there is no audio, and keeps its styles to itself.</p>
        </div>
        <section class="choices" aria-label="Choices">
          ${this.#sourceChoice()}
          ${this.#segments('Size', 'size', SIZES, { badge: 'Badge', line: 'Line', card: 'Card' })}
          ${this.#segments('Colours', 'theme', THEMES, { auto: 'Auto', light: 'Light', dark: 'Dark' })}
          ${this.#styleChoices()}
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
          ${warning === '' ? '' : html`<p class="warn">${warning}</p>`}
          ${role === undefined ? '' : this.#tokenAdvice(role)}
          ${this.trouble === '' ? '' : html`<p class="warn" role="alert">${this.trouble}</p>`}
        </section>
        <div class="pair">
          <section aria-label="Allowed pages">
            <h2>Which pages may show it</h2>
            <div class="text">
              ${this.#origins()}
              <p>If your page has a content security policy, add to it: <code>${contentSecurityPolicy(this.#server)}</code></p>
            </div>
          </section>
          <section aria-label="Make it yours">
            <h2>Make it yours</h2>
            <dl>${Object.entries(PROPERTIES).map(([name, meaning]) => html`<dt><code>${name}</code></dt><dd>${meaning}</dd>`)}
              <dt><code>live-genre::part(…)</code></dt><dd>${PARTS.join(', ')}</dd>
              <dt><code>prediction</code>, <code>state</code></dt><dd>events that bubble, for your page’s scripts</dd>
              <dt><code>labels='{"silence": "Stille"}'</code></dt><dd>your own texts for states and genres</dd>
              <dt><code>server="https://…"</code></dt><dd>a server other than the script’s</dd>
            </dl>
          </section>
        </div>
      </main>`;
  }

  #tokenAdvice(role: 'view' | 'send') {
    const origin = originOf(this.typed) ?? 'https://example.org';
    return html`<div class="text advice">
      <p>Visitors of your page need a token for this. Your own server answers <code>${TOKEN_PATH}</code> with one for each, which lasts 10 minutes and which it gets with an API token that may ${role}:</p>
      <pre tabindex="0" aria-label="Command for a token"><code>${tokenCommand(this.#server.href, role, this.choices.stream, origin)}</code></pre>
      <p>Its answer has the <code>token</code>. Never put an API token into a page.</p>
    </div>`;
  }

  #sourceChoice() {
    const { stream } = this.choices;
    const temporary = this.sources.find(({ id }) => id === stream)?.isTemporary;
    return html`<label><span>What it shows</span>
      <select @change=${(event: Event) => this.#show((event.target as HTMLSelectElement).value)}>
        ${this.sources.map(({ id, name }) => html`<option value=${id} ?selected=${id === stream}>${name} (${id})</option>`)}
        ${stream === null || this.sources.some(({ id }) => id === stream) ? '' : html`<option value=${stream} selected>${stream}, not running</option>`}
        <option value=${MICROPHONE} ?selected=${stream === null}>The visitor’s microphone</option>
      </select></label>
      ${temporary ? html`<p class="warn">This id is valid only while the stream runs. Stations keep their ids.</p>` : ''}
      ${stream === null ? html`<p>It starts when the visitor clicks. The audio is sent to this server, classified and not stored.</p>` : ''}`;
  }

  #segments<Name extends 'size' | 'theme'>(title: string, name: Name, values: readonly Choices[Name][], words: Readonly<Record<Choices[Name], string>>) {
    return html`<fieldset><legend>${title}</legend><div class="segments">${values.map((value) => html`
      <label><input type="radio" name=${name} value=${value} .checked=${this.choices[name] === value} @change=${() => this.#change({ [name]: value })}>${words[value]}</label>`)}</div></fieldset>`;
  }

  #styleChoices() {
    const { properties } = this.choices;
    const radius = properties[RADIUS];
    return html`<fieldset><legend>Look</legend><div class="rows">
      ${COLOURS.map(([name, title, initial]) => html`<div class="row">
        <label><input type="checkbox" .checked=${name in properties} @change=${(event: Event) => this.#set(name, isOn(event) ? initial : undefined)}>${title}</label>
        <input type="color" aria-label="${title} colour" .value=${properties[name] ?? initial} @input=${(event: Event) => this.#set(name, valueOf(event))}></div>`)}
      <div class="row">
        <label><input type="checkbox" .checked=${radius !== undefined} @change=${(event: Event) => this.#set(RADIUS, isOn(event) ? '0.5em' : undefined)}>Corners</label>
        <input type="range" aria-label="Corner radius" min="0" max="2" step="0.125" .value=${parseFloat(radius ?? '0.875').toString()} @input=${(event: Event) => this.#set(RADIUS, `${valueOf(event)}em`)}></div>
      <div class="row"><label><input type="checkbox" .checked=${FONT in properties} @change=${(event: Event) => this.#set(FONT, isOn(event) ? 'inherit' : undefined)}>Use the page’s font</label></div>
    </div></fieldset>`;
  }

  /** Styles are set as a property: the content security policy forbids style attributes. */
  #stage(scheme: 'light' | 'dark', title: string) {
    const { stream, size, theme, properties } = this.choices;
    return html`<div class="stage ${scheme} ${size === 'line' ? 'wide' : ''}">
      <p>${title}</p>
      <live-genre .token=${this.#token} ?mic=${stream === null} stream=${stream ?? ''} size=${size} theme=${theme} .style=${declarations(properties)}></live-genre>
    </div>`;
  }

  #origins() {
    const { allowedOrigins } = this;
    if (!allowedOrigins) return html`<p>Loading.</p>`;
    if (allowedOrigins.includes('*')) return html`<p class="fine">Pages of all sites: the server runs with <code>--allowed-origins "*"</code>.</p>`;
    return html`
      ${allowedOrigins.length === 0
        ? html`<p>Only pages of this server. On other sites the widget loads but shows that it is not allowed.</p>`
        : html`<p>Pages of this server, and of:</p><ul aria-label="Allowed origins">${allowedOrigins.map((origin) => html`<li><code>${origin}</code></li>`)}</ul>`}
      <label><span>Your page’s address</span>
        <input type="text" inputmode="url" placeholder="https://example.org" autocomplete="url" spellcheck="false" .value=${this.typed} @input=${(event: Event) => { this.typed = valueOf(event); }}></label>
      <p role="status">${this.#answer(allowedOrigins)}</p>`;
  }

  #answer(allowedOrigins: readonly string[]) {
    const origin = originOf(this.typed) ?? (this.typed.trim() === '' ? 'https://example.org' : undefined);
    if (origin === undefined) return 'This is not a page’s address.';
    if (isAllowed(origin, allowedOrigins, location.origin)) return html`<span class="fine"><code>${origin}</code> is allowed.</span>`;
    return html`To allow <code>${origin}</code>, start the server with <code>livegenre serve ${allowedOriginsFlag(allowedOrigins, origin)}</code>`;
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
      // No clipboard on http pages, or permission denied.
      getSelection()?.selectAllChildren(this.renderRoot.querySelector('pre')!);
      this.trouble = 'This page has no access to the clipboard. The lines are selected: copy them with Ctrl-C or ⌘C.';
    }
  }

  async #list(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const get = (path: string): Promise<Response> => this.#visitor.fetch(path);
      // Without the visitor's own token.
      const everybody = requestJson('v1/access').then((answer) => (answer as { may: Access }).may);
      [this.sources, this.allowedOrigins, this.everybody] = await Promise.all([fetchSources(get), fetchAllowedOrigins(get), everybody]);
    } catch {
      // The preview shows that the server is offline; the lists are requested again below.
    }
    if (!this.isConnected) return;
    const first = this.sources[0];
    if (!this.#hasChosen && first) this.#show(first.id);
    clearTimeout(this.#timer);
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
