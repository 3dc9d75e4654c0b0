/** Plays a station's own sound, and says so when it can't. Nothing is fetched before it is pressed. */
import { css, html, LitElement, svg } from 'lit';
import { icon } from './icons.js';
import { look } from './look.js';

const PLAY = svg`<path d="M8 5.5v13l10.5-6.5z" fill="currentColor"/>`;
const STOP = svg`<rect x="6.5" y="6.5" width="11" height="11" rx="1.5" fill="currentColor"/>`;

export class ListenButton extends LitElement {
  static override properties = { src: {}, state: { state: true } };
  static override styles = [look, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem 0.75rem; }
    button { display: inline-flex; align-items: center; gap: 0.5rem; }
    p { font-size: 0.8125rem; color: var(--bad); }
    p:empty { display: none; }
  `];

  declare src: string;
  declare state: 'off' | 'loading' | 'playing' | 'failed';
  #audio: HTMLAudioElement | undefined;

  constructor() {
    super();
    this.state = 'off';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop('off');
  }

  override render() {
    const isOn = this.state === 'loading' || this.state === 'playing';
    return html`
      <button type="button" aria-pressed=${isOn} @click=${() => (isOn ? this.#stop('off') : this.#play())}>
        ${icon(isOn ? STOP : PLAY)}${this.state === 'loading' ? 'Loading' : isOn ? 'Stop listening' : 'Listen'}
      </button>
      <p role="status">${this.state === 'failed' ? 'No sound: the station is not live, or this browser can not play its format.' : ''}</p>`;
  }

  #play(): void {
    const audio = this.#audio = new Audio(this.src);
    this.state = 'loading';
    audio.onplaying = () => { this.state = 'playing'; };
    audio.onwaiting = () => { this.state = 'loading'; };
    audio.onerror = audio.onended = () => this.#stop('failed');
    audio.play().catch(() => { if (this.#audio === audio) this.#stop('failed'); });
  }

  #stop(state: 'off' | 'failed'): void {
    const audio = this.#audio;
    this.#audio = undefined;
    this.state = state;
    if (!audio) return;
    audio.onplaying = audio.onwaiting = audio.onerror = audio.onended = null;
    audio.pause();
    audio.removeAttribute('src'); // or it goes on loading
    audio.load();
  }
}

customElements.define('listen-button', ListenButton);
