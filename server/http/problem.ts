/** Errors over HTTP as problem details (RFC 9457), made from the protocol's table of errors. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorCode } from '../protocol/errors.js';
import type { Settings } from '../settings.js';

export const PROBLEM_TYPE = 'application/problem+json';

export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The protocol's error code. */
  readonly code: ErrorCode;
}

/** @param status instead of the one in the table of errors */
export function problem(code: ErrorCode, detail: string, status: number = ERRORS[code].status): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
}

/** Headers of an error response: when to retry, and how to authenticate. */
export function problemHeaders({ status }: Problem, { retryAfterMs }: Pick<Settings, 'retryAfterMs'>): Record<string, string> {
  if (status === 503) return { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
}

/** Answers an upgrade request with an error and ends the connection. */
export function rejectUpgrade(socket: Duplex, { status, ...rest }: Problem, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify({ status, ...rest });
  const all = { 'Content-Type': PROBLEM_TYPE, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  // If the peer is already gone, the write error must not end the process.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
}
