/** Current status of one stream, updated from the events of its link and shown by any number of widgets. */
import type { Prediction, StationMessage, Summary } from '../../server/protocol/messages.js';
import type { StreamLink } from '../dashboard/sources/audio-source.js';
import type { Clock, ConnectionState, GenreError } from '../sdk/index.js';
import type { ConnectionProblem } from './connection-problem.js';

/** Levels in the level strip: seven seconds with the shipped model's blocks. */
export const LEVEL_COUNT = 20;

export class StreamStatus {
  connection: ConnectionState = 'closed';
  /** Name of the stream; empty before the first connection. */
  name = '';
  labels: readonly string[] = [];
  prediction: Prediction | undefined;
  /** Levels of the newest blocks, oldest first, dBFS. */
  levels: number[] = [];
  /** Clock time of the last ready, prediction or station message. */
  lastMessageAtMs = 0;
  station: StationMessage | undefined;
  summary: Summary | undefined;
  /** Why there is no connection, once determined. */
  problem: ConnectionProblem | undefined;
  /** The last time that live sound went on as a new stream, and the clock time of it. */
  continued: { readonly lostMs: number; readonly gapMs: number; readonly atMs: number } | undefined;
  /** The newest genre and its time; stays after a lost connection. */
  lastGenre: { readonly genre: string; readonly atMs: number } | undefined;

  /**
   * Starts listening to a link.
   * @param onChange called after each change, with the prediction if it was one
   * @param onLost called when a connection was lost or refused
   * @returns a function that stops listening
   */
  follow(link: StreamLink, clock: Clock, onChange: (prediction?: Prediction) => void, onLost: (error: GenreError) => void): () => void {
    this.connection = link.state;
    const stops = [
      link.on('state', (state) => {
        this.connection = state;
        onChange();
      }),
      link.on('ready', ({ name, model }) => {
        Object.assign(this, { name, labels: model.labels, lastMessageAtMs: clock.now(), problem: undefined, station: undefined, summary: undefined });
        this.#clearPrediction();
        onChange();
      }),
      link.on('prediction', (prediction) => {
        this.prediction = prediction;
        this.lastMessageAtMs = clock.now();
        this.levels = [...this.levels.slice(1 - LEVEL_COUNT), prediction.level];
        if (prediction.genre !== null) this.lastGenre = { genre: prediction.genre, atMs: this.lastMessageAtMs };
        onChange(prediction);
      }),
      link.on('station', (station) => {
        // After an interruption the server classifies a station from scratch: the last prediction is out of date.
        if (!isReceiving(station)) this.#clearPrediction();
        this.station = station;
        this.lastMessageAtMs = clock.now();
        onChange();
      }),
      link.on('restarted', () => {
        this.#clearPrediction();
        onChange();
      }),
      link.on('continued', ({ lostMs, gapMs }) => {
        this.continued = { lostMs, gapMs, atMs: clock.now() };
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

  #clearPrediction(): void {
    this.prediction = undefined;
    this.levels = [];
  }
}

/** True while audio of a station arrives, including silence. */
export function isReceiving({ state }: StationMessage): boolean {
  return state === 'live' || state === 'silent';
}
