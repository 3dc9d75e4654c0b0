/** Files of this device: a list with what each is, and the chosen one on a time axis, to be looked at and heard. */
import { css, html, LitElement, nothing } from 'lit';
import { CONTENT_NAMES } from '../dashboard/model/audio-content.js';
import type { FileAnalysis } from '../dashboard/model/file-analysis.js';
import { clockTime, labelName, percent } from '../dashboard/model/format.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import type { Theme } from '../dashboard/model/theme.js';
import '../dashboard/parts/file-timeline.js';
import { sharedStyles } from '../dashboard/parts/shared-styles.js';
import { FileAudio } from '../dashboard/sources/file-audio.js';
import { classifyFile, type HeardFile } from './sound-file.js';
import { onceAFrame } from '../dashboard/model/once-a-frame.js';

interface Row {
  readonly file: File;
  analysis: FileAnalysis | undefined;
  heard: HeardFile | undefined;
  problem: string;
}

export class DeviceFiles extends LitElement {
  static override properties = { theme: {}, rows: { state: true }, chosen: { state: true } };
  static override styles = [sharedStyles, css`
    :host { display: grid; gap: 1rem; }
    ul { display: grid; gap: 0.5rem; }
    li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; }
    .name { flex: 1 1 12rem; text-align: start; overflow-wrap: anywhere; }
    .quiet { color: var(--quiet); }
  `];

  declare theme: Theme;
  declare rows: readonly Row[];
  declare chosen: Row | undefined;
  readonly #palette = new GenrePalette();
  #labels: readonly string[] = [];
  #audio: FileAudio | undefined;
  #page = new AbortController();
  /** Files are heard one after the other. */
  #work = Promise.resolve();
  #version = 0;
  /** Messages come in hundreds a second: the page follows once a frame. */
  readonly #changed = onceAFrame(() => {
    this.#version++;
    this.requestUpdate();
  });

  constructor() {
    super();
    this.theme = 'light';
    this.rows = [];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#page.abort();
    this.#audio?.end();
  }

  add(files: readonly File[]): void {
    if (this.#page.signal.aborted) this.#page = new AbortController();
    const added = files.map((file): Row => ({ file, analysis: undefined, heard: undefined, problem: '' }));
    this.rows = [...this.rows, ...added];
    if (!this.chosen && added[0]) this.#choose(added[0]);
    for (const row of added) this.#work = this.#work.then(() => this.#hear(row));
  }

  override render() {
    const { rows, chosen } = this;
    if (rows.length === 0) return nothing;
    return html`
      <ul aria-label="Chosen files">${rows.map((row) => html`<li><button type="button" class="name" aria-pressed=${row === chosen} @click=${() => this.#choose(row)}>${row.file.name}</button><span role="status">${answerOf(row)}</span></li>`)}</ul>
      ${chosen?.analysis ? html`<file-timeline .analysis=${chosen.analysis} .version=${this.#version} .colours=${this.#palette.of(this.#labels, this.theme)} .theme=${this.theme} .audio=${this.#audio}></file-timeline>` : nothing}`;
  }

  #choose(row: Row): void {
    if (row === this.chosen) return;
    this.chosen = row;
    this.#audio?.end();
    this.#audio = new FileAudio(row.file, () => this.#changed());
  }

  async #hear(row: Row): Promise<void> {
    const { signal } = this.#page;
    if (signal.aborted) return;
    try {
      row.heard = await classifyFile(row.file, {
        begun: (analysis, labels) => {
          row.analysis = analysis;
          this.#labels = labels;
        },
        changed: () => this.#changed(),
      }, signal);
    } catch (error) {
      row.problem = (error as Error).message;
    }
    this.#changed();
  }
}

/** What is known of a file, in words. */
function answerOf({ analysis, heard, problem }: Row) {
  if (problem !== '') return html`<span role="alert">${problem}</span>`;
  if (!heard) return html`<span class="quiet">${analysis ? `Heard ${clockTime(analysis.heardMs)} of ${clockTime(analysis.durationMs)}` : 'Waiting'}</span>`;
  const { summary: { genre, p, segments, durationMs }, elapsedMs } = heard;
  const parts = segments.map((segment) => `${clockTime(segment.fromMs)} ${segment.genre === null ? CONTENT_NAMES[segment.state] : labelName(segment.genre)}`);
  return html`
    <strong>${genre === null ? 'No genre' : `${labelName(genre)} ${percent(p)} %`}</strong>
    <span class="quiet">${clockTime(durationMs)}, ${Math.round(durationMs / elapsedMs)} times as fast as it plays</span>
    <span class="quiet">${parts.length > 1 ? parts.join(', ') : nothing}</span>`;
}

customElements.define('device-files', DeviceFiles);
