/** Connection state, lag and lost audio of the current source. */
import { css, html, LitElement } from 'lit';
import type { ConnectionState as State } from '../../sdk/index.js';
import { delay } from '../model/format.js';
import { sharedStyles } from './shared-styles.js';

/** `interrupted`: connected, but no sound comes from the source. */
type ShownState = State | 'idle' | 'interrupted';

const STATE_NAMES: Readonly<Record<ShownState, string>> = {
  idle: 'Not listening', connecting: 'Connecting', open: 'Live', reconnecting: 'Reconnecting', closed: 'Stopped', interrupted: 'No sound',
};

export class ConnectionStateView extends LitElement {
  static override properties = { state: {}, lagMs: { type: Number }, droppedMs: { type: Number } };
  static override styles = [sharedStyles, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; justify-content: end; gap: 0 0.5rem; white-space: nowrap; }
    .dot { inline-size: 0.5625rem; block-size: 0.5625rem; border-radius: 50%; border: 2px solid var(--control); }
    .open .dot { background: var(--good); border-color: var(--good); }
    .reconnecting .dot, .connecting .dot, .interrupted .dot { border-color: var(--warn); border-style: dashed; border-radius: 0; rotate: 45deg; }
    .state { display: flex; align-items: center; gap: 0.5rem; font-weight: 600; }
    .number { color: var(--quiet); min-inline-size: 4.25rem; text-align: end; }
    .lost { color: var(--warn); }
  `];

  declare state: ShownState;
  /** Undefined before the first prediction. */
  declare lagMs: number | undefined;
  declare droppedMs: number;

  override render() {
    const isOpen = this.state === 'open';
    return html`
      <span class="state ${this.state}" role="status"><span class="dot"></span>${STATE_NAMES[this.state]}</span>
      ${isOpen && this.lagMs !== undefined ? html`<span class="number" title="From the arrival of the audio at the server to its prediction">lag ${delay(this.lagMs)}</span>` : ''}
      ${this.droppedMs > 0 ? html`<span class="lost" title="Audio that was not classified: lost without a connection, or too late">lost ${delay(this.droppedMs)}</span>` : ''}`;
  }
}

customElements.define('connection-state', ConnectionStateView);
