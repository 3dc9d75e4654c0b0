/**
 * Reactive controller of a canvas at device resolution: handles its size, animation frames and the
 * reduced-motion preference. Calls the component's draw function about 30 times a second, with reduced motion four
 * times. Asks for an animation frame only when one is due: each that is asked for costs the browser something, drawn or not.
 */
import type { LitElement, ReactiveController } from 'lit';

/** Parameters of one frame. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** Timestamp of the animation frame, ms; the same for all components. */
  readonly atMs: number;
  /** The visitor prefers reduced motion: move in steps. */
  readonly reducedMotion: boolean;
  /** The size or a property changed: draw even if the time shown did not. */
  readonly mustRedraw: boolean;
}

const FRAME_MS = 1000 / 31;
const REDUCED_FRAME_MS = 250;
/** The frame is asked for this much earlier, ms: it comes at the next refresh of the screen. */
const EARLY_MS = 12;

export class AnimatedCanvas implements ReactiveController {
  readonly #host: LitElement;
  readonly #draw: (frame: Frame) => void;
  readonly #motion = matchMedia('(prefers-reduced-motion: reduce)');
  #canvas: HTMLCanvasElement | null = null;
  #sizes: ResizeObserver | undefined;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnAtMs = 0;
  #mustRedraw = true;

  constructor(host: LitElement, draw: (frame: Frame) => void) {
    this.#host = host;
    this.#draw = draw;
    host.addController(this);
  }

  hostConnected(): void {
    this.#ask();
  }

  hostUpdated(): void {
    this.#mustRedraw = true;
    if (this.#motion.matches && this.#host.isConnected) this.#ask();
    if (this.#canvas) return;
    this.#canvas = this.#host.renderRoot.querySelector('canvas');
    if (this.#canvas) this.#watchSize(this.#canvas);
  }

  hostDisconnected(): void {
    this.#cancel();
    this.#sizes?.disconnect();
    this.#canvas = null;
  }

  /** Uses the exact device pixels if the browser reports them, so that nothing is blurred at 125 % zoom. */
  #watchSize(canvas: HTMLCanvasElement): void {
    this.#sizes = new ResizeObserver(([entry]) => {
      const exact = entry?.devicePixelContentBoxSize?.[0];
      const width = devicePixels(exact?.inlineSize, canvas.clientWidth * devicePixelRatio);
      const height = devicePixels(exact?.blockSize, canvas.clientHeight * devicePixelRatio);
      if (canvas.width === width && canvas.height === height) return;
      canvas.width = width;
      canvas.height = height;
      this.#mustRedraw = true;
      this.#paint(this.#drawnAtMs); // at once, or the cleared canvas shows for a frame
    });
    try {
      this.#sizes.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      this.#sizes.observe(canvas); // Safari
    }
  }

  #ask(): void {
    this.#cancel();
    this.#request = requestAnimationFrame((atMs) => this.#frame(atMs));
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#request);
  }

  #frame(atMs: number): void {
    this.#timer = setTimeout(() => this.#ask(), (this.#motion.matches ? REDUCED_FRAME_MS : FRAME_MS) - EARLY_MS);
    this.#paint(atMs);
  }

  #paint(atMs: number): void {
    const context = this.#canvas?.getContext('2d');
    if (!context || !this.#canvas || this.#canvas.width === 0) return;
    const mustRedraw = this.#mustRedraw;
    this.#mustRedraw = false;
    this.#drawnAtMs = atMs;
    const { width, height } = this.#canvas;
    const ratio = width / Math.max(1, this.#canvas.clientWidth);
    this.#draw({ context, width, height, ratio, atMs, reducedMotion: this.#motion.matches, mustRedraw });
  }
}

/** The exact size if it agrees with the pixel ratio: on emulated screens it is measured in another ratio. */
function devicePixels(exact: number | undefined, expected: number): number {
  return exact !== undefined && Math.abs(exact - expected) <= 1.5 ? exact : Math.round(expected);
}
