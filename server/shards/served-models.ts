/**
 * The models that a server runs: the newest, which new streams get, and those before it, each with its
 * shards, until the last stream on it has ended.
 */
import type { Bundle } from '../../models/model-folder.js';
import type { Shards } from './shards.js';
import type { ShardLink } from './shard-link.js';

export interface ServedModel {
  readonly bundle: Bundle;
  readonly shards: Shards;
}

export class ServedModels {
  #newest: ServedModel;
  /** Oldest first. */
  readonly #before: ServedModel[] = [];

  constructor(first: ServedModel) {
    this.#newest = first;
  }

  get newest(): ServedModel {
    return this.#newest;
  }

  /** Newest first. */
  get all(): readonly ServedModel[] {
    return [...this.#before, this.#newest].reverse();
  }

  /** The shards of all models, for metrics. */
  get links(): readonly ShardLink[] {
    return [...this.#before, this.#newest].flatMap(({ shards }) => shards.links);
  }

  /** Number for the first shard of a next model; those of a model that is gone are given again. */
  get freeIndex(): number {
    const taken = new Set(this.links.map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index += this.#newest.shards.size;
    return index;
  }

  /** Models in use: the newest, and those before it that have streams. */
  get size(): number {
    return 1 + this.#before.filter(({ shards }) => shards.streams > 0).length;
  }

  /** Streams on models before the newest. */
  get streamsBefore(): number {
    return this.#before.reduce((sum, { shards }) => sum + shards.streams, 0);
  }

  /** As `Shards.loadWith`; the shards of all models share the same cores, so the load of those before counts too. */
  loadWith(more: number): number {
    return this.#before.reduce((sum, { shards }) => sum + shards.load, this.#newest.shards.loadWith(more));
  }

  /** New streams get this model; that of before ends with its last stream. */
  replace(next: ServedModel): void {
    const before = this.#newest;
    this.#newest = next;
    this.#before.push(before);
    void before.shards.retire().then(() => this.#before.splice(this.#before.indexOf(before), 1));
  }

  /** Streams still running complete without a summary. */
  async close(): Promise<void> {
    await Promise.all(this.all.map(({ shards }) => shards.close()));
  }
}
