/**
 * HTTP upgrades to WebSockets: routes them, asks for permission, checks capacity, and limits what a peer
 * may send. Refusals are plain HTTP responses before the upgrade.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Access, AccessRequest } from '../access/access.js';
import type { OpenGrants } from '../access/open-grants.js';
import { ErrorReportingSocket, type Held } from './connection.js';
import type { Visitor } from '../access/visitor.js';
import type { Flow } from '../http/client-limits.js';
import { problem, problemHeaders, rejectUpgrade } from '../http/problem.js';
import { ProtocolError } from '../protocol/errors.js';
import { SUBPROTOCOL } from '../protocol/version.js';
import type { Settings } from '../settings.js';
import type { Senders } from './senders.js';
import type { Streams } from '../streams/streams.js';
import type { Viewers } from './viewers.js';

interface Opening {
  readonly visitor: Visitor;
  /** Of the stream. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly flow: Flow | undefined;
}

type Accept = (ws: WebSocket) => Held;
/** Checks capacity; returns the function that accepts the upgraded socket. */
type Socket = (opening: Opening) => Accept | Promise<Accept>;

/** Where upgrades come from: what the front door admits. */
interface AdmittedUpgrades {
  on(event: 'upgrade', listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): unknown;
  flowOf(request: IncomingMessage): Flow | undefined;
}

export interface UpgradesParts {
  readonly admitted: AdmittedUpgrades;
  readonly access: Access;
  readonly grants: Pick<OpenGrants, 'hold'>;
  readonly streams: Streams;
  readonly senders: Senders;
  readonly viewers: Viewers;
  readonly settings: Settings;
}

export class Upgrades {
  readonly #admitted: AdmittedUpgrades;
  readonly #access: Access;
  readonly #grants: UpgradesParts['grants'];
  readonly #streams: Streams;
  readonly #senders: Senders;
  readonly #settings: Settings;
  readonly #server: WebSocketServer;
  /** By path. */
  readonly sockets: ReadonlyMap<string, Socket>;

  constructor({ admitted, access, grants, streams, senders, viewers, settings }: UpgradesParts) {
    this.#admitted = admitted;
    this.#grants = grants;
    this.#access = access;
    this.#streams = streams;
    this.#senders = senders;
    this.#settings = settings;
    this.sockets = new Map<string, Socket>([
      ['/v1/stream', ({ flow }) => {
        senders.checkCapacity();
        return (ws) => senders.accept(ws, { flow });
      }],
      ['/v1/streams/:id/watch', async ({ id, query }) => {
        const stream = await viewers.find(id);
        return (ws) => viewers.accept(ws, stream, query.get('spectrogram') === '1');
      }],
      ['/v1/stations/watch', ({ visitor }) => {
        viewers.checkCapacity();
        return (ws) => viewers.acceptStations(ws, (station) => visitor.may('view', station));
      }],
    ]);
    this.#server = new WebSocketServer({
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
    admitted.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#upgrade(request, socket, head));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Nobody else listens until the upgrade; without a listener the error of a peer that is gone would end the process.
    const ignore = (): void => {};
    socket.on('error', ignore);
    try {
      const accept = await this.#route(request);
      socket.off('error', ignore);
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        (ws as ErrorReportingSocket).socket = socket;
        accept(ws);
      });
    } catch (error) {
      const { code, message } = error instanceof ProtocolError ? error : new ProtocolError('internal', 'The server failed while processing this request; the fault is not yours.');
      const details = problem(code, message);
      rejectUpgrade(socket, details, problemHeaders(details, this.#settings));
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  /**
   * @returns the function that accepts the upgraded socket
   * @throws ProtocolError when the upgrade is refused
   */
  async #route(request: IncomingMessage): Promise<(ws: WebSocket) => void> {
    const { url = '', headers } = request;
    const [path = '', query] = url.split('?');
    const id = /^\/v1\/streams\/([^/]+)\/watch$/.exec(path)?.[1] ?? '';
    const socket = this.sockets.get(id === '' ? path : '/v1/streams/:id/watch');
    if (!socket) {
      throw new ProtocolError('not-found', 'WebSockets are at /v1/stream to send sound, at /v1/streams/ID/watch to view a stream, and at /v1/stations/watch to view all stations.');
    }
    const asked: AccessRequest = { method: 'SOCKET', path, header: (name) => headers[name]?.toString(), incoming: request };
    const flow = this.#admitted.flowOf(request);
    try {
      const visitor = await this.#access.decide(asked);
      this.#checkRunning();
      const accept = await socket({ visitor, id, query: new URLSearchParams(query), flow });
      return (ws) => this.#hold(asked, visitor, ws, accept(ws));
    } catch (error) {
      // Of senders, a token may also come in `start`.
      if (path !== '/v1/stream' || !(error instanceof ProtocolError) || error.code !== 'no-token' || this.#access.hasToken(asked) || !this.#senders.mayProveLater) throw error;
      this.#checkRunning();
      this.#senders.checkCapacity();
      return (ws) => {
        const sender = this.#senders.accept(ws, { flow, permit: async (token) => this.#hold(asked, await this.#access.decide({ ...asked, token }), ws, sender) });
      };
    }
  }

  /** Ends a socket with the token that it needs. */
  #hold(asked: AccessRequest, visitor: Visitor, ws: WebSocket, held: Held): void {
    const grant = this.#access.neededFor(asked, visitor);
    if (grant) ws.once('close', this.#grants.hold(grant, () => held.tokenEnded()));
  }

  #checkRunning(): void {
    if (this.#streams.isDraining) throw new ProtocolError('going-away', 'The server is shutting down. Try again later, or another server.');
  }
}
