/** A file on one time axis, to be looked at and heard: zoomed and moved with wheel, touch and keys. */
import { css, html, LitElement } from 'lit';
import type { Stretch } from '../../../server/protocol/messages.js';
import type { Explained } from '../model/explained.js';
import type { FileAnalysis } from '../model/file-analysis.js';
import { CONTENT_NAMES } from '../model/audio-content.js';
import { clockTime, labelName, percent } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { Theme } from '../model/theme.js';
import { TimeWindow } from '../model/time-window.js';
import type { FileAudio } from '../sources/file-audio.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';
import { FILE_HEIGHT, FilePainter, STRETCHES_BOTTOM, STRETCHES_TOP } from './file-painter.js';
import { sharedStyles } from './shared-styles.js';
import { SpectrogramTiles } from './spectrogram-tiles.js';

/** Zoom of one press of a key or button. */
const ZOOM_STEP = 2;
/** Zoom for each px of a wheel. */
const WHEEL_ZOOM = 1.0025;
/** Movement below which a press is a click, px. */
const CLICK_PX = 5;
/** Share of the window by which Page Up and Page Down move. */
const PAGE_SHARE = 0.8;
/** A stretch that is explained takes at least this share of the window. */
const EXPLAINED_SHARE = 0.4;

/** Asks where the network looked; undefined if there is nothing to say. */
export type Explain = (analysis: FileAnalysis, stretch: Stretch, signal: AbortSignal) => Promise<Explained | undefined>;

export class FileTimeline extends LitElement {
  /** `version` changes when the analysis has grown or the sound has started or stopped. */
  static override properties = { analysis: { attribute: false }, version: { type: Number }, colours: { attribute: false }, theme: {}, audio: { attribute: false }, explain: { attribute: false }, looked: { state: true }, isAsking: { state: true }, refusal: { state: true }, picked: { state: true }, isWhole: { state: true } };
  static override styles = [sharedStyles, css`
    :host { display: grid; gap: 0.625rem; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
    .tools button { min-inline-size: 2.5rem; padding: 0 0.75rem; }
    button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
    .place { color: var(--quiet); margin-inline-start: 0.25rem; }
    .picked { flex: 1 1 12rem; min-block-size: 1.4rem; text-align: end; font-size: 0.8125rem; }
    .axis { position: relative; border-radius: 0.375rem; touch-action: pan-y; cursor: crosshair; user-select: none; -webkit-user-select: none; }
    canvas { display: block; inline-size: 100%; block-size: ${FILE_HEIGHT}px; }
    .looked { max-inline-size: 46rem; color: var(--quiet); font-size: 0.8125rem; }
    .trouble { color: var(--quiet); font-size: 0.8125rem; }
  `];

  declare analysis: FileAnalysis | undefined;
  declare version: number;
  declare colours: ReadonlyMap<string, GenreColour>;
  declare theme: Theme;
  declare audio: FileAudio | undefined;
  declare explain: Explain | undefined;
  /** Where the network looked in the chosen stretch. */
  declare looked: Explained | undefined;
  declare isAsking: boolean;
  /** Why that can't be said; empty if it can. */
  declare refusal: string;
  /** Index of the chosen stretch; -1 for none. */
  declare picked: number;
  declare isWhole: boolean;
  #window = new TimeWindow();
  #tiles: SpectrogramTiles | undefined;
  #tilesOf: { analysis: FileAnalysis; theme: Theme } | undefined;
  #drawn = '';
  readonly #canvas = new AnimatedCanvas(this, (frame) => this.#draw(frame));
  /** Fingers and buttons that are down, by their id. */
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #moved = 0;
  #question: AbortController | undefined;

