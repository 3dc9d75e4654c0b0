/** The tracks of a library as points, near each other where they are alike: zoomed and moved with wheel, fingers and keys. */
import { css, html, LitElement } from 'lit';
import { labelName } from '../model/format.js';
import type { GenreColour } from '../../../server/drawing/genre-colours.js';
import type { LibraryMapPoints } from '../../../server/protocol/library.js';
import { MapView, nearestOf } from '../model/map-view.js';
import { shapeOf, stamp } from '../model/point-shapes.js';
import { AnimatedCanvas, type Frame } from './animated-canvas.js';
import { sharedStyles } from './shared-styles.js';

const ZOOM_STEP = 1.6;
/** Zoom for each px of a wheel. */
const WHEEL_ZOOM = 1.0025;
/** Movement below which a press is a click, px. */
const CLICK_PX = 5;
/** Distance within which a pointer means a point, px. */
const REACH_PX = 14;
/** Share of the view that an arrow key moves. */
const KEY_SHARE = 0.15;
/** Wait before the title of a point is asked for. */
const HOVER_MS = 60;
/** Zoom at which one track is shown. */
const TRACK_SCALE = 12;
/** Least share of the tracks that a genre's name is written for. */
const NAMED_SHARE = 0.02;

/** The words for a point. @throws if the server can't say */
export type TitleOf = (id: number) => Promise<string>;

/** Fires `open` (detail: id of a track). */
export class LibraryMap extends LitElement {
  static override properties = { points: { attribute: false }, found: { attribute: false }, colours: { attribute: false }, openId: { type: Number }, titleOf: { attribute: false }, isWhole: { state: true }, pointed: { state: true }, title: { state: true } };
  static override styles = [sharedStyles, css`
    :host { display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 0.5rem; min-block-size: 0; }
    .tools { display: flex; align-items: center; gap: 0.5rem; }
    .tools button { min-inline-size: 2.5rem; padding: 0 0.75rem; }
    button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
    .title { flex: 1; min-inline-size: 0; text-align: end; font-size: 0.8125rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .map { position: relative; min-block-size: 0; border-radius: 0.5rem; overflow: hidden; touch-action: none; cursor: grab; user-select: none; -webkit-user-select: none; }
    .map.pointing { cursor: pointer; }
    canvas { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
  `];

  declare points: LibraryMapPoints;
  /** Ids that a search found; the others are dimmed. Undefined for all. */
  declare found: ReadonlySet<number> | undefined;
  declare colours: ReadonlyMap<string, GenreColour>;
  declare openId: number;
  declare titleOf: TitleOf;
  declare isWhole: boolean;
  /** Index of the point that is pointed at; -1 for none. */
  declare pointed: number;
  declare title: string;
  readonly #view = new MapView();
  #nearest: ReturnType<typeof nearestOf> | undefined;
  #rows = new Map<number, number>();
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #moved = 0;
  #hover: ReturnType<typeof setTimeout> | undefined;
  #image: ImageData | undefined;
  #isDirty = true;
  readonly #canvas = new AnimatedCanvas(this, (frame) => this.#draw(frame));

  constructor() {
    super();
    this.colours = new Map();
    this.openId = this.pointed = -1;
    this.isWhole = true;
    this.title = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#hover);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    this.#isDirty = true;
    if (!changed.has('points')) return;
    this.pointed = -1;
    this.#nearest = nearestOf(this.points.x, this.points.y);
    this.#rows = new Map(this.points.ids.map((id, row) => [id, row]));
  }

  override render() {
    return html`
      <div class="tools" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#zoom(ZOOM_STEP)}>+</button>
        <button type="button" aria-label="Zoom out" title="Zoom out (-)" ?disabled=${this.isWhole} @click=${() => this.#zoom(1 / ZOOM_STEP)}>−</button>
        <button type="button" title="Show all (0)" ?disabled=${this.isWhole} @click=${() => this.#showAll()}>All</button>
        <p class="title" aria-live="polite">${this.title}</p>
      </div>
      <div class=${this.pointed >= 0 ? 'map pointing' : 'map'} tabindex="0" role="group" aria-label="Map of the tracks" aria-description="Arrows move, plus and minus zoom, 0 shows all, Enter opens the track in the middle"
        @keydown=${this.#key} @wheel=${this.#wheel} @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up} @pointerleave=${() => this.#point(-1)}>
        <canvas role="img" aria-label=${`${this.points.ids.length} tracks, near each other where they are alike`}></canvas>
      </div>`;
  }

