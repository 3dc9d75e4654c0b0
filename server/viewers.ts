/**
 * Viewers: `GET /v1/streams/ID/watch` upgrades to a WebSocket that says what the stream says.
 * Columns come if asked for with `?spectrogram=1` and the stream makes them.
 */
import type { WebSocket } from 'ws';
import { Connection } from './connection.js';
import { ProtocolError, type ErrorCode } from './protocol.js';
import type { Settings } from './settings.js';
import type { Stream } from './stream.js';
import type { Streams } from './streams.js';

export class Viewers {
  readonly #streams: Streams;
  readonly #settings: Settings;
  readonly #all = new Set<Connection>();

  constructor(streams: Streams, settings: Settings) {
    this.#streams = streams;
    this.#settings = settings;
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
    if (this.#all.size >= this.#settings.maxViewers) {
      throw new ProtocolError('too-many-viewers', `All ${this.#settings.maxViewers} places for viewers are taken. Try again later.`);
    }
    return stream;
  }

  accept(ws: WebSocket, stream: Stream, wantsColumns: boolean): void {
    const connection = new Connection(ws, this.#settings);
    this.#all.add(connection);
    connection.say(stream.ready('viewer'));
    let failure: ErrorCode | undefined;
    const watching = stream.watch().subscribe({
      next: (told) => {
        if (told.type === 'error') failure = JSON.parse(told.json).code as ErrorCode;
        if (told.type !== 'columns' || wantsColumns) connection.say(told);
      },
      complete: () => connection.close(failure ?? (this.#streams.isDraining ? 'going-away' : undefined)),
    });
    ws.on('message', () => connection.refuse('bad-message', 'A viewer only listens. To send sound, connect to /v1/stream.'));
    // ws closes for a broken frame by itself; the close event follows.
    ws.on('error', () => {});
    ws.once('close', () => {
      watching.unsubscribe();
      this.#all.delete(connection);
    });
  }
}
