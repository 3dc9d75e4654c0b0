/** Typed event emitter without dependencies, for browsers and Node: `on` returns the function that unsubscribes. */
import type { Columns, Prediction, Ready, Restarted, StationMessage, Summary } from '../../server/protocol/messages.js';
import type { ConnectionState } from './connection.js';
import type { GenreError } from './connection-errors.js';

/** Live sound goes on as a new stream, because the server no longer has the old one. */
export interface Continued {
  /** Id of the new stream. */
  readonly streamId: string;
  /** Id of the old one. */
  readonly previousId: string;
  /** Why the old one is gone. */
  readonly reason: GenreError;
  /** From the last message of the old stream to the new one, ms. */
  readonly gapMs: number;
  /** Sound that no stream scored: sent without an answer, or dropped while there was no stream, ms. What a sleeping machine did not record is in `gapMs` only. */
  readonly lostMs: number;
}

/** Events of a sender and of a viewer. */
export interface StreamEvents {
  /** The stream is running; fires again after each reconnection. */
  ready: Ready;
  prediction: Prediction;
  columns: Columns;
  summary: Summary;
  restarted: Restarted;
  /** Senders of live sound only; comes after the `ready` of the new stream. */
  continued: Continued;
  /** Viewers of a station only. */
  station: StationMessage;
  state: ConnectionState;
  /** The connection was lost (`state` is 'reconnecting') or has ended (`state` is 'closed'). */
  error: GenreError;
}

export class Events<Map extends object> {
  readonly #listeners = new Map<keyof Map, Set<(event: never) => void>>();

  /** Calls `listener` for every event of this type. @returns a function that unsubscribes it */
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
