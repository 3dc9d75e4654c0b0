/** Draws a ribbon: alerts on top, passages in the colour of their genre or a pattern, titles and times below. */
import type { StationAlert } from '../api.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import { isAudioContent, passageName, type Passage } from '../model/passages.js';
import { timeMarks, type Run } from '../model/runs.js';
import type { PlayedTitle } from '../model/titles.js';

/** Data of one frame of a ribbon. */
export interface RibbonScene {
  readonly runs: readonly Run[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly alerts: readonly StationAlert[];
  readonly titles: readonly PlayedTitle[];
  readonly picked: Passage | undefined;
}

/** Heights, CSS px. */
const ALERTS = 11;
const TITLES = 22;
const AXIS = 20;
/** Height of the bar at the bottom of a passage, in its genre's strong colour. */
const FOOT = 6;
const MARK_EVERY_PX = 110;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export class RibbonPainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #style: CSSStyleDeclaration;
  readonly #colours: ReadonlyMap<string, GenreColour>;
  readonly #width: number;
  readonly #height: number;
  readonly #ratio: number;

  /** @param host its custom properties are the colours; width and height in device pixels */
  constructor(context: CanvasRenderingContext2D, host: Element, colours: ReadonlyMap<string, GenreColour>, width: number, height: number, ratio: number) {
    this.#context = context;
    this.#style = getComputedStyle(host);
    this.#colours = colours;
    this.#width = width;
    this.#height = height;
    this.#ratio = ratio;
  }

