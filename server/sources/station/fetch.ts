/**
 * Fetches a station's stream, playlist or segment: follows redirects, applies a timeout, and turns
 * every failure into a `SourceFault` with a sentence for people.
 */
import { setMaxListeners } from 'node:events';
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { credentialsOf, keepCredentials } from '../../network/address.js';
import { RefusedAddress, type Guard, type Place } from '../../network/guard/guard.js';
import { inRange, rangeHeader, type ByteRange } from './byte-range.js';
import { decompressed } from './content-encoding.js';
import { Cookies } from './cookies.js';
import { readFirstBytes } from './first-bytes.js';
import { HttpConnection } from './http-connection.js';
import { MAX_HEAD_BYTES } from './http-head.js';
import { SourceFault } from './source-event.js';
import { decodeText } from './text-encoding.js';

const MAX_REDIRECTS = 10;
const USER_AGENT = 'livegenre/0.1';

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Limit from the request to the first byte of the body, redirects included, ms. */
  readonly timeoutMs: number;
  readonly guard: Guard;
  /** Pool of connections to reuse. Without it each request opens its own. */
  readonly pool?: ConnectionPool;
  /** Byte range of the resource. The answer has no other bytes, also from a server that ignores ranges. */
  readonly range?: ByteRange;
  /** Cookies that earlier answers have set; this one's are added. By default those of its own redirects. */
  readonly cookies?: Cookies;
}

/** Opens a connection for a request, with what Node gives its agents. */
type Connect = (options: object) => HttpConnection;

class LenientAgent extends http.Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: true });
    this.#connect = connect;
  }

  override createConnection(options: object): HttpConnection {
    return this.#connect(options);
  }
}

class LenientSecureAgent extends https.Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: true });
    this.#connect = connect;
  }

  override createConnection(options: object): HttpConnection {
    return this.#connect(options);
  }
}

/** Keep-alive connections; `close` ends them. */
export class ConnectionPool {
  readonly http: http.Agent;
  readonly https: https.Agent;

  constructor(guard: Guard) {
    this.http = new LenientAgent(plain(guard));
    this.https = new LenientSecureAgent(secure(guard));
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/** A response with a successful status. */
export interface Answer {
  /** Final address after redirects. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Lower case, without parameters; empty if the server sends none. */
  readonly contentType: string;
  /** First bytes of the body, enough for `kindOf`; empty if the body is empty. */
  readonly start: Uint8Array;
  /** The body with its first bytes; can be iterated once. Leaving the loop closes the connection. */
  bytes(): AsyncGenerator<Uint8Array, void, void>;
  /** @throws SourceFault when the body is longer than `maxBytes`, or takes longer than `timeoutMs` */
  whole(maxBytes: number): Promise<Uint8Array>;
  close(): void;
}

/** @throws SourceFault */
export async function fetchAnswer(address: URL, options: FetchOptions): Promise<Answer> {
  const stop = new AbortController();
  // The request of each redirect listens until its socket has closed.
  setMaxListeners(2 * MAX_REDIRECTS, stop.signal);
  const onAbort = (): void => stop.abort();
  options.signal.addEventListener('abort', onAbort, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, options.timeoutMs);
  const removeListener = (): void => options.signal.removeEventListener('abort', onAbort);
  try {
    options.signal.throwIfAborted();
    return await follow(address, { ...options, cookies: options.cookies ?? new Cookies(), signal: stop.signal }, { onFirstByte: () => clearTimeout(timer), onClosed: removeListener });
  } catch (error) {
    removeListener();
    if (isLate) throw new SourceFault(`The server did not answer within ${options.timeoutMs / 1000} s.`);
    throw networkFault(error);
  } finally {
    clearTimeout(timer);
  }
}

interface Following {
  readonly onFirstByte: () => void;
  readonly onClosed: () => void;
}

async function follow(address: URL, options: FetchOptions & { readonly cookies: Cookies }, { onFirstByte, onClosed }: Following): Promise<Answer> {
  let url = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await ask(url, options);
    const { statusCode = 0, headers } = response;
    options.cookies.store(url, headers['set-cookie']);
    try {
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        url = redirected(url, headers.location);
        response.destroy();
        continue;
      }
      if (statusCode < 200 || statusCode >= 300) throw statusFault(response);
      const answer = await begin(url, response, options, onFirstByte);
      response.once('close', onClosed);
      return answer;
    } catch (error) {
      response.destroy();
      throw error;
    }
  }
  throw new SourceFault(`The server redirects more than ${MAX_REDIRECTS} times.`);
}

