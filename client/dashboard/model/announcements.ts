/** What a screen reader is told of the genre: changes only, and not more often than it can say them. */
import type { Prediction } from '../../../server/protocol.js';
import { labelName, percent } from './format.js';

const QUIET_MS = 6000;

export class Announcements {
  #said = '';
  #saidAtMs = -Infinity;

  /**
   * @param nowMs any clock that runs evenly
   * @returns a sentence, or undefined where nothing new is to be said yet
   */
  push({ state, genre, p }: Pick<Prediction, 'state' | 'genre' | 'p'>, nowMs: number): string | undefined {
    const what = state === 'silence' ? 'silence' : genre ?? '';
    if (what === '' || what === this.#said || nowMs - this.#saidAtMs < QUIET_MS) return undefined;
    this.#said = what;
    this.#saidAtMs = nowMs;
    return state === 'silence' ? 'Silence.' : `${labelName(what)}, ${percent(p)} percent sure.`;
  }
}
