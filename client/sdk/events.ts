/** Typed events with no dependency, the same in browsers and Node: `on` gives back the way to stop listening. */
import type { Columns, Prediction, Ready, Restarted, StationMessage, Summary } from '../../server/protocol/messages.js';
import type { ConnectionState } from './connection.js';
import type { GenreError } from './refusal.js';

/** What a sender and a viewer tell. */
export interface StreamEvents {
  /** The stream runs; again after each reconnection. */
  ready: Ready;
  prediction: Prediction;
  columns: Columns;
  summary: Summary;
  restarted: Restarted;
  /** Viewers of a station only. */
  station: StationMessage;
  state: ConnectionState;
  /** A lost connection (`state` is then 'reconnecting') or the end (`state` is 'closed'). */
  error: GenreError;
}

export class Events<Map extends object> {
  readonly #listeners = new Map<keyof Map, Set<(event: never) => void>>();

  /** Calls `listener` for every event of this type. @returns a function that ends it */
  on<Type extends keyof Map>(type: Type, listener: (event: Map[Type]) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    return () => { listeners.delete(listener); };
  }

  protected emit<Type extends keyof Map>(type: Type, event: Map[Type]): void {
    for (const listener of [...this.#listeners.get(type) ?? []]) (listener as (event: Map[Type]) => void)(event);
  }
}
