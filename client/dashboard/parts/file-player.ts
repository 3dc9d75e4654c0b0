/** Position and mute button of the playing file. */
import { css, html, LitElement, svg } from 'lit';
import { clockTime } from '../model/format.js';
import type { FilePlayback } from '../sources/file.js';
import { sharedStyles } from './shared-styles.js';

const LOUD = svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`;
const MUTED = svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>`;

export class FilePlayer extends LitElement {
  /** Only `playback` is read; changes of the others trigger an update. */
  static override properties = { playback: { attribute: false }, positionMs: { type: Number }, state: {}, isMuted: { type: Boolean } };
  static override styles = [sharedStyles, css`
    :host { display: flex; align-items: center; gap: 0.75rem; }
    .time { white-space: nowrap; color: var(--quiet); }
    progress { flex: 1; min-inline-size: 3rem; block-size: 0.375rem; appearance: none; border: 0; border-radius: 0.1875rem; overflow: hidden; background: var(--sunken); }
    progress::-webkit-progress-bar { background: var(--sunken); }
    progress::-webkit-progress-value { background: var(--accent); }
    progress::-moz-progress-bar { background: var(--accent); }
    button { display: inline-grid; place-items: center; padding: 0 0.6rem; }
  `];

  declare playback: FilePlayback;
  declare positionMs: number;
  declare state: string;
  declare isMuted: boolean;

  override render() {
    const { playback } = this;
    const { durationMs, positionMs, isMuted } = playback;
    const mute = isMuted ? 'Play aloud' : 'Mute';
    return html`
      ${playback.state === 'blocked' ? html`<button type="button" @click=${() => playback.play()}>Play</button>` : ''}
      <progress max=${durationMs} .value=${positionMs} aria-label="Position in the file" aria-valuetext="${clockTime(positionMs)} of ${clockTime(durationMs)}"></progress>
      <span class="time">${clockTime(positionMs)} / ${clockTime(durationMs)}</span>
      ${playback.state === 'ended' ? '' : html`
        <button type="button" aria-label=${mute} title=${mute} @click=${() => { playback.isMuted = !isMuted; }}>
          <svg viewBox="0 0 24 24" aria-hidden="true">${isMuted ? MUTED : LOUD}</svg>
        </button>`}`;
  }
}

customElements.define('file-player', FilePlayer);