  paint(scene: RibbonScene, withTitles: boolean): void {
    const context = this.#context;
    const top = this.#px(ALERTS);
    const bottom = this.#height - this.#px(AXIS + (withTitles ? TITLES : 0));
    context.clearRect(0, 0, this.#width, this.#height);
    context.fillStyle = this.#colour('--sunken');
    context.fillRect(0, top, this.#width, bottom - top);
    for (const run of scene.runs) this.#run(run, top, bottom, run.passage === scene.picked);
    for (const alert of scene.alerts) this.#alert(alert, scene, top, bottom);
    if (withTitles) this.#titles(scene, bottom);
    this.#times(scene);
  }

  #run({ x, width, passage }: Run, top: number, bottom: number, isPicked: boolean): void {
    const context = this.#context;
    const colour = passage.genre === null ? undefined : this.#colours.get(passage.genre);
    const foot = this.#px(FOOT);
    if (colour) {
      context.fillStyle = colour.tint;
      context.fillRect(x, top, width, bottom - top);
      context.fillStyle = colour.strong;
      context.fillRect(x, bottom - foot, width, foot);
    } else this.#pattern(passage, x, top, width, bottom);
    if (width > this.#px(6)) { // a line between neighbours
      context.fillStyle = this.#colour('--surface');
      context.fillRect(x + width - this.#px(1), top, this.#px(1), bottom - top);
    }
    this.#name(passage, colour !== undefined, x, top, width, bottom);
    if (!isPicked) return;
    context.strokeStyle = this.#colour('--ink');
    context.lineWidth = this.#px(2);
    context.strokeRect(x + this.#px(1), top + this.#px(1), Math.max(1, width - this.#px(2)), bottom - top - this.#px(2));
  }

  /** Fills a passage without a genre with the pattern of its content. */
  #pattern({ content, genre }: Passage, x: number, top: number, width: number, bottom: number): void {
    const context = this.#context;
    const isTrouble = content === 'failing' || content === 'stalled' || content === 'connecting';
    const ink = this.#colour(isTrouble ? '--bad' : '--control');
    context.save();
    context.beginPath();
    context.rect(x, top, width, bottom - top);
    context.clip();
    context.strokeStyle = context.fillStyle = ink;
    if (content === 'speech') {
      context.globalAlpha = 0.5;
      this.#stripes(x, top, width, bottom, 8, 2.5);
    } else if (isTrouble) {
      context.globalAlpha = 0.22;
      context.fillRect(x, top, width, bottom - top);
      context.globalAlpha = 0.75;
      this.#stripes(x, top, width, bottom, 6, 1.5, -1);
    } else if (content === 'noise') {
      this.#dots(x, top, width, bottom);
    } else if (content === 'unknown' || genre !== null) {
      context.globalAlpha = 0.3;
      context.fillRect(x, top, width, bottom - top);
    } else { // silence, warming, stopped, not recorded: a dotted line at the bottom
      for (let at = Math.ceil(x / this.#px(6)) * this.#px(6); at < x + width; at += this.#px(6)) context.fillRect(at, bottom - this.#px(2), this.#px(2), this.#px(2));
    }
    context.restore();
  }

  /** Diagonal stripes aligned to the whole ribbon, so that they continue across neighbours. */
  #stripes(x: number, top: number, width: number, bottom: number, every: number, thick: number, slope = 1): void {
    const context = this.#context;
    const step = this.#px(every);
    const height = bottom - top;
    context.lineWidth = thick * this.#ratio;
    context.beginPath();
    for (let at = Math.floor((x - height) / step) * step; at < x + width + height; at += step) {
      context.moveTo(at, slope > 0 ? bottom : top);
      context.lineTo(at + height, slope > 0 ? top : bottom);
    }
    context.stroke();
  }

  #dots(x: number, top: number, width: number, bottom: number): void {
    const step = this.#px(8);
    for (let at = Math.ceil(x / step) * step; at < x + width; at += step) {
      for (let y = top + step / 2; y < bottom; y += step) this.#context.fillRect(at, y, this.#px(2), this.#px(2));
    }
  }

  #name(passage: Passage, hasColour: boolean, x: number, top: number, width: number, bottom: number): void {
    const context = this.#context;
    context.font = `550 ${13 * this.#ratio}px ${FONT}`;
    context.textBaseline = 'top';
    context.textAlign = 'left';
    const name = passageName(passage);
    const space = context.measureText(name).width;
    if (space + this.#px(14) > width || bottom - top < this.#px(30)) return;
    const isPatterned = !hasColour && isAudioContent(passage.content) && passage.content !== 'silence' && passage.content !== 'warming';
    const isTrouble = !hasColour && !isAudioContent(passage.content);
    if (isPatterned || isTrouble) {
      context.fillStyle = this.#colour('--sunken');
      context.fillRect(x + this.#px(4), top + this.#px(4), space + this.#px(8), this.#px(20));
    }
    context.fillStyle = this.#colour(hasColour ? '--ink' : '--quiet');
    context.fillText(name, x + this.#px(8), top + this.#px(8));
  }

  /** A bar above the ribbon for the duration of the alert, and an arrow and a line at its start. */
  #alert({ from, to }: StationAlert, { fromMs, toMs }: RibbonScene, top: number, bottom: number): void {
    const position = (ms: number): number => Math.round((ms - fromMs) / (toMs - fromMs) * this.#width);
    const [beginMs, endMs] = [Date.parse(from), to === null ? toMs : Date.parse(to)];
    if (endMs < fromMs || beginMs > toMs) return;
    const context = this.#context;
    const begin = position(beginMs);
    context.fillStyle = this.#colour('--bad');
    context.fillRect(Math.max(0, begin), this.#px(4), Math.max(this.#px(2), position(endMs) - Math.max(0, begin)), this.#px(4));
    if (beginMs < fromMs) return;
    context.beginPath();
    context.moveTo(begin - this.#px(5), 0);
    context.lineTo(begin + this.#px(5), 0);
    context.lineTo(begin, this.#px(9));
    context.fill();
    context.globalAlpha = 0.8;
    context.fillRect(begin, top, Math.max(1, this.#px(1)), bottom - top);
    context.globalAlpha = 1;
  }

  #titles({ titles, fromMs, toMs }: RibbonScene, top: number): void {
    const context = this.#context;
    const position = (ms: number): number => (ms - fromMs) / (toMs - fromMs) * this.#width;
    context.font = `${12 * this.#ratio}px ${FONT}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.fillStyle = this.#colour('--quiet');
    for (const { title, fromMs: beginMs, toMs: endMs } of titles) {
      if (endMs < fromMs) continue;
      const x = Math.max(0, Math.round(position(beginMs)));
      context.fillRect(x, top + this.#px(4), this.#px(1), this.#px(TITLES - 8));
      const text = this.#fitted(title, position(endMs) - x - this.#px(12));
      if (text !== '') context.fillText(text, x + this.#px(5), top + this.#px(TITLES / 2));
    }
  }

  #times({ fromMs, toMs }: RibbonScene): void {
    const context = this.#context;
    context.font = `${11 * this.#ratio}px ${FONT}`;
    context.textBaseline = 'bottom';
    context.fillStyle = this.#colour('--quiet');
    const now = 'now';
    for (const { text, position } of timeMarks(fromMs, toMs, Math.max(2, this.#width / this.#px(MARK_EVERY_PX)))) {
      const x = position * this.#width;
      const half = context.measureText(text).width / 2;
      if (x + half > this.#width - 3 * context.measureText(now).width) continue;
      context.textAlign = x < half ? 'left' : 'center';
      context.fillText(text, x < half ? 0 : x, this.#height - this.#px(2));
    }
    context.textAlign = 'right';
    context.fillText(now, this.#width, this.#height - this.#px(2));
  }

  /** The text, truncated with an ellipsis if it is too long; empty if only a few letters would fit. */
  #fitted(text: string, width: number): string {
    const context = this.#context;
    if (width < this.#px(36)) return '';
    if (context.measureText(text).width <= width) return text;
    let letters = Math.floor(text.length * width / context.measureText(text).width);
    while (letters > 2 && context.measureText(`${text.slice(0, letters)}…`).width > width) letters -= 1;
    return `${text.slice(0, letters).trimEnd()}…`;
  }

  #colour(name: string): string {
    return this.#style.getPropertyValue(name);
  }

  #px(css: number): number {
    return Math.max(1, Math.round(css * this.#ratio));
  }
}
