/**
 * Keeps the order of a list for some seconds, so that cards do not change places at every message.
 * What is new comes at its place in the next order, at the end until then.
 */

/** Time between two orders while the question is the same. */
const EVERY_MS = 5000;

export class SteadyOrder {
  #key = '';
  #atMs = -Infinity;
  #places = new Map<string, number>();

  /**
   * @param ordered in the order of now
   * @param key what was asked for; another one is ordered at once
   */
  of<Item extends { readonly id: string }>(ordered: readonly Item[], key: string, nowMs: number): readonly Item[] {
    if (key !== this.#key || nowMs - this.#atMs >= EVERY_MS) {
      this.#key = key;
      this.#atMs = nowMs;
      this.#places = new Map(ordered.map(({ id }, place) => [id, place]));
      return ordered;
    }
    const place = ({ id }: Item): number => this.#places.get(id) ?? Infinity;
    return ordered.toSorted((one, other) => (place(one) === place(other) ? 0 : place(one) - place(other)));
  }
}
