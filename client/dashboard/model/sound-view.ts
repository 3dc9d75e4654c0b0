/** Data of the scrolling displays of a stream and the stream time they show, the same for all in one frame. */
import { Picture, type PictureFormat } from './picture.js';
import { Playhead } from './playhead.js';

export class SoundView {
  readonly picture: Picture;
  readonly #playhead: Playhead;
  #frameMs: number | undefined;

  constructor(format: PictureFormat) {
    this.picture = new Picture(format);
    this.#playhead = new Playhead(format.blockMs);
  }

  /**
   * @param frameMs timestamp of the animation frame, ms; calls with the same one return the same time
   * @param reducedMotion move in steps of one block
   * @returns stream time at the right edge, ms
   */
  rightEdgeMs(frameMs: number, reducedMotion: boolean): number {
    if (reducedMotion) return this.#playhead.jump(this.picture.endMs);
    if (frameMs === this.#frameMs) return this.#playhead.atMs;
    const passedMs = this.#frameMs === undefined ? 0 : frameMs - this.#frameMs;
    this.#frameMs = frameMs;
    return this.#playhead.advance(this.picture.endMs, passedMs);
  }
}

/** Time from the left to the right edge, ms: 60 CSS px per second, limited to 6 to 24 s. */
export function visibleSpanMs(widthPx: number): number {
  return 1000 * Math.min(24, Math.max(6, widthPx / 60));
}
