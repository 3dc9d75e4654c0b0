/** Sign-in dialog for a token, shown if visitors may not manage, and the sign-out button. */
import { css, html, LitElement } from 'lit';
import { ApiError } from '../api.js';
import type { Site } from '../site.js';
import { dialogStyles } from './dialog-styles.js';
import { sharedStyles } from './shared-styles.js';

export class SignIn extends LitElement {
  static override properties = { site: { attribute: false }, trouble: { state: true }, isAsking: { state: true } };
  static override styles = [sharedStyles, dialogStyles, css`dialog { inline-size: min(24rem, calc(100vw - 2rem)); }`];

  declare site: Pick<Site, 'visitor'>;
  declare trouble: string;
  declare isAsking: boolean;
  #stop = (): void => {};

  override connectedCallback(): void {
    super.connectedCallback();
    this.trouble = '';
    this.isAsking = false;
    this.#stop = this.site.visitor.on('change', () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override render() {
    const { visitor } = this.site;
    if (visitor.hasToken) return html`<button type="button" @click=${() => void visitor.signOut()}>Sign out</button>`;
    if (visitor.canManage) return html``;
    return html`
      <button type="button" @click=${() => this.#dialog.showModal()}>Sign in</button>
      <dialog aria-labelledby="title" @close=${() => { this.trouble = ''; }}>
        <form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
          <h2 id="title">Sign in</h2>
          <p>With a token of this server you may do more than visitors without one: look, send sound or manage stations. It is stored until this tab is closed.</p>
          <label class="field">Token<input name="token" type="password" required autocomplete="current-password" aria-describedby="trouble"></label>
          <p id="trouble" class="wrong" role="alert">${this.trouble}</p>
          <div class="actions">
            <button type="button" @click=${() => this.#dialog.close()}>Cancel</button>
            <button type="submit" class="main" ?disabled=${this.isAsking}>Sign in</button>
          </div>
        </form>
      </dialog>`;
  }

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog')!;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const token = this.renderRoot.querySelector('input')!.value.trim();
    this.isAsking = true;
    try {
      this.trouble = await this.site.visitor.signIn(token) ? '' : 'This is no token of this server, or it was revoked.';
    } catch (error) {
      this.trouble = error instanceof ApiError ? error.message : 'The server can’t be reached. Try again.';
    }
    this.isAsking = false;
  }
}

customElements.define('sign-in', SignIn);
