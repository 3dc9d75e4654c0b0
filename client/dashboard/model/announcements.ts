/** Screen reader announcements of the current genre: only changes, and rate-limited so that each can be read out. */
import type { Prediction } from '../../../server/protocol/messages.js';
import { labelName, percent } from './format.js';
import { contentOf, CONTENT_SENTENCES } from './audio-content.js';

const MIN_INTERVAL_MS = 6000;

export class Announcements {
  #announced = '';
  #announcedAtMs = -Infinity;

  /**
   * @param nowMs a monotonic clock
   * @returns the sentence to announce, or undefined
   */
  push(prediction: Pick<Prediction, 'state' | 'genre' | 'p' | 'top'>, nowMs: number): string | undefined {
    const { genre, p } = prediction;
    const text = genre === null ? CONTENT_SENTENCES[contentOf(prediction)] : labelName(genre);
    if (text === undefined || text === this.#announced || nowMs - this.#announcedAtMs < MIN_INTERVAL_MS) return undefined;
    this.#announced = text;
    this.#announcedAtMs = nowMs;
    return genre === null ? text : `${text}, ${percent(p)} percent sure.`;
  }
}
