/**
 * How long a request may take to arrive. Node has one limit for all requests, 300 s; files take as long as they
 * need, with a limit of their own on the time without bytes.
 */
import type { IncomingMessage, Server } from 'node:http';
import { FILE_PATH } from './http.js';

const MAX_REQUEST_MS = 300_000;

export function limitRequestTime(http: Server, maxRequestMs: number = MAX_REQUEST_MS): void {
  http.requestTimeout = 0;
  http.on('request', (request: IncomingMessage) => {
    const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers;
    if (!hasBody || request.url?.split('?')[0] === FILE_PATH) return;
    const late = setTimeout(() => request.complete || request.socket.destroy(), maxRequestMs).unref();
    request.once('close', () => clearTimeout(late));
  });
}
