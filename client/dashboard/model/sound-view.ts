/** The picture of a stream and the moment of it that is shown, the same for all that draw a frame. */
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
   * @param frameMs time of the frame, ms; frames of one time get one answer
   * @param reducedMotion move in steps, a block at a time
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

/** Time from the left edge to the right, ms: 60 px of page a second, 6 to 24 s. */
export function visibleSpanMs(widthPx: number): number {
  return 1000 * Math.min(24, Math.max(6, widthPx / 60));
}
