/** A small player of the library: the track that plays, where it is, and a way to anywhere in it. */
import { css, html, LitElement } from 'lit';
import { clockTime } from '../model/format.js';
import type { Track } from '../../../server/protocol/library.js';
import type { TrackAudio } from '../sources/track-audio.js';
import { icon, PAUSE, PLAY } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** Fires `close`, and `open` (detail: Track) when its title is pressed. */
export class TrackPlayer extends LitElement {
  /** `version` changes with the state of the audio. */
  static override properties = { audio: { attribute: false }, track: { attribute: false }, version: { type: Number } };
  static override styles = [sharedStyles, css`
    :host { display: grid; grid-template-columns: auto minmax(0, 2fr) minmax(4rem, 3fr) auto auto; align-items: center; gap: 0.375rem 0.75rem; padding: 0.5rem 0.75rem; background: var(--surface); border: 1px solid var(--control); border-radius: 0.875rem; box-shadow: 0 6px 24px rgb(0 0 0 / 18%); }
    button { display: grid; place-items: center; padding: 0 0.6rem; }
    .title { all: unset; cursor: pointer; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 560; border-radius: 0.25rem; }
    .title:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .title small { color: var(--quiet); font-size: 0.8125rem; font-weight: 400; }
    input { accent-color: var(--accent); inline-size: 100%; margin: 0; block-size: 1.5rem; }
    .time { color: var(--quiet); white-space: nowrap; }
    .trouble { grid-column: 1 / -1; color: var(--bad); font-size: 0.8125rem; }
    @media (max-width: 40rem) {
      :host { grid-template-columns: auto minmax(0, 1fr) auto; }
      .time { display: none; }
      input { grid-row: 2; grid-column: 1 / -1; }
    }
  `];

  declare audio: TrackAudio;
  declare track: Track;
  declare version: number;

  override render() {
    const { audio, track } = this;
    const durationS = audio.durationS ?? track.durationMs / 1000;
    const words = `${clockTime(audio.positionS * 1000)} of ${clockTime(durationS * 1000)}`;
    return html`
      <button type="button" aria-label=${audio.isPlaying ? 'Pause' : 'Play'} @click=${() => audio.toggle(track.id)}>${icon(audio.isPlaying ? PAUSE : PLAY)}</button>
      <button type="button" class="title" @click=${() => this.dispatchEvent(new CustomEvent('open', { detail: track }))}>${track.title} <small>${track.artist}</small></button>
      <input type="range" min="0" max=${Math.max(1, Math.round(durationS))} step="1" .value=${String(Math.round(audio.positionS))} aria-label="Position in the track" aria-valuetext=${words}
        @input=${(event: Event) => audio.seek(Number((event.target as HTMLInputElement).value))}>
      <span class="time">${words.replace(' of ', ' / ')}</span>
      <button type="button" aria-label="Close the player" title="Close the player" @click=${() => this.dispatchEvent(new CustomEvent('close'))}>✕</button>
      ${audio.trouble === '' ? '' : html`<p class="trouble" role="status">${audio.trouble}</p>`}`;
  }
}

customElements.define('track-player', TrackPlayer);
