/** The page of files: drop one or many, watch them being classified, look into each and hear it. */
import { html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Prediction, Summary } from '../../server/protocol/messages.js';
import { CONTENT_NAMES } from './model/audio-content.js';
import { numbersAsCsv, numbersAsJson, savedName } from './model/file-numbers.js';
import { FileQueue, type QueuedFile } from './model/file-queue.js';
import { clockTime, labelName, percent } from './model/format.js';
import { SHOWN_TAGS } from './model/tag-words.js';
import { GenrePalette } from '../../server/drawing/genre-colours.js';
import type { Theme } from './model/theme.js';
import { filesPageStyles } from './files-page-styles.js';
import { pageStyles } from './page-styles.js';
import './parts/file-timeline.js';
import type { Explain, FileTimeline } from './parts/file-timeline.js';
import './parts/genre-bars.js';
import './parts/genre-now.js';
import { icon, NOTE } from './parts/icons.js';
import { sharedStyles } from './parts/shared-styles.js';
import './parts/site-header.js';
import type { Site } from './site.js';
import { explainStretch } from './sources/explain.js';
import { FileAudio } from './sources/file-audio.js';
import { uploadFile } from './sources/file-upload.js';
import { onceAFrame } from './model/once-a-frame.js';

/** Wait before a server that has no place is asked again. */
const RETRY_MS = 5000;
/** The server's maximum number of labels in a prediction. */
const MAX_TOP_K = 100;
/** Rows of the table on one page. */
const ROWS = 50;

export class FilesPage extends LitElement {
  static override properties = { site: { attribute: false }, theme: { state: true }, labels: { state: true }, chosen: { state: true }, isOver: { state: true }, trouble: { state: true }, rowsFrom: { state: true }, isTableOpen: { state: true } };
  static override styles = [sharedStyles, pageStyles, filesPageStyles];

