/** Button that plays a station's audio, and shows if it can't. Fetches nothing before a click. */
import { css, html, LitElement, svg } from 'lit';
import { StationSound, type SoundState } from '../station-sound.js';
import { icon } from './icons.js';
import { sharedStyles } from './shared-styles.js';

const PLAY = svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor"/>`;
const STOP = svg`<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" fill="currentColor"/>`;

export class ListenButton extends LitElement {
  static override properties = { open: {}, state: { state: true } };
  static override styles = [sharedStyles, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem 0.75rem; }
    button { display: inline-flex; align-items: center; gap: 0.5rem; }
    p { font-size: 0.8125rem; color: var(--bad); }
    p:empty { display: none; }
  `];

  /** Fetches the audio. */
  declare open: (signal: AbortSignal) => Promise<Response>;
  declare state: 'off' | SoundState;
  #sound: StationSound | undefined;

  constructor() {
    super();
    this.state = 'off';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override render() {
    const isOn = this.state === 'loading' || this.state === 'playing';
    return html`
      <button type="button" aria-pressed=${isOn} @click=${() => (isOn ? this.#stop() : this.#play())}>
        ${icon(isOn ? STOP : PLAY)}${this.state === 'loading' ? 'Loading' : isOn ? 'Stop listening' : 'Listen'}
      </button>
      <p role="status">${this.state === 'failed' ? 'No audio: the station is not live.' : ''}</p>`;
  }

  #play(): void {
    this.#sound = new StationSound(this.open, (state) => { this.state = state; });
  }

  #stop(): void {
    this.#sound?.stop();
    this.#sound = undefined;
    this.state = 'off';
  }
}

customElements.define('listen-button', ListenButton);
