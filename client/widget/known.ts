/** What is known of one stream at this moment: folded from what its link tells, shown by any number of widgets. */
import type { Prediction, StationMessage, Summary } from '../../server/protocol/messages.js';
import type { Link } from '../dashboard/sources/listening.js';
import type { Clock, ConnectionState, GenreError } from '../sdk/index.js';
import type { Trouble } from './trouble.js';

/** Levels kept for the strip: seven seconds with the shipped model's blocks. */
export const KEPT_LEVELS = 20;

export class Known {
  link: ConnectionState = 'closed';
  /** As the server calls it; empty before the first connection. */
  name = '';
  labels: readonly string[] = [];
  prediction: Prediction | undefined;
  /** Of the newest blocks, oldest first, dBFS. */
  levels: number[] = [];
  /** When something was last heard of the stream's sound, by the clock. */
  aliveAtMs = 0;
  station: StationMessage | undefined;
  summary: Summary | undefined;
  /** Why there is no connection, once that is found out. */
  trouble: Trouble | undefined;
  /** The newest genre, and when that was; it stays when the connection is lost. */
  last: { readonly genre: string; readonly atMs: number } | undefined;

  /**
   * @param onChange after each change, with the prediction where it was one
   * @param onLost a connection was lost or refused
   * @returns ends it
   */
  follow(link: Link, clock: Clock, onChange: (prediction?: Prediction) => void, onLost: (error: GenreError) => void): () => void {
    this.link = link.state;
    const stops = [
      link.on('state', (state) => {
        this.link = state;
        onChange();
      }),
      link.on('ready', ({ name, model }) => {
        Object.assign(this, { name, labels: model.labels, aliveAtMs: clock.now(), trouble: undefined, station: undefined, summary: undefined });
        this.#forget();
        onChange();
      }),
      link.on('prediction', (prediction) => {
        this.prediction = prediction;
        this.aliveAtMs = clock.now();
        this.levels = [...this.levels.slice(1 - KEPT_LEVELS), prediction.level];
        if (prediction.genre !== null) this.last = { genre: prediction.genre, atMs: this.aliveAtMs };
        onChange(prediction);
      }),
      link.on('station', (station) => {
        // A station that comes back is judged afresh: what was heard before it went is not what plays now.
        if (!isHeard(station)) this.#forget();
        this.station = station;
        this.aliveAtMs = clock.now();
        onChange();
      }),
      link.on('restarted', () => {
        this.#forget();
        onChange();
      }),
      link.on('summary', (summary) => {
        this.summary = summary;
        onChange();
      }),
      link.on('error', onLost),
    ];
    return () => { for (const stop of stops) stop(); };
  }

  #forget(): void {
    this.prediction = undefined;
    this.levels = [];
  }
}

/** Whether a station's sound arrives, be it silence. */
export function isHeard({ state }: StationMessage): boolean {
  return state === 'live' || state === 'silent';
}
