/**
 * Reactive controller of a canvas, at device resolution unless told otherwise: handles its size, animation frames and
 * the reduced-motion preference. Calls the component's draw function 20 times a second unless told otherwise, with
 * reduced motion four times. Asks for an animation frame only when one is due: each that is asked for costs the browser something, drawn or not.
 */
import type { LitElement, ReactiveController } from 'lit';

/** Parameters of one frame. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Pixels of the canvas. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the canvas per CSS pixel. */
  readonly ratio: number;
  /** Timestamp of the animation frame, ms; the same for all components. */
  readonly atMs: number;
  /** The visitor prefers reduced motion: move in steps. */
  readonly reducedMotion: boolean;
  /** The size or a property changed: draw even if the time shown did not. */
  readonly mustRedraw: boolean;
}

export interface CanvasOptions {
  readonly framesPerSecond?: number;
  /** Pixels of the canvas per CSS pixel, in place of the device's; read when the size of the canvas changes. */
  readonly ratio?: () => number;
  /** Every pixel is painted in each frame: the browser need not blend the canvas with what lies behind it. */
  readonly isOpaque?: boolean;
}

/** Of a screen with 60 refreshes a second every third: pictures scroll 60 px a second, 3 px each time. */
const FRAMES_PER_SECOND = 20;
const REDUCED_FRAME_MS = 250;
/** The frame is asked for this much earlier, ms: it comes at the next refresh of the screen. */
const EARLY_MS = 12;

export class AnimatedCanvas implements ReactiveController {
  readonly #host: LitElement;
  readonly #draw: (frame: Frame) => void;
  readonly #frameMs: number;
  readonly #ratio: (() => number) | undefined;
  readonly #isOpaque: boolean;
  readonly #motion = matchMedia('(prefers-reduced-motion: reduce)');
  #canvas: HTMLCanvasElement | null = null;
  #sizes: ResizeObserver | undefined;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnAtMs = 0;
  #mustRedraw = true;

  constructor(host: LitElement, draw: (frame: Frame) => void, { framesPerSecond = FRAMES_PER_SECOND, ratio, isOpaque = false }: CanvasOptions = {}) {
    this.#host = host;
    this.#draw = draw;
    this.#frameMs = 1000 / framesPerSecond;
    this.#ratio = ratio;
    this.#isOpaque = isOpaque;
    host.addController(this);
  }

  /** Draws at the next frame of the screen: what the visitor moves follows at once, with reduced motion too. */
  redraw(): void {
    this.#mustRedraw = true;
    if (this.#host.isConnected) this.#ask();
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
      const exact = this.#ratio ? undefined : entry?.devicePixelContentBoxSize?.[0];
      const ratio = this.#ratio?.() ?? devicePixelRatio;
      const width = devicePixels(exact?.inlineSize, canvas.clientWidth * ratio);
      const height = devicePixels(exact?.blockSize, canvas.clientHeight * ratio);
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
    this.#timer = setTimeout(() => this.#ask(), (this.#motion.matches ? REDUCED_FRAME_MS : this.#frameMs) - EARLY_MS);
    this.#paint(atMs);
  }

  #paint(atMs: number): void {
    const context = this.#canvas?.getContext('2d', { alpha: !this.#isOpaque });
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

/** Moves what the canvas shows to the left by whole pixels; the right edge becomes empty. */
export function moveLeft(context: CanvasRenderingContext2D, pixels: number): void {
  const { globalCompositeOperation } = context;
  context.globalCompositeOperation = 'copy';
  context.drawImage(context.canvas, -pixels, 0);
  context.globalCompositeOperation = globalCompositeOperation;
}
