/** What a screen reader is told of what is heard: changes only, and not more often than it can say them. */
import type { Prediction } from '../../../server/protocol/messages.js';
import { labelName, percent } from './format.js';
import { contentOf, CONTENT_SENTENCES } from './audio-content.js';

const MIN_INTERVAL_MS = 6000;

export class Announcements {
  #announced = '';
  #announcedAtMs = -Infinity;

  /**
   * @param nowMs any clock that runs evenly
   * @returns a sentence, or undefined where nothing new is to be said yet
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
