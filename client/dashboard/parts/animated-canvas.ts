/**
 * A canvas that is as sharp as the screen and moves: owns the size, the frames and the wish for
 * less motion, and asks its part to draw. About 30 frames a second, none while nothing changes.
 */
import type { LitElement, ReactiveController } from 'lit';

/** One frame to draw. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels for one of CSS. */
  readonly ratio: number;
  /** When, ms; the same for all parts of a frame. */
  readonly atMs: number;
  /** The person wants steps, no motion. */
  readonly reducedMotion: boolean;
  /** Size or theme changed: draw even where the sound did not move. */
  readonly mustRedraw: boolean;
}

const FRAME_MS = 1000 / 31;

export class AnimatedCanvas implements ReactiveController {
  readonly #host: LitElement;
  readonly #draw: (frame: Frame) => void;
  readonly #motion = matchMedia('(prefers-reduced-motion: reduce)');
  #canvas: HTMLCanvasElement | null = null;
  #sizes: ResizeObserver | undefined;
  #request = 0;
  #drawnAtMs = 0;
  #mustRedraw = true;

  constructor(host: LitElement, draw: (frame: Frame) => void) {
    this.#host = host;
    this.#draw = draw;
    host.addController(this);
  }

  hostConnected(): void {
    this.#request = requestAnimationFrame((atMs) => this.#frame(atMs));
  }

  hostUpdated(): void {
    this.#mustRedraw = true;
    if (this.#canvas) return;
    this.#canvas = this.#host.renderRoot.querySelector('canvas');
    if (this.#canvas) this.#watchSize(this.#canvas);
  }

  hostDisconnected(): void {
    cancelAnimationFrame(this.#request);
    this.#sizes?.disconnect();
    this.#canvas = null;
  }

  /** Pixels of the screen, where the browser tells, so that nothing is blurred at 125 % zoom. */
  #watchSize(canvas: HTMLCanvasElement): void {
    this.#sizes = new ResizeObserver(([entry]) => {
      const exact = entry?.devicePixelContentBoxSize?.[0];
      const width = near(exact?.inlineSize, canvas.clientWidth * devicePixelRatio);
      const height = near(exact?.blockSize, canvas.clientHeight * devicePixelRatio);
      if (canvas.width === width && canvas.height === height) return;
      canvas.width = width;
      canvas.height = height;
      this.#mustRedraw = true;
      this.#paint(this.#drawnAtMs); // at once, or the stretched canvas shows for a frame
    });
    try {
      this.#sizes.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      this.#sizes.observe(canvas); // Safari
    }
  }

  #frame(atMs: number): void {
    this.#request = requestAnimationFrame((next) => this.#frame(next));
    if (atMs - this.#drawnAtMs >= FRAME_MS - 4) this.#paint(atMs);
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

/** The exact pixels where they agree with the ratio: an emulated screen has another ratio than the box is measured in. */
function near(exact: number | undefined, expected: number): number {
  return exact !== undefined && Math.abs(exact - expected) <= 1.5 ? exact : Math.round(expected);
}
