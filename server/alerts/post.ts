/** One POST of HTTP through the guard. Redirects are not followed, and the body of the answer is not read. */
import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { placeOf } from '../network/address.js';
import type { Guard, Place } from '../network/guard/guard.js';

export interface Posted {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** @throws Error of the connection, or of the signal */
export function post(url: URL, guard: Guard, { body, headers, signal }: { readonly body: string; readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal }): Promise<Posted> {
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    (isSecure ? https : http).request({
      method: 'POST',
      ...placeOf(url),
      path: url.pathname + url.search,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      createConnection: (options) => (isSecure ? guard.connectSecurely(options as Place) : guard.connect(options as Place)),
    }).on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
      // An error of a body that nobody reads is none of the delivery's.
      response.on('error', () => {}).destroy();
    }).on('error', reject).end(body);
  });
}
