/**
 * HTTP upgrades to WebSockets: routes them, checks permission and capacity, and limits what a peer
 * may send. Refusals are plain HTTP responses before the upgrade.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Access } from '../access/access.js';
import { ErrorReportingSocket } from './connection.js';
import { isListed, isOwnPage } from '../access/origins.js';
import { problem, problemHeaders, rejectUpgrade } from '../http/problem.js';
import { ProtocolError } from '../protocol/errors.js';
import { SUBPROTOCOL } from '../protocol/version.js';
import type { Settings } from '../settings.js';
import type { Senders } from './senders.js';
import type { Streams } from '../streams/streams.js';
import type { Viewers } from './viewers.js';

const WATCH_STATIONS = '/v1/stations/watch';
const WATCH = /^\/v1\/streams\/([^/]+)\/watch$/;

export class Upgrades {
  readonly #access: Access;
  readonly #streams: Streams;
  readonly #senders: Senders;
  readonly #viewers: Viewers;
  readonly #settings: Settings;
  readonly #sockets: WebSocketServer;

  constructor(http: Server, access: Access, streams: Streams, senders: Senders, viewers: Viewers, settings: Settings) {
    this.#access = access;
    this.#streams = streams;
    this.#senders = senders;
    this.#viewers = viewers;
    this.#settings = settings;
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: settings.maxMessageBytes,
      maxFragments: settings.maxFragments,
      maxBufferedChunks: settings.maxBufferedChunks,
      closeTimeout: settings.closeTimeoutMs,
      WebSocket: ErrorReportingSocket,
      // A subprotocol is optional; of several offered, this one is selected.
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const accept = this.#route(request);
      this.#sockets.handleUpgrade(request, socket, head, accept);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const details = problem(error.code, error.message);
      rejectUpgrade(socket, details, problemHeaders(details, this.#settings));
    }
  }

  /**
   * @returns the function that accepts the upgraded socket
   * @throws ProtocolError when the upgrade is refused
   */
  #route(request: IncomingMessage): (ws: WebSocket) => void {
    const [path = '', query] = (request.url ?? '').split('?');
    const watch = WATCH.exec(path);
    if (!watch && path !== '/v1/stream' && path !== WATCH_STATIONS) {
      throw new ProtocolError('not-found', 'WebSockets are at /v1/stream to send sound, at /v1/streams/ID/watch to view a stream, and at /v1/stations/watch to view all stations.');
    }
    this.#checkOrigin(request);
    if (this.#streams.isDraining) throw new ProtocolError('going-away', 'The server is shutting down. Try again later, or another server.');
    if (path === WATCH_STATIONS) {
      this.#viewers.checkCapacity();
      return (ws) => this.#viewers.acceptStations(ws);
    }
    if (!watch) {
      this.#access.check('send', request.headers.authorization);
      this.#senders.checkCapacity();
      return (ws) => this.#senders.accept(ws);
    }
    const stream = this.#viewers.find(watch[1]!);
    return (ws) => this.#viewers.accept(ws, stream, new URLSearchParams(query).get('spectrogram') === '1');
  }

  /** Programs send no Origin. Pages must be this server's own or listed, else any site could use its visitors' access. */
  #checkOrigin({ headers: { origin, host } }: IncomingMessage): void {
    if (origin === undefined) return;
    if (isListed(origin, this.#settings) || isOwnPage(origin, host)) return;
    throw new ProtocolError('not-allowed', `Pages of ${origin} may not connect. The operator can allow them with --allowed-origins.`);
  }
}
