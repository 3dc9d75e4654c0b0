/** Draws a file on one time axis: times, live states, stretches, waveform and spectrogram, and the cursor. */
import { CONTENT_NAMES } from '../model/audio-content.js';
import type { Explained } from '../model/explained.js';
import type { FileAnalysis } from '../model/file-analysis.js';
import { labelName } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { marksIn, type TimeWindow } from '../model/time-window.js';
import type { StreamState } from '../../../server/protocol/messages.js';
import type { SpectrogramTiles } from './spectrogram-tiles.js';

/** Heights, CSS px. */
const AXIS = 20;
const NAME = 17;
const LIVE = 24;
const LANE = 15;
const WAVE = 64;
const GAP = 6;
/** Above the spectrogram, which takes the rest. */
const ABOVE = AXIS + NAME + LIVE + GAP + NAME + 2 * LANE + GAP + NAME + WAVE + GAP + NAME;
const MARK_EVERY_PX = 90;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
/** Heights of the waveform are |sample|^0.75, so that quiet music is visible. */
const EXPONENT = 0.75;

export interface FileScene {
  readonly analysis: FileAnalysis;
  readonly tiles: SpectrogramTiles;
  readonly window: TimeWindow;
  readonly colours: ReadonlyMap<string, GenreColour>;
  readonly cursorMs: number | undefined;
  /** Index of the stretch that is chosen; -1 for none. */
  readonly picked: number;
  /** Laid over the spectrogram. */
  readonly looked?: Explained | undefined;
}

/** The edges of the two rows of stretches, CSS px from the top. */
export const STRETCHES_TOP = AXIS + NAME + LIVE + GAP + NAME;
export const STRETCHES_BOTTOM = STRETCHES_TOP + 2 * LANE;