  constructor() {
    super();
    this.version = 0;
    this.colours = new Map();
    this.theme = 'light';
    this.picked = -1;
    this.isWhole = true;
    this.isAsking = false;
    this.refusal = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('analysis') || changed.has('picked')) this.#forget();
    if (!changed.has('analysis')) return;
    this.#window = new TimeWindow();
    this.picked = -1;
    this.isWhole = true;
  }

  override render() {
    const { analysis, audio, picked, looked } = this;
    const stretch = analysis?.stretches[picked];
    const positionMs = audio?.positionMs ?? 0;
    return html`
      <div class="tools" role="group" aria-label="Sound and zoom">
        <button type="button" class="play" ?disabled=${!audio || audio.trouble !== ''} @click=${() => this.#toggle()}>${audio?.isPlaying ? 'Pause' : 'Play'}</button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#zoom(1 / ZOOM_STEP)}>+</button>
        <button type="button" aria-label="Zoom out" title="Zoom out (-)" ?disabled=${this.isWhole} @click=${() => this.#zoom(ZOOM_STEP)}>−</button>
        <button type="button" title="Show all (0)" ?disabled=${this.isWhole} @click=${() => this.#showAll()}>All</button>
        ${this.explain ? html`<button type="button" title="Where the network looked in the chosen stretch" aria-pressed=${looked !== undefined} ?disabled=${!stretch || stretch.top.length === 0 || this.isAsking} @click=${() => this.#look()}>Where it looked</button>` : ''}
        <span class="place">${clockTime(positionMs)} / ${clockTime(analysis?.durationMs ?? 0)}</span>
        <p class="picked" aria-live="polite">${stretch ? html`<strong>${stretch.genre === null ? CONTENT_NAMES[stretch.state] : labelName(stretch.genre)}</strong>, ${clockTime(stretch.fromMs)} to ${clockTime(stretch.toMs)}${stretch.top.length > 0 ? `: ${stretch.top.slice(0, 3).map(([label, p]) => `${labelName(label)} ${percent(p)} %`).join(', ')}` : ''}` : ''}</p>
      </div>
      <div class="axis" tabindex="0" role="group" aria-label="Timeline" aria-description="Left and right choose a stretch, Enter hears it, Space plays and pauses, plus and minus zoom, Page Up and Page Down move, 0 shows all"
        @keydown=${this.#key} @wheel=${this.#wheel} @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up}>
        <canvas role="img" aria-label="Live states, stretches, waveform and mel spectrogram of the file"></canvas>
      </div>
      <p class="looked" role="status" ?hidden=${!looked && !this.isAsking && this.refusal === ''}>${looked ? lookedWords(looked) : this.isAsking ? 'Asking the network without each part of it …' : this.refusal}</p>
      ${audio?.trouble ? html`<p class="trouble" role="status">${audio.trouble}</p>` : ''}`;
  }

  /** What is seen now as a picture, with a title above it. */
  picture(title: string, subtitle: string): Promise<Blob> {
    const shown = this.renderRoot.querySelector('canvas')!;
    const ratio = devicePixelRatio;
    const head = Math.round(56 * ratio);
    const margin = Math.round(16 * ratio);
    const canvas = document.createElement('canvas');
    canvas.width = shown.width + 2 * margin;
    canvas.height = shown.height + head + 2 * margin;
    const context = canvas.getContext('2d')!;
    const style = getComputedStyle(this);
    context.fillStyle = style.getPropertyValue('--surface');
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = style.getPropertyValue('--ink');
    context.font = `650 ${18 * ratio}px ${style.fontFamily}`;
    context.fillText(title, margin, margin + 18 * ratio, canvas.width - 2 * margin);
    context.fillStyle = style.getPropertyValue('--quiet');
    context.font = `400 ${13 * ratio}px ${style.fontFamily}`;
    context.fillText(subtitle, margin, margin + 40 * ratio, canvas.width - 2 * margin);
    context.drawImage(shown, margin, margin + head);
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))), 'image/png'));
  }

  /** Tiles and window, for tests of how much is kept. */
  get view(): { readonly tiles: number; readonly fromMs: number; readonly toMs: number } {
    return { tiles: this.#tiles?.size ?? 0, fromMs: this.#window.fromMs, toMs: this.#window.toMs };
  }

  #draw({ context, width, height, ratio, mustRedraw }: Frame): void {
    const { analysis, audio } = this;
    if (!analysis) return context.clearRect(0, 0, width, height);
    const window = this.#window;
    window.durationMs = analysis.durationMs;
    const cursorMs = audio && (audio.isPlaying || audio.positionMs > 0) ? audio.positionMs : undefined;
    if (audio?.isPlaying) {
      window.reveal(audio.positionMs);
      this.#showPlace(audio.positionMs);
    }
    const state = [window.fromMs, window.spanMs, cursorMs === undefined ? '' : Math.round(window.positionOf(cursorMs) * width), analysis.levels.rows, analysis.stretches.length].join();
    if (!mustRedraw && state === this.#drawn) return;
    this.#drawn = state;
    if (this.#tilesOf?.analysis !== analysis || this.#tilesOf.theme !== this.theme) {
      this.#tilesOf = { analysis, theme: this.theme };
      this.#tiles = new SpectrogramTiles(analysis, this.theme);
    }
    new FilePainter(context, this, { analysis, tiles: this.#tiles!, window, colours: this.colours, cursorMs, picked: this.picked, looked: this.looked }, width, height, ratio).paint();
  }

  /** Without an update of the element, which would be one for each frame. */
  #showPlace(ms: number): void {
    const text = `${clockTime(ms)} / ${clockTime(this.analysis?.durationMs ?? 0)}`;
    const place = this.renderRoot.querySelector('.place')!;
    if (place.textContent !== text) this.requestUpdate();
  }

  #toggle(): void {
    const { audio } = this;
    if (!audio) return;
    if (audio.isPlaying) audio.pause();
    else audio.play();
  }

  #zoom(factor: number, atMs = this.#centreMs()): void {
    this.#window.zoom(factor, atMs);
    this.#windowChanged();
  }

  #showAll(): void {
    this.#window.showAll();
    this.#windowChanged();
  }

  #windowChanged(): void {
    this.isWhole = this.#window.isWhole;
    this.#canvas.redraw();
  }

  /** The chosen stretch if it is seen, else the middle. */
  #centreMs(): number {
    const { fromMs, toMs } = this.#window;
    const stretch = this.analysis?.stretches[this.picked];
    const ms = stretch ? (stretch.fromMs + stretch.toMs) / 2 : -1;
    return ms >= fromMs && ms <= toMs ? ms : (fromMs + toMs) / 2;
  }

  #pick(index: number): void {
    const { analysis } = this;
    if (!analysis || analysis.stretches.length === 0) return;
    this.picked = Math.max(0, Math.min(analysis.stretches.length - 1, index));
    const { fromMs, toMs } = analysis.stretches[this.picked]!;
    if (toMs > this.#window.toMs || fromMs < this.#window.fromMs) {
      this.#window.reveal(fromMs);
      this.#window.reveal(toMs);
      this.#windowChanged();
    }
  }

  /** Asks where the network looked, or takes the answer away. */
  async #look(): Promise<void> {
    const { analysis, explain, looked } = this;
    const stretch = analysis?.stretches[this.picked];
    this.#forget();
    if (looked || !analysis || !stretch || !explain) return;
    const { signal } = this.#question = new AbortController();
    this.isAsking = true;
    try {
      const answer = await explain(analysis, stretch, signal);
      if (signal.aborted) return;
      if (answer) this.#show(answer);
      else this.refusal = 'There is no sound of this stretch yet.';
    } catch (error) {
      if (signal.aborted) return;
      // What is no answer of the server is a network that failed.
      this.refusal = error instanceof TypeError ? 'The server can’t be reached.' : (error as Error).message;
    }
    this.isAsking = false;
  }

  #show(answer: Explained): void {
    this.looked = answer;
    const window = this.#window;
    const share = (answer.toMs - answer.fromMs) / window.spanMs;
    const middleMs = (answer.fromMs + answer.toMs) / 2;
    if (share < EXPLAINED_SHARE) window.zoom(share / EXPLAINED_SHARE, middleMs);
    if (window.fromMs > answer.fromMs || window.toMs < answer.toMs) window.move(middleMs - (window.fromMs + window.toMs) / 2);
    this.#windowChanged();
  }

  #forget(): void {
    this.#question?.abort();
    this.#question = undefined;
    this.looked = undefined;
    this.isAsking = false;
    this.refusal = '';
    this.#drawn = '';
  }

  #hear(): void {
    const stretch = this.analysis?.stretches[this.picked];
    if (stretch) this.audio?.play(stretch.fromMs, stretch.toMs);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { picked } = this;
    const last = (this.analysis?.stretches.length ?? 0) - 1;
    switch (event.key) {
      case 'ArrowLeft': this.#pick(picked < 0 ? last : picked - 1); break;
      case 'ArrowRight': this.#pick(picked + 1); break;
      case 'Home': this.#pick(0); break;
      case 'End': this.#pick(last); break;
      case 'PageUp': this.#window.move(-PAGE_SHARE * this.#window.spanMs); this.#windowChanged(); break;
      case 'PageDown': this.#window.move(PAGE_SHARE * this.#window.spanMs); this.#windowChanged(); break;
      case '+': case '=': this.#zoom(1 / ZOOM_STEP); break;
      case '-': this.#zoom(ZOOM_STEP); break;
      case '0': this.#showAll(); break;
      case 'Enter': this.#hear(); break;
      case ' ': this.#toggle(); break;
      case 'Escape': this.picked = -1; this.audio?.pause(); break;
      default: return;
    }
    event.preventDefault();
  };

  readonly #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const [x, y] = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? [event.deltaX * 16, event.deltaY * 16] : [event.deltaX, event.deltaY];
    const isMove = event.shiftKey || Math.abs(x) > Math.abs(y);
    if (isMove) {
      this.#window.move((event.shiftKey && x === 0 ? y : x) / this.clientWidth * this.#window.spanMs);
      this.#windowChanged();
    } else this.#zoom(WHEEL_ZOOM ** y, this.#window.timeAt(this.#positionOf(event.clientX)));
  };

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };

  readonly #move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    const other = others[0];
    this.#moved += Math.abs(event.clientX - before.x) + Math.abs(event.clientY - before.y);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const msPerPx = this.#window.spanMs / Math.max(1, this.clientWidth);
    if (other) {
      // Two fingers: the place between them stays between them.
      const apart = Math.max(10, Math.abs(event.clientX - other.x));
      const wasApart = Math.max(10, Math.abs(before.x - other.x));
      this.#window.zoom(wasApart / apart, this.#window.timeAt(this.#positionOf((before.x + other.x) / 2)));
      this.#window.move((before.x - event.clientX) / 2 * this.#window.spanMs / Math.max(1, this.clientWidth));
    } else if (this.#moved > CLICK_PX) this.#window.move((before.x - event.clientX) * msPerPx);
    this.#windowChanged();
  };

  readonly #up = (event: PointerEvent): void => {
    if (!this.#pointers.delete(event.pointerId) || event.type === 'pointercancel') return;
    if (this.#moved > CLICK_PX || this.#pointers.size > 0) return;
    const ms = this.#window.timeAt(this.#positionOf(event.clientX));
    const y = event.clientY - (event.currentTarget as Element).getBoundingClientRect().top;
    const index = this.analysis?.stretchIndexAt(ms) ?? -1;
    if (y < STRETCHES_TOP || y >= STRETCHES_BOTTOM || index < 0) {
      this.audio?.seek(ms);
      return;
    }
    // Even ones are in the upper row, odd ones below; the one before reaches here, too.
    const lane = y < (STRETCHES_TOP + STRETCHES_BOTTOM) / 2 ? 0 : 1;
    this.#pick(index % 2 === lane ? index : index - 1);
    this.#hear();
  };

  #positionOf(clientX: number): number {
    const { left, width } = this.renderRoot.querySelector('.axis')!.getBoundingClientRect();
    return (clientX - left) / Math.max(1, width);
  }
}

function lookedWords({ genre, topFall, randomFall }: Explained) {
  return html`What spoke for <strong>${labelName(genre)}</strong> here is left bright, the tenth that mattered most is outlined: with that hidden, the log odds of ${labelName(genre)} fall by ${topFall.toFixed(2)}, with a tenth at random by ${randomFall.toFixed(2)}${topFall > randomFall ? '' : ', so trust this map little'}. It says where this network’s answer depends on the sound, not what makes a genre; what is always equally loud is not seen by it, and what comes late had less time to count.`;
}

customElements.define('file-timeline', FileTimeline);