function ask(url: URL, options: FetchOptions): Promise<IncomingMessage> {
  const { signal, guard, pool, range, cookies } = options;
  const cookie = cookies?.for(url);
  const isSecure = url.protocol === 'https:';
  const credentials = credentialsOf(url);
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (isSecure ? https : http).request({
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (isSecure ? 443 : 80),
      path: url.pathname + url.search,
      ...(credentials && { auth: `${credentials.username}:${credentials.password}` }),
      headers: {
        'User-Agent': USER_AGENT,
        Accept: '*/*',
        'Icy-MetaData': '1',
        ...(range && { Range: rangeHeader(range) }),
        ...(cookie !== undefined && { Cookie: cookie }),
      },
      signal,
      // The head is checked in `http-head.ts`; this one is about the framing of the body.
      insecureHTTPParser: true,
      maxHeaderSize: 2 * MAX_HEAD_BYTES,
      ...(pool ? { agent: isSecure ? pool.https : pool.http } : { createConnection: (isSecure ? secure : plain)(guard) }),
    });
    request.on('response', resolve).on('error', (error: NodeJS.ErrnoException) => {
      // The server had closed the reused connection: retry on another one.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(ask(url, options));
      else reject(error);
    }).end();
  });
}

const plain = (guard: Guard): Connect => (options) => new HttpConnection(guard.connect(options as Place));
const secure = (guard: Guard): Connect => (options) => new HttpConnection(guard.connectSecurely(options as Place));

/** The redirect target. Credentials are passed on only within the same origin. */
function redirected(from: URL, header: string): URL {
  const location = decodeText(Buffer.from(header, 'latin1'));
  if (!URL.canParse(location, from)) throw new SourceFault('The server redirects to an invalid address.');
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') throw new SourceFault(`The server redirects to an address of kind ${to.protocol}, not http: or https:.`);
  return keepCredentials(to, from);
}

async function begin(url: URL, response: IncomingMessage, { range, timeoutMs }: FetchOptions, onFirstByte: () => void): Promise<Answer> {
  const { headers, statusCode = 0 } = response;
  const plainBytes = decompressed(response as AsyncIterable<Uint8Array>, headers['content-encoding'] ?? '');
  const body = range ? inRange(plainBytes, range, statusCode, headers['content-range']) : plainBytes;
  const input = body[Symbol.asyncIterator]();
  const { start, next: pending } = await readFirstBytes(input, timeoutMs / 2, onFirstByte);
  async function* bytes(): AsyncGenerator<Uint8Array, void, void> {
    try {
      if (start.length > 0) yield start;
      for (let next = await (pending ?? input.next()); !next.done; next = await input.next()) yield next.value;
    } catch (error) {
      throw networkFault(error);
    } finally {
      response.destroy();
    }
  }
  return {
    url,
    headers: response.headers,
    contentType: (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
    start,
    bytes,
    async whole(maxBytes) {
      const parts: Uint8Array[] = [];
      let length = 0;
      const late = new SourceFault(`The server did not send its whole answer within ${timeoutMs / 1000} s.`);
      const timer = setTimeout(() => response.destroy(late), timeoutMs);
      try {
        for await (const part of bytes()) {
          length += part.length;
          if (length > maxBytes) throw new SourceFault(`The answer is longer than the limit of ${maxBytes} bytes.`);
          parts.push(part);
        }
      } finally {
        clearTimeout(timer);
      }
      return Buffer.concat(parts);
    },
    close: () => void response.destroy(),
  };
}

function statusFault({ statusCode = 0, statusMessage, headers }: IncomingMessage): SourceFault {
  const text = statusMessage || http.STATUS_CODES[statusCode] || '';
  return new SourceFault(`The server answers with ${`${statusCode} ${text}`.trim()}${statusCode === 401 ? '; put user:password@ into the address' : ''}.`, { retryAfterMs: retryAfter(headers['retry-after']) });
}

/** Parses `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return ms > 0 ? ms : null;
}

const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no server of this name.',
  EAI_AGAIN: 'The server\'s name could not be resolved: the DNS servers do not answer.',
  ECONNREFUSED: 'The server refuses the connection: nothing listens on this port.',
  ECONNRESET: 'The connection was lost.',
  EPIPE: 'The connection was lost.',
  ETIMEDOUT: 'The server does not answer.',
  EHOSTUNREACH: 'There is no route to the server.',
  ENETUNREACH: 'There is no route to the server\'s network.',
  HPE_INVALID_CONSTANT: 'The server does not answer in HTTP.',
  ERR_STREAM_PREMATURE_CLOSE: 'The connection was lost.',
};

/** A network error of Node as a sentence. */
export function networkFault(error: unknown): SourceFault {
  if (error instanceof SourceFault) return error;
  if (error instanceof RefusedAddress) return new SourceFault(error.message);
  // A host with several addresses fails with one error for each.
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const sentence = NETWORK[code ?? ''] ?? NETWORK[errors?.[0]?.code ?? ''] ?? (code?.startsWith('HPE_') ? `The server breaks the rules of HTTP (${code}).` : undefined);
  return new SourceFault(sentence ?? `The connection failed: ${code ?? message}.`);
}
