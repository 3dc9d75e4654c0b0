/** Why a connection ended, and whether to retry. */
import type { ErrorCode } from '../../server/protocol/errors.js';
import type { ErrorMessage } from '../../server/protocol/messages.js';

/** A lost, refused or closed connection, with the server's error code where it sent one. */
export class GenreError extends Error {
  readonly code: ErrorCode | 'unreachable' | 'closed' | 'lost-audio';
  /** Where a file that can't be sent to its end stopped: what is before was scored, ms. */
  readonly stoppedAtMs?: number;

  constructor(code: GenreError['code'], message: string, stoppedAtMs?: number) {
    super(message);
    this.name = 'GenreError';
    this.code = code;
    if (stoppedAtMs !== undefined) this.stoppedAtMs = stoppedAtMs;
  }
}

/** How a connection ended. */
export interface Ending {
  /** WebSocket close code; 1006 when there was none. */
  readonly closeCode: number;
  readonly reason: string;
  /** HTTP status if the upgrade was refused and the platform reports it (only `ws` does). */
  readonly status?: number | undefined;
  /** Value of the Retry-After header: seconds or a date. */
  readonly retryAfter?: string | undefined;
  /** The server's error message, if it sent one. */
  readonly error?: ErrorMessage | undefined;
}

/** Close codes after which a retry would fail the same way: not audio, bad message, not allowed, too big, missing extension, idle (unless there is new sound, which `GenreClient` knows), replaced. */
const FINAL_CLOSE_CODES = new Set([1003, 1007, 1008, 1009, 1010, 4000, 4001]);
/** HTTP statuses below 500 worth a retry: request timeout, too early, too many requests. */
const TEMPORARY_STATUS = new Set([408, 425, 429]);

const CODES: Readonly<Record<number, ErrorCode>> = {
  1001: 'going-away', 1003: 'not-audio', 1007: 'bad-message', 1008: 'not-allowed', 1009: 'too-big',
  1011: 'internal', 1013: 'too-many-streams', 4000: 'idle', 4001: 'replaced',
};

/** True if a retry would be refused again. */
export function isFinal(ending: Ending): boolean {
  if (ending.error?.code === 'hello-timeout') return false; // a machine that slept between connecting and `start`
  if (ending.status !== undefined && ending.status >= 400 && ending.status < 500) return !TEMPORARY_STATUS.has(ending.status);
  return FINAL_CLOSE_CODES.has(ending.closeCode);
}

/** Wait that the server asked for, ms: from its error message, the close reason or the Retry-After header. */
export function retryAfterMs(ending: Ending): number | undefined {
  if (ending.error?.retryAfterMs !== undefined) return ending.error.retryAfterMs;
  const inReason = /"?retryAfterMs"?\s*[:=]\s*(\d+)/.exec(ending.reason);
  if (inReason) return Number(inReason[1]);
  return ending.retryAfter !== undefined && /^\d+$/.test(ending.retryAfter) ? Number(ending.retryAfter) * 1000 : undefined;
}

/** The ending as an error with a message for people. */
export function asError(ending: Ending): GenreError {
  if (ending.error) return new GenreError(ending.error.code, ending.error.message);
  if (ending.status === 404) return new GenreError('not-found', ending.reason || 'The server has no such stream (404).');
  if (ending.status !== undefined) return new GenreError('not-allowed', `The server refused the connection with HTTP status ${ending.status}.`);
  const code = CODES[ending.closeCode];
  if (code) return new GenreError(code, ending.reason || `The server closed the connection with code ${ending.closeCode} (${code}).`);
  return new GenreError('unreachable', ending.reason || `The connection to the server was lost (code ${ending.closeCode}); does it run, and can it be reached?`);
}
