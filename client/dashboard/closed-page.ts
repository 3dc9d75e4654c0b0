/** Shown in place of every page while the visitor may not even look: the way to sign in. */
import { html, LitElement } from 'lit';
import { pageStyles } from './page-styles.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/sign-in.js';
import type { Site } from './site.js';

export class ClosedPage extends LitElement {
  static override properties = { site: { attribute: false } };
  static override styles = [sharedStyles, pageStyles];

  declare site: Site;

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'livegenre';
  }

  override render() {
    return html`
      <main>
        <h1 tabindex="-1">This server is not public</h1>
        <p>Whoever runs it can give you a token.</p>
        <sign-in .site=${this.site}></sign-in>
      </main>`;
  }
}

customElements.define('closed-page', ClosedPage);