export class FilePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #style: CSSStyleDeclaration;
  readonly #scene: FileScene;
  readonly #width: number;
  readonly #height: number;
  readonly #ratio: number;

  /** @param host its custom properties are the colours; width and height in device pixels */
  constructor(context: CanvasRenderingContext2D, host: Element, scene: FileScene, width: number, height: number, ratio: number) {
    this.#context = context;
    this.#style = getComputedStyle(host);
    this.#scene = scene;
    this.#width = width;
    this.#height = height;
    this.#ratio = ratio;
  }

  paint(): void {
    const { analysis, tiles, window: { fromMs, toMs } } = this.#scene;
    this.#context.clearRect(0, 0, this.#width, this.#height);
    let y = AXIS;
    y = this.#name('Live state', y);
    this.#live(y);
    y = this.#name('Stretches of 4 s, every 2 s', y + LIVE + GAP);
    this.#stretches(y);
    y = this.#name('Waveform', y + 2 * LANE + GAP);
    this.#wave(y);
    y = this.#name('Mel spectrogram: what the network hears', y + WAVE + GAP);
    const top = this.#px(y);
    this.#context.fillStyle = this.#colour('--sunken');
    this.#context.fillRect(0, top, this.#width, this.#height - top);
    tiles.draw(this.#context, { fromMs, toMs, x: 0, y: top, width: this.#width, height: this.#height - top });
    this.#looked(top);
    this.#axis();
    if (analysis.heardMs > 0) this.#cursor();
  }

  /** @returns where the row begins */
  #name(text: string, y: number): number {
    this.#font(11);
    this.#context.fillStyle = this.#colour('--quiet');
    this.#context.textAlign = 'left';
    this.#context.textBaseline = 'middle';
    this.#context.fillText(text, 0, this.#px(y + NAME / 2));
    return y + NAME;
  }

  #axis(): void {
    const context = this.#context;
    this.#font(11);
    context.textBaseline = 'middle';
    for (const { ms, text } of marksIn(this.#scene.window, Math.max(2, this.#width / this.#px(MARK_EVERY_PX)))) {
      const x = this.#x(ms);
      const width = context.measureText(text).width;
      context.fillStyle = this.#colour('--line');
      context.fillRect(Math.round(x), this.#px(AXIS - 4), Math.max(1, this.#px(1)), this.#px(4));
      context.fillStyle = this.#colour('--quiet');
      context.textAlign = 'left';
      context.fillText(text, Math.min(this.#width - width, Math.max(0, x - width / 2)), this.#px(AXIS / 2 - 1));
    }
  }

  #live(y: number): void {
    const { fromMs, toMs } = this.#scene.window;
    this.#track(y, LIVE);
    for (const part of this.#scene.analysis.live) {
      if (part.toMs < fromMs || part.fromMs > toMs) continue;
      const left = Math.max(0, this.#x(part.fromMs));
      const right = Math.min(this.#width, this.#x(part.toMs));
      this.#part(part.state, part.genre, left, right, this.#px(y), this.#px(LIVE));
      if (part.state !== 'warming') this.#inside(part.genre === null ? CONTENT_NAMES[part.state] : labelName(part.genre), left, right, y, LIVE);
    }
  }

  /** Two rows: a stretch overlaps the ones before and after it, which are in the other row. */
  #stretches(y: number): void {
    const { analysis, window: { fromMs, toMs }, picked } = this.#scene;
    const { stretches } = analysis;
    this.#track(y, 2 * LANE);
    const first = Math.max(0, analysis.stretchIndexAt(fromMs) - 2);
    // Where several fall on one pixel, one of them is drawn.
    const step = Math.max(1, Math.floor(stretches.length / Math.max(1, this.#scene.window.durationMs) * this.#scene.window.spanMs / this.#width / 2)) * 2;
    for (let lane = 0; lane < 2; lane++) {
      for (let index = Math.floor(first / step) * step + lane; index < stretches.length && stretches[index]!.fromMs <= toMs; index += step) {
        const { state, genre, fromMs: from, toMs: to } = stretches[index]!;
        const left = Math.max(0, this.#x(from));
        const right = Math.min(this.#width, this.#x(to) + (step > 2 ? this.#px(1) : 0));
        const top = this.#px(y + LANE * (index % 2));
        this.#part(state, genre, left, right, top, this.#px(LANE) - Math.max(1, this.#px(1)));
        if (step === 2) this.#inside(genre === null ? CONTENT_NAMES[state] : labelName(genre), left, right, y + LANE * (index % 2), LANE);
        if (index !== picked) continue;
        this.#context.strokeStyle = this.#colour('--ink');
        this.#context.lineWidth = this.#px(2);
        this.#context.strokeRect(left + this.#px(1), top + this.#px(1), Math.max(1, right - left - this.#px(2)), this.#px(LANE) - this.#px(3));
      }
    }
  }

  /** A genre by its colour, anything else by a pattern. */
  #part(state: StreamState, genre: string | null, left: number, right: number, top: number, height: number): void {
    const context = this.#context;
    const width = Math.max(1, right - left);
    const colour = genre === null ? undefined : this.#scene.colours.get(genre);
    if (colour) {
      context.fillStyle = colour.tint;
      context.fillRect(left, top, width, height);
      context.fillStyle = colour.strong;
      context.fillRect(left, top + height - this.#px(3), width, this.#px(3));
    } else {
      context.fillStyle = this.#colour('--control');
      if (state === 'speech') {
        for (let x = Math.ceil(left / this.#px(5)) * this.#px(5); x < right; x += this.#px(5)) context.fillRect(x, top, Math.max(1, this.#px(1)), height);
      } else if (state === 'unknown') {
        context.globalAlpha = 0.3;
        context.fillRect(left, top, width, height);
        context.globalAlpha = 1;
      } else for (let x = Math.ceil(left / this.#px(6)) * this.#px(6); x < right; x += this.#px(6)) context.fillRect(x, top + height - this.#px(2), this.#px(2), this.#px(2));
    }
    if (width < this.#px(4)) return;
    context.fillStyle = this.#colour('--surface');
    context.fillRect(right - this.#px(1), top, this.#px(1), height);
  }

  /** A name where it fits. */
  #inside(name: string, left: number, right: number, y: number, height: number): void {
    const context = this.#context;
    this.#font(height > 20 ? 12 : 10, 550);
    if (context.measureText(name).width + this.#px(10) > right - left) return;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const x = left + this.#px(5);
    context.fillStyle = this.#colour('--ink');
    context.fillText(name, x, this.#px(y) + this.#px(height) / 2 - this.#px(1));
  }

  #wave(y: number): void {
    const context = this.#context;
    const { analysis: { peaks, pointMs }, window: { fromMs, spanMs } } = this.#scene;
    const middle = this.#px(y + WAVE / 2);
    const half = this.#px(WAVE / 2);
    context.fillStyle = this.#colour('--line');
    context.fillRect(0, middle, this.#width, Math.max(1, this.#px(1)));
    if (pointMs === 0) return;
    const pixelMs = spanMs / this.#width;
    const level = peaks.levelFor(pixelMs / pointMs);
    const bytes = peaks.bytesAt(level)!;
    const rowMs = pointMs * 2 ** level;
    const rows = peaks.rowsAt(level);
    context.fillStyle = this.#colour('--accent');
    const height = (sample: number): number => Math.sign(sample) * (Math.abs(sample) / 127) ** EXPONENT * half;
    for (let x = 0; x < this.#width; x++) {
      const end = Math.min(rows, Math.ceil((fromMs + (x + 1) * pixelMs) / rowMs));
      let [low, high] = [127, -127];
      for (let row = Math.max(0, Math.floor((fromMs + x * pixelMs) / rowMs)); row < end; row++) {
        low = Math.min(low, bytes[2 * row]!);
        high = Math.max(high, bytes[2 * row + 1]!);
      }
      if (low > high) continue;
      const top = Math.round(middle - height(high));
      context.fillRect(x, top, 1, Math.max(1, Math.round(middle - height(low)) - top));
    }
  }

  /** Dims what mattered little to the answer, and outlines what mattered most. */
  #looked(top: number): void {
    const { looked } = this.#scene;
    if (!looked) return;
    const context = this.#context;
    const y = (band: number): number => Math.round(this.#height - (this.#height - top) * band / looked.bands);
    const x = (ms: number): number => Math.round(this.#x(ms));
    context.save();
    context.fillStyle = this.#colour('--surface');
    for (const { fromMs, toMs, fromBand, toBand, strength } of looked.cells) {
      context.globalAlpha = 0.8 * (1 - strength);
      context.fillRect(x(fromMs), y(toBand), x(toMs) - x(fromMs), y(fromBand) - y(toBand));
    }
    context.globalAlpha = 1;
    context.lineCap = 'square';
    context.beginPath();
    for (const { fromMs, toMs, fromBand, toBand } of looked.edges) {
      context.moveTo(x(fromMs), y(fromBand));
      context.lineTo(x(toMs), y(toBand));
    }
    for (const [colour, width] of [['--surface', 4], ['--ink', 1.5]] as const) {
      context.strokeStyle = this.#colour(colour);
      context.lineWidth = width * this.#ratio;
      context.stroke();
    }
    context.restore();
  }

  #cursor(): void {
    const { cursorMs } = this.#scene;
    if (cursorMs === undefined) return;
    const x = Math.round(this.#x(cursorMs));
    if (x < 0 || x > this.#width) return;
    const context = this.#context;
    context.fillStyle = this.#colour('--surface');
    context.fillRect(x - this.#px(2), this.#px(AXIS - 2), this.#px(4), this.#height);
    context.fillStyle = this.#colour('--ink');
    context.fillRect(x - this.#px(1), this.#px(AXIS - 2), this.#px(2), this.#height);
  }

  #track(y: number, height: number): void {
    this.#context.fillStyle = this.#colour('--sunken');
    this.#context.fillRect(0, this.#px(y), this.#width, this.#px(height));
  }

  #x(ms: number): number {
    return this.#scene.window.positionOf(ms) * this.#width;
  }

  #font(px: number, weight = 400): void {
    this.#context.font = `${weight} ${px * this.#ratio}px ${FONT}`;
  }

  #colour(name: string): string {
    return this.#style.getPropertyValue(name);
  }

  #px(css: number): number {
    return Math.round(css * this.#ratio);
  }
}

/** Height with which the spectrogram has 160 px, CSS px. */
export const FILE_HEIGHT = ABOVE + 160;
