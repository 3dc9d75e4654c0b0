/**
 * Viewers: `GET /v1/streams/ID/watch` upgrades to a WebSocket that says what the stream says, with
 * columns if asked for with `?spectrogram=1` and the stream makes them; `GET /v1/stations/watch` to
 * one that says how all stations are doing.
 */
import { interval, map, share, type Observable, type SchedulerLike } from 'rxjs';
import type { WebSocket } from 'ws';
import { Connection } from './connection.js';
import { ProtocolError, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { Stations } from '../stations/stations.js';
import type { Stream } from '../streams/stream.js';
import type { Streams } from '../streams/streams.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';

const GLANCE_EVERY_MS = 1000;

export class Viewers {
  readonly #streams: Streams;
  readonly #stations: Stations;
  readonly #settings: Settings;
  readonly #all = new Set<Connection>();
  readonly #ofStations = new Set<Connection>();
  /** Made once for all who look, and only while somebody does. */
  readonly #glances$: Observable<EncodedMessage>;

  constructor(streams: Streams, stations: Stations, settings: Settings, scheduler?: SchedulerLike) {
    this.#streams = streams;
    this.#stations = stations;
    this.#settings = settings;
    this.#glances$ = interval(GLANCE_EVERY_MS, scheduler).pipe(map(() => this.#glance()), share());
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * The stream to watch.
   * @throws ProtocolError before the upgrade: `not-found`, or `too-many-viewers`
   */
  find(id: string): Stream {
    const stream = this.#streams.get(id);
    if (!stream) throw new ProtocolError('not-found', `No stream ${JSON.stringify(id)} is running; GET /v1/streams lists those that are.`);
    this.checkPlace();
    return stream;
  }

  /** @throws ProtocolError before the upgrade: `too-many-viewers` */
  checkPlace(): void {
    if (this.#all.size >= this.#settings.maxViewers) {
      throw new ProtocolError('too-many-viewers', `All ${this.#settings.maxViewers} places for viewers are taken. Try again later.`);
    }
  }

  accept(ws: WebSocket, stream: Stream, wantsColumns: boolean): void {
    const connection = this.#connect(ws);
    connection.say(stream.ready('viewer'));
    if (stream.standing) connection.say(stream.standing);
    let failure: ErrorCode | undefined;
    const watching = stream.watch().subscribe({
      next: (told) => {
        if (told.type === 'error') failure = JSON.parse(told.json).code as ErrorCode;
        if (told.type !== 'columns' || wantsColumns) connection.say(told);
      },
      complete: () => connection.close(failure ?? (this.#streams.isDraining ? 'going-away' : undefined)),
    });
    ws.once('close', () => watching.unsubscribe());
  }

  /** A viewer of all stations. */
  acceptStations(ws: WebSocket): void {
    const connection = this.#connect(ws);
    this.#ofStations.add(connection);
    connection.say(this.#glance());
    const watching = this.#glances$.subscribe((told) => connection.say(told));
    ws.once('close', () => {
      watching.unsubscribe();
      this.#ofStations.delete(connection);
    });
  }

  /** The server goes away: viewers of a stream hear it from the stream, these have none. */
  goAway(): void {
    for (const connection of this.#ofStations) connection.close('going-away');
  }

  #connect(ws: WebSocket): Connection {
    const connection = new Connection(ws, this.#settings);
    this.#all.add(connection);
    ws.on('message', () => connection.refuse('bad-message', 'A viewer only listens. To send sound, connect to /v1/stream.'));
    // ws closes for a broken frame by itself; the close event follows.
    ws.on('error', () => {});
    ws.once('close', () => this.#all.delete(connection));
    return connection;
  }

  #glance(): EncodedMessage {
    return encodeMessage({ type: 'stations', at: new Date().toISOString(), stations: this.#stations.list().map((station) => station.glance()) });
  }
}
