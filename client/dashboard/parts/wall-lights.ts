/**
 * The light behind the words of all tiles of the wall, in one canvas: a light for each tile would be a layer of its own,
 * and 200 moving layers keep a browser without a graphics card busy. The canvas has few pixels and is drawn 10 times a
 * second; the browser makes it large, and the tiles cover its coarse edges.
 */
import { css, html, LitElement } from 'lit';
import type { StationGlance } from '../../../server/protocol/messages.js';
import type { WallColour } from '../model/wall-colours.js';
import type { WallGrid } from '../model/wall-grid.js';
import { stillLight, WallLights, type Light } from '../model/wall-lights.js';
import { tileWords } from '../model/wall-words.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';

const FRAMES_PER_SECOND = 10;
/** Canvas pixels across the gap between two tiles: an edge at its middle is half a pixel off and blurred by half a pixel, and so stays in it. */
const PIXELS_PER_GAP = 3;
/** Of the picture of a light, px. */
const SPRITE = 64;
/** The light is wider than its tile and ends below it, in shares of the tile. */
const BESIDE = 0.15;
const BELOW = 0.1;

export class WallLightsCanvas extends LitElement {
  static override properties = { stations: { attribute: false }, grid: { attribute: false }, gapPx: { type: Number }, colours: { attribute: false } };
  static override styles = css`
    :host { position: absolute; inset: 0; z-index: -1; pointer-events: none; }
    canvas { display: block; inline-size: 100%; block-size: 100%; will-change: transform; }
  `;

  /** In the order of the tiles. */
  declare stations: readonly StationGlance[];
  declare grid: WallGrid;
  declare gapPx: number;
  declare colours: ReadonlyMap<string, WallColour>;
  readonly #lights = new WallLights();
  readonly #sprites = new Map<string, HTMLCanvasElement>();
  /** Of tiles without a genre. */
  #plain: Pick<WallColour, 'calm' | 'loud'> = { calm: '', loud: '' };
  #page = '';
  #isStill = false;

  constructor() {
    super();
    new AnimatedCanvas(this, (frame) => this.#draw(frame), { framesPerSecond: FRAMES_PER_SECOND, isOpaque: true, ratio: () => PIXELS_PER_GAP / Math.max(1, this.gapPx) });
  }

  override render() {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('stations')) this.#lights.set(this.stations, performance.now());
    // They change with the theme.
    const style = getComputedStyle(this);
    this.#plain = { calm: style.getPropertyValue('--surface'), loud: style.getPropertyValue('--line') };
    this.#page = style.getPropertyValue('--page');
  }

  #draw({ context, width, height, ratio, atMs, reducedMotion, mustRedraw }: Frame): void {
    if (this.#isStill && !mustRedraw) return;
    this.#isStill = reducedMotion || !this.#lights.isMoving(atMs);
    context.globalAlpha = 1;
    context.fillStyle = this.#page;
    context.fillRect(0, 0, width, height);
    const { columns, rowPx } = this.grid;
    const gap = this.gapPx * ratio;
    const [stepX, stepY] = [(width + gap) / columns, rowPx * ratio + gap];
    this.stations.forEach((station, index) => {
      const colour = this.#colourOf(station);
      if (!colour) return;
      const [column, row] = [index % columns, Math.floor(index / columns)];
      // Up to the middle of the gaps, so that the coarse edges lie there.
      const [left, top, right, bottom] = [column * stepX - gap / 2, row * stepY - gap / 2, (column + 1) * stepX - gap / 2, (row + 1) * stepY - gap / 2].map(Math.round) as [number, number, number, number];
      context.globalAlpha = 1;
      context.fillStyle = colour.calm;
      context.fillRect(left, top, right - left, bottom - top);
      const { rise, opacity } = reducedMotion ? stillLight(station.level) : this.#lights.at(station.id, atMs);
      if (opacity === 0) return;
      context.globalAlpha = opacity;
      this.#drawLight(context, this.#sprite(colour.loud), { left, top, right, bottom }, rise);
    });
  }

  /** @param cell what the light is cut off at */
  #drawLight(context: CanvasRenderingContext2D, sprite: HTMLCanvasElement, { left, top, right, bottom }: Record<'left' | 'top' | 'right' | 'bottom', number>, rise: Light['rise']): void {
    const [width, height] = [right - left, bottom - top];
    const full = height * (1 + 2 * BELOW) * rise;
    const end = bottom + BELOW * height;
    const start = Math.max(top, end - full);
    if (start >= bottom) return;
    const sourceX = SPRITE * BESIDE / (1 + 2 * BESIDE);
    const sourceOf = (y: number): number => SPRITE * (1 - (end - y) / full);
    context.drawImage(sprite, sourceX, sourceOf(start), SPRITE - 2 * sourceX, sourceOf(bottom) - sourceOf(start), left, start, width, bottom - start);
  }

  /** @returns undefined for looks whose background the tile itself draws */
  #colourOf(station: StationGlance): Pick<WallColour, 'calm' | 'loud'> | undefined {
    const { look } = tileWords(station);
    if (look === 'genre') return this.colours.get(station.genre!);
    return look === 'speech' || look === 'unknown' ? this.#plain : undefined;
  }

  /** Half an ellipse that fades out, as high and wide as the picture. */
  #sprite(colour: string): HTMLCanvasElement {
    const known = this.#sprites.get(colour);
    if (known) return known;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SPRITE;
    const context = canvas.getContext('2d')!;
    context.fillStyle = colour;
    context.fillRect(0, 0, SPRITE, SPRITE);
    const fade = context.createRadialGradient(SPRITE, SPRITE, 0, SPRITE, SPRITE, SPRITE);
    fade.addColorStop(0.45, '#000');
    fade.addColorStop(1, '#0000');
    context.fillStyle = fade;
    context.globalCompositeOperation = 'destination-in';
    context.scale(0.5, 1);
    context.fillRect(0, 0, 2 * SPRITE, SPRITE);
    this.#sprites.set(colour, canvas);
    return canvas;
  }
}

customElements.define('wall-lights', WallLightsCanvas);
