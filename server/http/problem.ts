/** Refusals over HTTP as problem details (RFC 9457), made from the protocol's table of errors. */
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
  /** The protocol's word for it. */
  readonly code: ErrorCode;
}

/** @param status where the table's doesn't say it best */
export function problem(code: ErrorCode, detail: string, status: number = ERRORS[code].status): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
}

/** What a refusal says beside its body: when to try again, and how to be let in. */
export function refusalHeaders({ status }: Problem, { retryAfterMs }: Pick<Settings, 'retryAfterMs'>): Record<string, string> {
  if (status === 503) return { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
}

/** Answers an upgrade request with a refusal and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, ...rest }: Problem, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify({ status, ...rest });
  const all = { 'Content-Type': PROBLEM_TYPE, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  // A peer that is gone already can't be told; its error must not end the process.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
}
