/**
 * Viewers: `GET /v1/streams/ID/watch` upgrades to a WebSocket that sends the stream's messages, of this
 * node or of another one, with `columns` if requested by `?spectrogram=1` and sent by the stream; `GET /v1/stations/watch` to one
 * that sends the state of all stations.
 */
import { interval, map, share, Subscription, type Observable, type SchedulerLike } from 'rxjs';
import type { WebSocket } from 'ws';
import { Connection, type Held } from './connection.js';
import { ProtocolError, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { Stations } from '../stations/stations.js';
import type { Elsewhere, Watchable } from '../streams/elsewhere.js';
import type { Streams } from '../streams/streams.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

const STATIONS_INTERVAL_MS = 1000;

export class Viewers {
  readonly #streams: Streams;
  readonly #stations: Stations;
  readonly #settings: Settings;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #all = new Set<Connection>();
  readonly #ofAllStations = new Set<Connection>();
  /** Shared by all viewers of the stations; runs only while there are any. */
  readonly #stationsMessage$: Observable<EncodedMessage>;

  /** @param elsewhere streams of other nodes, if there are any */
  constructor(streams: Streams, stations: Stations, settings: Settings, scheduler?: SchedulerLike, elsewhere?: Elsewhere) {
    this.#streams = streams;
    this.#elsewhere = elsewhere;
    this.#stations = stations;
    this.#settings = settings;
    this.#stationsMessage$ = interval(STATIONS_INTERVAL_MS, scheduler).pipe(map(() => this.#stationsMessage()), share());
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * Finds the stream to watch, here or on another node; called before the upgrade.
   * @throws ProtocolError `not-found` or `too-many-viewers`; `going-away` while other nodes can not be asked
   */
  async find(id: string): Promise<Watchable> {
    this.checkCapacity();
    const stream = this.#streams.get(id) ?? await this.#elsewhere?.watch(id);
    if (!stream) throw new ProtocolError('not-found', `No stream ${JSON.stringify(id)} is running; GET /v1/streams lists those that are.`);
    return stream;
  }

  /**
   * Called before the upgrade.
   * @throws ProtocolError `too-many-viewers`
   */
  checkCapacity(): void {
    if (this.#all.size >= this.#settings.maxViewers) {
      throw new ProtocolError('too-many-viewers', `The limit of ${this.#settings.maxViewers} viewers is reached. Try again later.`);
    }
  }

  accept(ws: WebSocket, stream: Watchable, wantsColumns: boolean): Held {
    const connection = this.#connect(ws);
    const watching = new Subscription();
    this.#watch(connection, stream, wantsColumns, watching);
    ws.once('close', () => watching.unsubscribe());
    return connection;
  }

  /**
   * A viewer of all stations.
   * @param sees whether it may see the station with this id
   */
  acceptStations(ws: WebSocket, sees: (station: string) => boolean): Held {
    const connection = this.#connect(ws);
    this.#ofAllStations.add(connection);
    connection.send(this.#stationsMessage(sees));
    const watching = this.#stationsMessage$.subscribe((message) => connection.send(this.#seesAll(sees) ? message : this.#stationsMessage(sees)));
    ws.once('close', () => {
      watching.unsubscribe();
      this.#ofAllStations.delete(connection);
    });
    return connection;
  }

  /** The server is shutting down: viewers of a stream are closed when it ends, viewers of the stations here. */
  goAway(): void {
    for (const connection of this.#ofAllStations) connection.close('going-away');
  }

  #watch(connection: Connection, stream: Watchable, wantsColumns: boolean, watching: Subscription): void {
    for (const message of stream.greeting) connection.send(message);
    let failure: ErrorCode | undefined;
    watching.add(stream.watch(wantsColumns).subscribe({
      next: (message) => {
        if (message.type === 'error') failure = JSON.parse(message.json).code as ErrorCode;
        if (message.type !== 'columns' || wantsColumns) connection.send(message);
      },
      complete: () => {
        const next = stream.isElsewhere && !this.#streams.isDraining ? this.#elsewhere?.follow(stream) : undefined;
        if (next) this.#watch(connection, next, wantsColumns, watching);
        else connection.close(failure ?? (this.#streams.isDraining || stream.isElsewhere ? 'going-away' : undefined));
      },
    }));
  }

  #connect(ws: WebSocket): Connection {
    const connection = new Connection(ws, this.#settings);
    this.#all.add(connection);
    ws.on('message', () => connection.fail('bad-message', 'A viewer can not send messages. To send sound, connect to /v1/stream.'));
    // ws itself closes after an invalid frame; the close event follows.
    ws.on('error', () => {});
    ws.once('close', () => this.#all.delete(connection));
    return connection;
  }

  #seesAll(sees: (station: string) => boolean): boolean {
    return this.#stations.list().every(({ config }) => sees(config.id));
  }

  #stationsMessage(sees: (station: string) => boolean = () => true): EncodedMessage {
    const shown = this.#stations.list().filter(({ config }) => sees(config.id));
    const { name, version } = this.#streams.manifest;
    return encodeMessage({ type: 'stations', at: new Date().toISOString(), model: { name, version }, stations: shown.map((station) => station.glance()) });
  }
}