  declare site: Site;
  declare theme: Theme;
  declare labels: readonly string[];
  /** The file that is looked at. */
  declare chosen: QueuedFile | undefined;
  declare isOver: boolean;
  declare trouble: string;
  declare rowsFrom: number;
  declare isTableOpen: boolean;
  #version = 0;
  /** Events come in hundreds a second: the page follows once a frame. */
  readonly #changed = onceAFrame(() => {
    this.#version++;
    this.requestUpdate();
  });
  #page: AbortController | undefined;
  #audio: { readonly of: QueuedFile; readonly audio: FileAudio } | undefined;
  readonly #palette = new GenrePalette();
  readonly #explain: Explain = (analysis, stretch, signal) => explainStretch(analysis, stretch, { token: this.site.visitor.token, signal });
  readonly #queue = new FileQueue({
    upload: async (file, upload) => uploadFile(file, { ...upload, topK: Math.min(MAX_TOP_K, (await this.site.model()).labels.length), tags: SHOWN_TAGS, token: this.site.visitor.token }),
    format: async () => {
      const { labels, blockColumns, frontEnd: { sampleRate, hop, bands } } = await this.site.newestModel();
      this.labels = labels;
      const hopMs = 1000 * hop / sampleRate;
      return { bands, hopMs, blockMs: blockColumns * hopMs };
    },
    maxBytes: () => this.site.visitor.maxFileBytes,
    onChange: () => this.#changed(),
    wait: (signal) => new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
  });

  constructor() {
    super();
    this.theme = 'light';
    this.labels = [];
    this.isOver = this.isTableOpen = false;
    this.trouble = '';
    this.rowsFrom = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = 'Files · livegenre';
    this.#page = new AbortController();
    const { signal } = this.#page;
    addEventListener('dragover', (event) => this.#dragged(event), { signal });
    addEventListener('dragleave', (event) => { if (event.relatedTarget === null) this.isOver = false; }, { signal });
    addEventListener('drop', (event) => this.#dropped(event), { signal });
    signal.addEventListener('abort', this.site.visitor.on('change', () => this.requestUpdate()));
    this.#add(this.site.dropped);
    this.site.dropped = [];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#page?.abort();
    this.#queue.end();
    this.#audio?.audio.end();
    this.#audio = undefined;
  }

  override render() {
    const { site, chosen } = this;
    const { files } = this.#queue;
    return html`
      <site-header .site=${site} page="files" @theme=${(event: CustomEvent<Theme>) => { this.theme = event.detail; }}></site-header>
      <div class="trouble" role="alert" ?hidden=${this.trouble === ''}><p>${this.trouble}</p></div>
      <main class=${this.isOver && files.length > 0 ? 'over' : ''}>
        <div class="head">
          <h1 tabindex="-1">Files</h1>
          ${files.length > 0 && site.visitor.canSend ? this.#chooser('Add files') : nothing}
        </div>
        <input type="file" multiple hidden aria-label="Sound files" @change=${this.#chooseFiles}>
        ${files.length === 0 ? this.#none() : this.#list(files)}
        ${chosen ? this.#result(chosen) : nothing}
      </main>
      <footer></footer>
      <p class="visually-hidden" aria-live="polite">${announcement(files)}</p>`;
  }

  #chooser(text: string) {
    return html`<button type="button" class="choose" @click=${() => this.renderRoot.querySelector('input')!.click()}>${text}</button>`;
  }

  #none() {
    if (!this.site.visitor.canSend) return html`<div class="zone"><p>Files can’t be sent to this server</p><p>Sign in with a token, or use <code>npx livegenre classify FILE</code>.</p></div>`;
    const { maxFileBytes } = this.site.visitor;
    return html`
      <div class=${this.isOver ? 'zone over' : 'zone'}>
        ${icon(NOTE)}
        <p>Drop sound files here</p>
        <p>One or many, of any common format${Number.isFinite(maxFileBytes) ? `, up to ${size(maxFileBytes)} each` : ''}. The server hears all of a file, faster than it plays, and keeps nothing of it.</p>
        ${this.#chooser('Choose files')}
      </div>`;
  }

  #list(files: readonly QueuedFile[]) {
    return html`
      <section aria-label="Files">
        <ul class="files" aria-label="Dropped files">${repeat(files, ({ key }) => key, (queued) => {
          const part = partDone(queued);
          return html`
          <li>
            <button type="button" class="one" aria-pressed=${queued === this.chosen} @click=${() => this.#choose(queued)}>
              <span class="name">${queued.file.name}</span><span class="said">${said(queued)}</span>
              ${queued.state === 'busy' ? html`<progress max="1" .value=${part} aria-label="Analysed"></progress>` : nothing}
            </button>
            <button type="button" aria-label=${`Remove ${queued.file.name}`} title="Remove" @click=${() => this.#remove(queued)}>✕</button>
          </li>`;
        })}</ul>
      </section>`;
  }

  #result(queued: QueuedFile) {
    const { analysis, state, sentence, file } = queued;
    const answer = analysis?.answer;
    const colours = this.#palette.of(this.labels, this.theme);
    const top = answer ? answer.top.map(({ genre, p }): [string, number] => [genre, p]) : analysis?.prediction?.top ?? [];
    const genre = answer ? answer.genre : analysis?.prediction?.genre ?? null;
    const shown = { ...(analysis?.prediction ?? { state: 'warming', p: 0, music: 1, level: -120, peak: -120 }), genre, top } as Prediction;
    const summary: Summary | undefined = answer && { type: 'summary', durationMs: answer.durationMs, genre: answer.genre, p: answer.p, top, segments: answer.segments, ...(answer.tags && { tags: answer.tags }) };
    const problem = state === 'failed' || sentence !== '' ? sentence : answer?.error ? `${file.name} ${answer.error}.` : '';
    return html`
      <div class="result">
        <p class=${state === 'failed' ? 'sentence bad wide' : 'sentence wide'} role=${state === 'failed' ? 'alert' : 'status'} ?hidden=${problem === ''}>${problem}</p>
        ${answer?.note ? html`<p class="sentence wide">${file.name} ${answer.note}.</p>` : nothing}
        ${analysis && (state !== 'failed' || analysis.heardMs > 0) ? html`
          <section aria-label="Genre">
            <genre-now .prediction=${answer ? undefined : shown} .summary=${summary} .colours=${colours} .source=${file.name} .sinceMs=${analysis.heardMs} .isListening=${true}></genre-now>
            ${state === 'busy' ? this.#steps(queued) : nothing}
          </section>
          <section aria-label="All genres">
            <genre-bars .prediction=${shown} .labels=${answer && top.length > 0 ? top.map(([label]) => label) : this.labels} .colours=${colours}></genre-bars>
          </section>
          <section class="wide" aria-label="Timeline of the file">
            <file-timeline .analysis=${analysis} .version=${this.#version} .colours=${colours} .theme=${this.theme} .audio=${this.#audio?.audio} .explain=${this.#explain}></file-timeline>
            <div class="save" role="group" aria-label="Save">
              <button type="button" @click=${() => this.#savePicture(queued)}>Save picture</button>
              <button type="button" ?disabled=${!answer} @click=${() => this.#save(numbersAsJson(analysis), 'application/json', savedName(file.name, 'json'))}>Save JSON</button>
              <button type="button" ?disabled=${!answer} @click=${() => this.#save(numbersAsCsv(analysis.stretches, this.labels), 'text/csv', savedName(file.name, 'csv'))}>Save CSV</button>
            </div>
            <details aria-label="Numbers as a table" @toggle=${(event: Event) => { this.isTableOpen = (event.target as HTMLDetailsElement).open; }}>
              <summary>Numbers as a table</summary>
              ${this.isTableOpen ? this.#table(queued) : nothing}
            </details>
          </section>` : nothing}
      </div>`;
  }

  #steps({ file, sentBytes, analysis }: QueuedFile) {
    const { heardMs = 0, progress } = analysis ?? {};
    const speed = progress && progress.elapsedMs > 0 ? progress.scoredMs / progress.elapsedMs : 0;
    return html`
      <div class="steps">
        <p>${sentBytes < file.size ? `Sent: ${size(sentBytes)} of ${size(file.size)}` : `Sent: all ${size(file.size)}`}</p>
        <progress max=${file.size} .value=${sentBytes} aria-label="Sent"></progress>
        <p>Heard: ${clockTime(heardMs)}${progress?.durationMs ? ` of ${clockTime(progress.durationMs)}` : ''}${speed > 0 ? `, ${speed.toFixed(speed < 10 ? 1 : 0)} times as fast as it plays` : ''}</p>
        <progress max=${progress?.durationMs ?? Math.max(1, heardMs)} .value=${progress?.durationMs ? heardMs : 0} aria-label="Heard"></progress>
      </div>`;
  }

  #table({ analysis }: QueuedFile) {
    const stretches = analysis?.stretches ?? [];
    const from = Math.min(this.rowsFrom, Math.max(0, stretches.length - 1));
    const rows = stretches.slice(from, from + ROWS);
    return html`
      <div class="numbers" tabindex="0" role="group" aria-label="Table of stretches">
        <table>
          <caption>Stretches ${stretches.length === 0 ? 0 : from + 1} to ${from + rows.length} of ${stretches.length}</caption>
          <thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Heard</th><th scope="col" class="number">Sure</th><th scope="col">Then</th></tr></thead>
          <tbody>${rows.map(({ fromMs, toMs, state, genre, p, top }) => html`
            <tr>
              <th scope="row">${clockTime(fromMs)}</th><td>${clockTime(toMs)}</td>
              <td>${genre === null ? CONTENT_NAMES[state] : labelName(genre)}</td>
              <td class="number">${genre === null ? '' : `${percent(p)} %`}</td>
              <td>${top.slice(genre === null ? 0 : 1, 3).map(([label, each]) => `${labelName(label)} ${percent(each)} %`).join(', ')}</td>
            </tr>`)}</tbody>
        </table>
      </div>
      ${stretches.length > ROWS ? html`
        <div class="pages">
          <button type="button" ?disabled=${from === 0} @click=${() => { this.rowsFrom = Math.max(0, from - ROWS); }}>Earlier</button>
          <button type="button" ?disabled=${from + ROWS >= stretches.length} @click=${() => { this.rowsFrom = from + ROWS; }}>Later</button>
        </div>` : nothing}`;
  }

  #add(files: readonly File[]): void {
    if (files.length === 0 || !this.site.visitor.canSend) return;
    const first = this.#queue.add(files);
    if (first && (!this.chosen || this.chosen.state === 'failed' || this.#queue.files.length === 1)) this.#choose(first);
  }

  #choose(queued: QueuedFile | undefined): void {
    this.chosen = queued;
    this.rowsFrom = 0;
    this.trouble = '';
    if (this.#audio?.of === queued) return;
    this.#audio?.audio.end();
    this.#audio = queued && { of: queued, audio: new FileAudio(queued.file, () => this.#changed()) };
  }

  #remove(queued: QueuedFile): void {
    this.#queue.remove(queued);
    if (this.chosen === queued) this.#choose(this.#queue.files[0]);
  }

  #chooseFiles(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...input.files ?? []];
    input.value = ''; // so that choosing the same file again fires a change
    this.#add(files);
  }

  #dragged(event: DragEvent): void {
    if (!this.site.visitor.canSend || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.isOver = true;
  }

  #dropped(event: DragEvent): void {
    this.#dragged(event);
    this.isOver = false;
    this.#add([...event.dataTransfer?.files ?? []]);
  }

  async #savePicture({ file, analysis }: QueuedFile): Promise<void> {
    const answer = analysis?.answer;
    const verdict = answer?.genre ? `${labelName(answer.genre)} ${percent(answer.p)} % over all ${clockTime(answer.durationMs)}` : `${clockTime(analysis?.heardMs ?? 0)}, no genre`;
    try {
      const picture = await this.renderRoot.querySelector<FileTimeline>('file-timeline')!.picture(file.name, `${verdict} · livegenre`);
      this.#save(picture, 'image/png', savedName(file.name, 'png'));
    } catch (error) {
      this.trouble = (error as Error).message;
    }
  }

  #save(content: Blob | string, type: string, name: string): void {
    const address = URL.createObjectURL(new Blob([content], { type }));
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    // After the download has begun.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}

/** 0 to 1: what was heard of what is announced, else what was sent. */
function partDone({ file, sentBytes, analysis }: QueuedFile): number {
  const announcedMs = analysis?.progress?.durationMs;
  if (announcedMs) return Math.min(1, analysis!.heardMs / announcedMs);
  return file.size > 0 ? sentBytes / file.size : 0;
}

/** For screen readers: the file that ended last, in the order of the list. */
function announcement(files: readonly QueuedFile[]): string {
  const ended = files.filter(({ state, analysis }) => state === 'done' && analysis?.answer).at(-1);
  return ended ? `${ended.file.name}: ${said(ended)}` : '';
}

/** The state of a file in a few words. */
function said({ state, analysis }: QueuedFile): string {
  const answer = analysis?.answer;
  if (state === 'waiting') return 'Waiting';
  if (state === 'failed') return 'Not analysed';
  if (!answer) return analysis?.heardMs ? `Heard ${clockTime(analysis.heardMs)}` : 'Sending';
  if (answer.genre !== null) return `${labelName(answer.genre)} ${percent(answer.p)} %`;
  return answer.error ?? 'No genre';
}

function size(bytes: number): string {
  if (bytes < 2 ** 20) return `${Math.ceil(bytes / 1024)} KB`;
  const [value, unit] = bytes < 2 ** 30 ? [bytes / 2 ** 20, 'MB'] : [bytes / 2 ** 30, 'GB'];
  return `${value.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}

customElements.define('files-page', FilesPage);
