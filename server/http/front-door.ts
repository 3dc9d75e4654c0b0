/**
 * The first check of every request and every upgrade, before routes and permissions: does it name this
 * server as Host, does it come from a page that may load something here, and is it not one too many of
 * its client? What is admitted is emitted as `request` or `upgrade`, with the arguments of `http.Server`.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ADMIN_ID, type Access } from '../access/access.js';
import { isListed } from '../access/origins.js';
import type { Log } from '../log.js';
import { clientReader, type Client } from '../network/client-address.js';
import { ownNames } from '../network/own-names.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { clientKey, ClientLimits, type Flow, type Kind } from './client-limits.js';
import { EMBEDDED, FILE_PATH } from './http.js';
import { problem, PROBLEM_TYPE, problemHeaders, rejectUpgrade } from './problem.js';

type DoorSettings = Pick<Settings, 'host' | 'publicUrl' | 'trustProxy' | 'allowedOrigins' | 'retryAfterMs' | 'maxRequestsPerMinute' | 'maxStreamsPerClient' | 'maxViewersPerClient' | 'maxBytesPerMinute' | 'maxSoundPerSecond'>;

export interface FrontDoorOptions {
  readonly settings: DoorSettings;
  readonly log: Log;
  /** Who comes with a token that counts is counted by it. */
  readonly access: Pick<Access, 'identify'>;
  /** Refused names that are remembered as logged; others are not logged. */
  readonly maxLogged?: number;
}

interface Events {
  request: [IncomingMessage, ServerResponse];
  upgrade: [IncomingMessage, Duplex, Buffer];
}

interface Refusal {
  readonly error: ProtocolError;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_LOGGED = 100;
/** Where sound comes in, as a socket or as a file. */
const STREAM_PATHS: readonly string[] = ['/v1/stream', FILE_PATH];
const VIEWER_PATH = /^\/v1\/(streams\/[^/]+|stations)\/watch$/;

export class FrontDoor extends EventEmitter<Events> {
  readonly #settings: DoorSettings;
  readonly #log: Log;
  readonly #access: FrontDoorOptions['access'];
  readonly #isOwnName: (header: string | undefined) => boolean;
  readonly #clientOf: (request: IncomingMessage) => Client;
  readonly #limits: ClientLimits;
  readonly #flows = new WeakMap<IncomingMessage, Flow>();
  readonly #logged = new Set<string>();
  readonly #maxLogged: number;

  constructor(http: Server, { settings, log, access, maxLogged = MAX_LOGGED }: FrontDoorOptions) {
    super();
    this.#maxLogged = maxLogged;
    this.#settings = settings;
    this.#log = log;
    this.#access = access;
    this.#isOwnName = ownNames(settings);
    this.#clientOf = clientReader(settings.trustProxy);
    this.#limits = new ClientLimits(settings);
    http.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#admit(request, response, (refusal) => this.#answer(response, refusal), () => this.emit('request', request, response));
    });
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Until somebody listens, the error of a peer that is gone would end the process.
      const ignore = (): void => {};
      socket.on('error', ignore);
      void this.#admit(request, socket, ({ error, headers }) => rejectUpgrade(socket, problem(error.code, error.message), { ...this.#headers(error), ...headers }), () => {
        this.emit('upgrade', request, socket, head);
        socket.off('error', ignore);
      });
    });
  }

  /** What the client of an admitted request may still send; undefined if it is not counted. */
  flowOf(request: IncomingMessage): Flow | undefined {
    return this.#flows.get(request);
  }

  /** @param end what emits `close` when the request is over */
  async #admit(request: IncomingMessage, end: ServerResponse | Duplex, refuse: (refusal: Refusal) => void, accept: () => void): Promise<void> {
    const client = this.#clientOf(request);
    const error = this.#strangeness(request, client);
    if (error) return refuse({ error });
    const key = await this.#keyOf(request, client);
    if (key === undefined) return accept();
    const waitMs = await this.#limits.request(key);
    if (waitMs !== undefined) {
      const waitS = Math.ceil(waitMs / 1000);
      return refuse({ error: new ProtocolError('too-many-requests', `You have sent more than ${this.#settings.maxRequestsPerMinute} requests in a minute. Wait ${waitS} s.`), headers: { 'Retry-After': String(waitS) } });
    }
    const kind = kindOf(request);
    if (kind !== undefined) {
      const leave = this.#limits.open(kind, key);
      if (!leave) return refuse({ error: new ProtocolError('too-many-requests', `You have ${this.#limits.most(kind)} ${kind}s, as many as one client may have. End one first.`) });
      // It may have left while it was counted.
      if (end.destroyed) leave();
      else end.once('close', leave);
    }
    this.#flows.set(request, this.#limits.flow(key));
    accept();
  }

  async #keyOf(request: IncomingMessage, { address }: Client): Promise<string | undefined> {
    // Tokens that can't be read now count as none; `access` says so.
    const grant = await this.#access.identify({ header: (name) => request.headers[name]?.toString(), incoming: request }).catch(() => undefined);
    // The admin token is the operator's own; those for pages that were made with it are not.
    return grant && (grant.id !== ADMIN_ID || grant.isSigned) ? grant.id : clientKey(address);
  }

  #strangeness(request: IncomingMessage, { isSecure }: Client): ProtocolError | undefined {
    const { host, origin } = request.headers;
    if (!this.#isOwnName(host)) {
      this.#logOnce(host!);
      return new ProtocolError('not-allowed', 'This server does not go by the name in the request\'s Host header. If it should, its operator adds that name with --public-url.');
    }
    if (isSecure && origin === `http://${host}`) return new ProtocolError('not-allowed', 'This server has TLS, so a page of its name without TLS is not its own.');
    if (this.#isStrangePage(request)) return new ProtocolError('not-allowed', 'Pages of other sites may not load this. The operator can allow them with --allowed-origins.');
    return undefined;
  }

  /**
   * Whether a page of another site loads this as an image, sound or script: then browsers send no Origin,
   * but say so (https://www.w3.org/TR/fetch-metadata/). Following a link is allowed, and so are scripts that
   * are made for other pages. Requests with an Origin are for `access`.
   */
  #isStrangePage(request: IncomingMessage): boolean {
    const { origin, referer, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers;
    if (origin !== undefined || (site !== 'cross-site' && site !== 'same-site')) return false;
    if (mode === 'navigate' || EMBEDDED.has(pathOf(request))) return false;
    return !isListed(referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : '', this.#settings);
  }

  #headers({ code, message }: ProtocolError): Record<string, string> {
    return problemHeaders(problem(code, message), this.#settings);
  }

  #answer(response: ServerResponse, { error, headers }: Refusal): void {
    const { status, ...rest } = problem(error.code, error.message);
    // The body of the request is not read, so nothing else can follow on this connection.
    response.writeHead(status, { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', Connection: 'close', ...this.#headers(error), ...headers });
    response.end(JSON.stringify({ status, ...rest }));
  }

  #logOnce(host: string): void {
    if (this.#logged.has(host) || this.#logged.size >= this.#maxLogged) return;
    this.#logged.add(host);
    this.#log.warn('a request for another name was refused; if people open the server under it, add it with --public-url', { host: host.slice(0, 255) });
  }
}

function kindOf(request: IncomingMessage): Kind | undefined {
  const path = pathOf(request);
  return STREAM_PATHS.includes(path) ? 'stream' : VIEWER_PATH.test(path) ? 'viewer' : undefined;
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?')[0]!;
