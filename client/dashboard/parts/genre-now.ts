/** The current genre in large type with its confidence, or the state if there is no genre. */
import { css, html, LitElement } from 'lit';
import type { Prediction, Summary } from '../../../server/protocol/messages.js';
import { duration, labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { tagWords } from '../model/tag-words.js';
import { contentOf, CONTENT_NAMES, type AudioContent } from '../model/audio-content.js';
import { sharedStyles } from './shared-styles.js';

export class GenreNow extends LitElement {
  static override properties = {
    prediction: { attribute: false }, summary: { attribute: false }, colours: { attribute: false },
    source: {}, sinceMs: { type: Number }, isListening: { attribute: false }, isInterrupted: { attribute: false }, idle: {},
  };
  static override styles = [sharedStyles, css`
    :host { display: grid; align-content: space-between; gap: 1rem; container-type: inline-size; min-block-size: 13rem; }
    .word { font-size: clamp(2.5rem, calc(150cqi / var(--letters)), 8rem); font-weight: 680; letter-spacing: -0.035em; line-height: 1.02; overflow-wrap: anywhere; }
    .word.soft { color: var(--quiet); font-weight: 560; }
    .sure { display: grid; grid-template-columns: auto 1fr; align-items: baseline; column-gap: 0.75rem; row-gap: 0.625rem; }
    .p { font-size: 1.75rem; font-weight: 600; letter-spacing: -0.02em; line-height: 1; }
    .p small { font-size: 0.6em; font-weight: 500; color: var(--quiet); margin-inline-start: 0.1em; }
    .note { color: var(--quiet); }
    .also { grid-column: 1 / -1; min-block-size: 1lh; color: var(--quiet); }
    .track { grid-column: 1 / -1; block-size: 0.5rem; border-radius: 0.25rem; background: var(--sunken); overflow: hidden; }
    /* Moved instead of resized, in few steps: resizing would lay the page out at each refresh of the screen. */
    .fill { block-size: 100%; border-radius: inherit; background: var(--colour); translate: calc(var(--p) * 100% - 100%); transition: translate 0.3s steps(5); }
    @media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
    @media (forced-colors: active) { .fill { background: Highlight; } }
  `];

  declare prediction: Prediction | undefined;
  declare summary: Summary | undefined;
  declare colours: ReadonlyMap<string, GenreColour>;
  /** Name of the audio source. */
  declare source: string;
  /** How long the current genre or state has lasted, ms. */
  declare sinceMs: number;
  declare isListening: boolean;
  /** No sound comes from the source. */
  declare isInterrupted: boolean;
  /** Text if there is no audio and no source to choose; undefined asks to choose a source. */
  declare idle: string | undefined;

  override render() {
    const { word, note, genre, p } = this.#shown();
    const letters = Math.max(7, ...[...this.colours.keys()].map((label) => Math.min(14, labelName(label).length)));
    return html`
      <h2>${this.source || 'Nothing is playing'}</h2>
      <p class=${genre === null ? 'word soft' : 'word'} .style=${`--letters: ${letters}`}>${word}</p>
      <div class="sure">
        ${genre === null ? html`<p class="note">${note}</p>` : html`
          <p class="p">${percent(p)}<small>%</small></p>
          <p class="note">${note}</p>`}
        <p class="also">${tagWords(this.summary ?? (this.isInterrupted ? undefined : this.prediction) ?? {})}</p>
        <div class="track" aria-hidden="true"><div class="fill" .style=${`--p: ${p}; --colour: ${genre === null ? 'transparent' : this.colours.get(genre)?.strong ?? 'var(--accent)'}`}></div></div>
      </div>`;
  }

  #shown(): { word: string; note: string; genre: string | null; p: number } {
    const { prediction, summary } = this;
    if (summary) {
      const note = `over all ${duration(summary.durationMs)}`;
      if (summary.genre !== null) return { word: labelName(summary.genre), note, genre: summary.genre, p: summary.p };
      const reason = summary.top?.length ? 'Music of an unknown genre' : 'No music';
      return { word: 'No genre', note: `${reason} in ${duration(summary.durationMs)}`, genre: null, p: 0 };
    }
    if (this.isInterrupted) return { word: 'No sound', note: 'Nothing is heard at the moment', genre: null, p: 0 };
    if (!prediction && this.idle) return { word: this.idle, note: '', genre: null, p: 0 };
    if (!prediction) return this.isListening ? { word: 'Listening', note: 'Waiting for audio', genre: null, p: 0 }
      : { word: 'Choose a source', note: 'Use the microphone, or drop a file on this page', genre: null, p: 0 };
    const { genre, p } = prediction;
    if (genre !== null) return { word: labelName(genre), note: `sure, for ${duration(this.sinceMs)}`, genre, p };
    const content = contentOf(prediction);
    return { word: CONTENT_NAMES[content], note: this.#noGenreNote(content), genre: null, p: 0 };
  }

  /** Explains why there is no genre. */
  #noGenreNote(content: AudioContent): string {
    const since = duration(this.sinceMs);
    switch (content) {
      case 'silence': return `Silent for ${since}`;
      case 'speech': return `No music for ${since}`;
      case 'noise': return `Neither music nor speech for ${since}`;
      case 'unknown': return `Music of an unknown genre for ${since}`;
      default: return 'The first result takes a few seconds of music';
    }
  }
}

customElements.define('genre-now', GenreNow);