  /** Brings a track into the middle, near enough to be told from its neighbours. @returns false if it is not on the map */
  show(id: number): boolean {
    const row = this.#rows.get(id);
    if (row === undefined) return false;
    this.#view.goTo(this.points.x[row]!, this.points.y[row]!, Math.max(TRACK_SCALE, this.#view.scale));
    this.#point(row);
    this.#changed();
    return true;
  }

  /** What is seen, for tests. */
  get view(): { readonly scale: number; readonly x: number; readonly y: number } {
    const { scale, x, y } = this.#view;
    return { scale, x, y };
  }

  /** Pixel of a track in the map, for tests. */
  placeOf(id: number): { readonly px: number; readonly py: number } {
    const row = this.#rows.get(id)!;
    this.#measure();
    return this.#view.pxOf(this.points.x[row]!, this.points.y[row]!);
  }

  #draw({ context, width, height, ratio, mustRedraw }: Frame): void {
    if (!mustRedraw && !this.#isDirty) return;
    this.#isDirty = false;
    this.#measure();
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const image = this.#image;
    const pixels = new Uint32Array(image.data.buffer);
    pixels.fill(0);
    const { points: { ids, x, y, genres, labels }, found } = this;
    const view = this.#view;
    // Points grow with the zoom, and are larger where they are few.
    const radius = ratio * Math.min(7, (ids.length > 20_000 ? 1.2 : ids.length > 3000 ? 1.8 : 2.8) * view.scale ** 0.35);
    const style = getComputedStyle(this);
    const dim = packed(style.getPropertyValue('--line'));
    const other = packed(style.getPropertyValue('--control'));
    const colours = labels.map((label) => packed(this.colours.get(label)?.strong ?? style.getPropertyValue('--control')));
    const stamps = labels.map((_, label) => stamp(shapeOf(label), radius));
    const plain = stamp('disc', radius);
    const unit = view.unitPx * ratio;
    const [left, top] = [width / 2 - view.x * unit, height / 2 - view.y * unit];
    const reach = Math.ceil(1.2 * radius);
    // What was found is drawn over the rest.
    for (const isFoundDrawn of found ? [false, true] : [true]) {
      for (let row = 0; row < ids.length; row += 1) {
        if (found && found.has(ids[row]!) !== isFoundDrawn) continue;
        const px = Math.round(left + x[row]! * unit);
        const py = Math.round(top + y[row]! * unit);
        if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
        const genre = genres[row]!;
        const colour = !isFoundDrawn ? dim : genre < 0 ? other : colours[genre]!;
        const offsets = genre < 0 ? plain : stamps[genre]!;
        for (let at = 0; at < offsets.length; at += 2) pixels[(py + offsets[at + 1]!) * width + px + offsets[at]!] = colour;
      }
    }
    context.putImageData(image, 0, 0);
    this.#names(context, ratio, style);
    for (const [row, size] of [[this.#rows.get(this.openId) ?? -1, 3], [this.pointed, 2]] as const) {
      if (row < 0) continue;
      const { px, py } = view.pxOf(x[row]!, y[row]!);
      context.beginPath();
      context.arc(px * ratio, py * ratio, radius + 4 * ratio, 0, 2 * Math.PI);
      context.lineWidth = size * ratio;
      context.strokeStyle = style.getPropertyValue('--ink');
      context.stroke();
    }
  }

  /** Writes the genres' names at the median of their tracks. */
  #names(context: CanvasRenderingContext2D, ratio: number, style: CSSStyleDeclaration): void {
    context.font = `620 ${13 * ratio}px ${style.fontFamily}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    for (const { name, x, y } of this.#middles()) {
      const { px, py } = this.#view.pxOf(x, y);
      context.lineWidth = 4 * ratio;
      context.strokeStyle = style.getPropertyValue('--surface');
      context.strokeText(name, px * ratio, py * ratio);
      context.fillStyle = style.getPropertyValue('--ink');
      context.fillText(name, px * ratio, py * ratio);
    }
  }

  #middlesOf: { readonly points: LibraryMapPoints; readonly middles: readonly { readonly name: string; readonly x: number; readonly y: number }[] } | undefined;
  #middles() {
    if (this.#middlesOf?.points !== this.points) {
      const { x, y, genres, labels, ids } = this.points;
      const middles = labels.flatMap((label, index) => {
        const own = [...ids.keys()].filter((row) => genres[row] === index);
        if (own.length < Math.max(3, NAMED_SHARE * ids.length)) return [];
        const median = (values: readonly number[]): number => own.map((row) => values[row]!).sort((a, b) => a - b)[Math.floor(own.length / 2)]!;
        return [{ name: labelName(label), x: median(x), y: median(y) }];
      });
      this.#middlesOf = { points: this.points, middles };
    }
    return this.#middlesOf!.middles;
  }

  get #map(): HTMLElement {
    return this.renderRoot.querySelector('.map')!;
  }

  #measure(): void {
    this.#view.width = Math.max(1, this.#map.clientWidth);
    this.#view.height = Math.max(1, this.#map.clientHeight);
  }

  #changed(): void {
    this.isWhole = this.#view.scale === 1;
    this.#canvas.redraw();
  }

  #zoom(factor: number, px?: number, py?: number): void {
    this.#measure();
    this.#view.zoom(factor, px, py);
    this.#changed();
  }

  #showAll(): void {
    this.#view.goTo(0, 0, 1);
    this.#changed();
  }

  #near(px: number, py: number): number {
    const { x, y } = this.#view.at(px, py);
    return this.#nearest!(x, y, REACH_PX / this.#view.unitPx);
  }

  #point(row: number): void {
    if (row === this.pointed) return;
    this.pointed = row;
    clearTimeout(this.#hover);
    if (row < 0) this.title = '';
    else {
      this.#hover = setTimeout(() => {
        this.titleOf(this.points.ids[row]!).then((title) => { if (this.pointed === row) this.title = title; }, () => {});
      }, HOVER_MS);
    }
  }

  #tell(row: number): void {
    if (row >= 0) this.dispatchEvent(new CustomEvent('open', { detail: this.points.ids[row] }));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    this.#measure();
    const { width, height } = this.#view;
    const steps: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (step) this.#view.pan(step[0] * KEY_SHARE * width, step[1] * KEY_SHARE * height);
    else if (event.key === '+' || event.key === '=') this.#view.zoom(ZOOM_STEP);
    else if (event.key === '-') this.#view.zoom(1 / ZOOM_STEP);
    else if (event.key === '0') this.#view.goTo(0, 0, 1);
    else if (event.key === 'Enter') this.#tell(this.pointed);
    else return;
    event.preventDefault();
    this.#changed();
    this.#point(this.#nearest!(this.#view.x, this.#view.y, Math.min(width, height) / 4 / this.#view.unitPx));
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y } = this.#placeOf(event);
    this.#zoom(WHEEL_ZOOM ** -(event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1)), x, y);
  }

  #placeOf(event: MouseEvent): { x: number; y: number } {
    const box = this.#map.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #down(event: PointerEvent): void {
    this.#map.setPointerCapture(event.pointerId);
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, this.#placeOf(event));
  }

  #move(event: PointerEvent): void {
    this.#measure();
    const now = this.#placeOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) return this.#point(this.#near(now.x, now.y));
    this.#moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const spread = (place: { x: number; y: number }): number => Math.max(1, Math.hypot(place.x - other.x, place.y - other.y));
      this.#view.zoom(spread(now) / spread(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (this.#moved > CLICK_PX) this.#view.pan(before.x - now.x, before.y - now.y);
    this.#pointers.set(event.pointerId, now);
    this.#changed();
  }

  #up(event: PointerEvent): void {
    const wasDown = this.#pointers.delete(event.pointerId);
    if (!wasDown || event.type === 'pointercancel' || this.#moved > CLICK_PX || this.#pointers.size > 0) return;
    const { x, y } = this.#placeOf(event);
    this.#measure();
    const row = this.#near(x, y);
    this.#point(row);
    this.#tell(row);
  }
}

/** `#rrggbb` as a pixel of ImageData, on machines that are little-endian, as all are that run browsers. */
function packed(colour: string): number {
  const value = parseInt(colour.trim().slice(1), 16);
  return (0xff000000 | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

customElements.define('library-map', LibraryMap);
