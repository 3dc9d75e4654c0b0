/** Page of the API tokens: what each allows and when it was last used; adds one, shows it once, and revokes. */
import { css, html, LitElement, nothing } from 'lit';
import { ApiError } from './api.js';
import { pageStyles } from './page-styles.js';
import { dialogStyles } from './parts/dialog-styles.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import type { Site } from './site.js';
import { boundText, listOf, usedText, type ApiToken } from './model/tokens.js';

const ROLES = [['view', 'look'], ['send', 'send sound, and hear stations'], ['manage', 'manage stations and tokens']] as const;

export class TokensPage extends LitElement {
  static override properties = { site: { attribute: false }, tokens: { state: true }, trouble: { state: true }, made: { state: true }, revoking: { state: true }, isBusy: { state: true } };
  static override styles = [sharedStyles, pageStyles, dialogStyles, css`
    main { max-inline-size: 52rem; inline-size: 100%; margin-inline: auto; }
    h1 { font-size: 1.5rem; font-weight: 680; letter-spacing: -0.025em; }
    h2 { margin: 0; font-size: 1rem; }
    section form { padding: 0; }
    select { min-block-size: 2.5rem; }
    .made code { display: block; padding: 0.75rem; overflow-wrap: anywhere; background: var(--sunken); border-radius: 0.5rem; user-select: all; }
    .wrong { color: var(--bad); }
    ul { display: grid; gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
    li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; padding-block: 0.5rem; border-block-end: 1px solid var(--line); }
    li div { flex: 1 1 16rem; min-inline-size: 0; overflow-wrap: anywhere; }
    li small { display: block; color: var(--quiet); }
  `];

  declare site: Site;
  /** Undefined until loaded. */
  declare tokens: readonly ApiToken[] | undefined;
  declare trouble: string;
  /** The token just made, which can't be shown again; empty if none. */
  declare made: string;
  /** Id of the token whose button was pressed once. */
  declare revoking: string;
  declare isBusy: boolean;
  #stop = (): void => {};

  constructor() {
    super();
    this.trouble = this.made = this.revoking = '';
    this.isBusy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Tokens · livegenre';
    this.#stop = this.site.visitor.on('change', () => void this.#load());
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    this.made = '';
  }

  override render() {
    return html`
      <site-header .site=${this.site} page="tokens"></site-header>
      <main>
        <h1 tabindex="-1">Tokens</h1>
        <p class="wrong" role="alert">${this.trouble}</p>
        ${this.site.visitor.canManage ? html`${this.#form()}${this.#list()}` : html`<p>Sign in with a token that may manage.</p>`}
      </main>
      <footer></footer>`;
  }

  #form() {
    return html`
      <section>
        ${this.made === '' ? nothing : html`<div class="made" role="status"><p>The token is shown this once. Keep it where passwords are kept.</p><code>${this.made}</code></div>`}
        <form @submit=${(event: SubmitEvent) => void this.#add(event)}>
          <h2>Add a token</h2>
          <label class="field">Name<input name="name" required maxlength="100" placeholder="studio recorder"></label>
          <label class="field">May<select name="role">${ROLES.map(([role, may]) => html`<option value=${role}>${may}</option>`)}</select></label>
          <label class="field">Only these stations<input name="stations" placeholder="radio-one, radio-two"><small>Ids, separated by commas. Empty: all.</small></label>
          <label class="field">Only pages of<input name="origins" placeholder="https://radio.example"><small>Origins, separated by commas. Empty: all. Programs are not held by it.</small></label>
          <div class="actions"><button type="submit" class="main" ?disabled=${this.isBusy}>Add token</button></div>
        </form>
      </section>`;
  }

  #list() {
    const { tokens } = this;
    if (tokens === undefined) return nothing;
    if (tokens.length === 0) return html`<p>There are no tokens.</p>`;
    return html`<section><ul aria-label="Tokens">${tokens.map((token) => html`
      <li>
        <div>${token.name}<small>${token.role}${boundText(token)} · ${usedText(token.usedAt, Date.now())} · ${token.id}</small></div>
        <button type="button" class=${this.revoking === token.id ? 'danger' : ''} ?disabled=${this.isBusy} aria-label=${`${this.revoking === token.id ? 'Really revoke' : 'Revoke'} ${token.name}`}
          @click=${() => void this.#revoke(token.id)}>${this.revoking === token.id ? 'Really revoke' : 'Revoke'}</button>
      </li>`)}</ul></section>`;
  }

  async #load(): Promise<void> {
    this.requestUpdate();
    if (!this.site.visitor.canManage) return void (this.tokens = undefined);
    await this.#try(async () => {
      this.tokens = (await this.site.visitor.request('v1/tokens') as { tokens: readonly ApiToken[] }).tokens;
    });
  }

  async #add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = (name: string): string => String(new FormData(form).get(name) ?? '');
    const [stations, origins] = [listOf(text('stations')), listOf(text('origins'))];
    await this.#try(async () => {
      const body = { name: text('name'), role: text('role'), ...(stations.length > 0 && { stations }), ...(origins.length > 0 && { origins }) };
      this.made = (await this.site.visitor.request('v1/tokens', { method: 'POST', body }) as { token: string }).token;
      form.reset();
      await this.#load();
    });
  }

  /** At the second press. */
  async #revoke(id: string): Promise<void> {
    if (this.revoking !== id) return void (this.revoking = id);
    await this.#try(async () => {
      await this.site.visitor.request(`v1/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
      this.revoking = '';
      await this.#load();
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    try {
      this.trouble = '';
      await work();
    } catch (error) {
      this.trouble = error instanceof ApiError ? error.message : 'The server can’t be reached. Try again.';
    }
    this.isBusy = false;
  }
}

customElements.define('tokens-page', TokensPage);
