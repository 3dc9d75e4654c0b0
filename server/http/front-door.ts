/**
 * The first check of every request and every upgrade, before routes and permissions: does it name this
 * server as Host, and does it come from a page that may load something here? What is admitted is emitted
 * as `request` or `upgrade`, with the arguments of `http.Server`.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { isListed } from '../access/origins.js';
import type { Log } from '../log.js';
import { ownNames } from '../network/own-names.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { EMBEDDED } from './http.js';
import { problem, PROBLEM_TYPE, problemHeaders, rejectUpgrade } from './problem.js';

export type FrontDoorSettings = Pick<Settings, 'host' | 'publicUrl' | 'allowedOrigins' | 'retryAfterMs'>;

interface Events {
  request: [IncomingMessage, ServerResponse];
  upgrade: [IncomingMessage, Duplex, Buffer];
}

/** Refused names that are remembered as logged. */
const MAX_LOGGED = 100;

export class FrontDoor extends EventEmitter<Events> {
  readonly #settings: FrontDoorSettings;
  readonly #log: Log;
  readonly #isOwnName: (header: string | undefined) => boolean;
  readonly #logged = new Set<string>();

  constructor(http: Server, settings: FrontDoorSettings, log: Log) {
    super();
    this.#settings = settings;
    this.#log = log;
    this.#isOwnName = ownNames(settings);
    http.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const refusal = this.#refusal(request);
      if (refusal) this.#answer(response, refusal);
      else this.emit('request', request, response);
    });
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refusal = this.#refusal(request);
      if (refusal) rejectUpgrade(socket, problem(refusal.code, refusal.message), this.#headers(refusal));
      else this.emit('upgrade', request, socket, head);
    });
  }

  #refusal({ url = '', headers }: IncomingMessage): ProtocolError | undefined {
    if (!this.#isOwnName(headers.host)) {
      this.#logOnce(headers.host!);
      return new ProtocolError('not-allowed', 'This server does not go by the name in the request\'s Host header. If it should, its operator adds that name with --public-url.');
    }
    if (this.#isStrange(url.split('?')[0]!, headers)) {
      return new ProtocolError('not-allowed', 'Pages of other sites may not load this. The operator can allow them with --allowed-origins.');
    }
    return undefined;
  }

  /**
   * Whether a page of another site loads this as an image, sound or script: then browsers send no Origin,
   * but say so (https://www.w3.org/TR/fetch-metadata/). Following a link is allowed, and so are scripts that
   * are made for other pages. Requests with an Origin are for `access`.
   */
  #isStrange(path: string, headers: IncomingMessage['headers']): boolean {
    const { origin, referer } = headers;
    const site = headers['sec-fetch-site'];
    if (origin !== undefined || (site !== 'cross-site' && site !== 'same-site')) return false;
    if (headers['sec-fetch-mode'] === 'navigate' || EMBEDDED.has(path)) return false;
    return !isListed(referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : '', this.#settings);
  }

  #headers({ code, message }: ProtocolError): Record<string, string> {
    return problemHeaders(problem(code, message), this.#settings);
  }

  #answer(response: ServerResponse, refusal: ProtocolError): void {
    const { status, ...rest } = problem(refusal.code, refusal.message);
    // The body of the request is not read, so nothing else can follow on this connection.
    response.writeHead(status, { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store', Connection: 'close', ...this.#headers(refusal) });
    response.end(JSON.stringify({ status, ...rest }));
  }

  #logOnce(host: string): void {
    if (this.#logged.has(host) || this.#logged.size >= MAX_LOGGED) return;
    this.#logged.add(host);
    this.#log.warn('a request for another name was refused; if people open the server under it, add it with --public-url', { host: host.slice(0, 255) });
  }
}
