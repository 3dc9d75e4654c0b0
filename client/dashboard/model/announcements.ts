/** What a screen reader is told of what is heard: changes only, and not more often than it can say them. */
import type { Prediction } from '../../../server/protocol/messages.js';
import { labelName, percent } from './format.js';
import { contentOf, CONTENT_SENTENCES } from './audio-content.js';

const QUIET_MS = 6000;

export class Announcements {
  #said = '';
  #saidAtMs = -Infinity;

  /**
   * @param nowMs any clock that runs evenly
   * @returns a sentence, or undefined where nothing new is to be said yet
   */
  push(prediction: Pick<Prediction, 'state' | 'genre' | 'p' | 'top'>, nowMs: number): string | undefined {
    const { genre, p } = prediction;
    const what = genre === null ? CONTENT_SENTENCES[contentOf(prediction)] : labelName(genre);
    if (what === undefined || what === this.#said || nowMs - this.#saidAtMs < QUIET_MS) return undefined;
    this.#said = what;
    this.#saidAtMs = nowMs;
    return genre === null ? what : `${what}, ${percent(p)} percent sure.`;
  }
}
