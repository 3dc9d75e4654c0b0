/** Why a connection ended, and whether another attempt can do better. */
import type { ErrorCode } from '../../server/protocol/errors.js';
import type { ErrorMessage } from '../../server/protocol/messages.js';

/** An end that no new attempt was able to mend, with the server's word for it where it gave one. */
export class GenreError extends Error {
  readonly code: ErrorCode | 'unreachable' | 'closed' | 'lost-audio';

  constructor(code: GenreError['code'], message: string) {
    super(message);
    this.name = 'GenreError';
    this.code = code;
  }
}

/** What is known of an ended connection. */
export interface Ending {
  /** WebSocket close code; 1006 when there was none. */
  readonly closeCode: number;
  readonly reason: string;
  /** HTTP status where the upgrade was refused and the platform tells (only `ws` does). */
  readonly status?: number | undefined;
  /** Seconds or a date, as the Retry-After header gave it. */
  readonly retryAfter?: string | undefined;
  /** The server's last word, if it gave one. */
  readonly error?: ErrorMessage | undefined;
}

/** Close codes that mean the same would happen again: not audio, bad message, not allowed, too big, idle, replaced. */
const FINAL_CLOSE_CODES = new Set([1003, 1007, 1008, 1009, 1010, 4000, 4001]);
/** Of the refusals before the upgrade, these pass: request timeout, too early, too many requests. */
const PASSING_STATUS = new Set([408, 425, 429]);

const WORDS: Readonly<Record<number, ErrorCode>> = {
  1001: 'going-away', 1003: 'not-audio', 1007: 'bad-message', 1008: 'not-allowed', 1009: 'too-big',
  1011: 'internal', 1013: 'too-many-streams', 4000: 'idle', 4001: 'replaced',
};

/** True where the same attempt would be refused again. */
export function isFinal(ending: Ending): boolean {
  if (ending.status !== undefined && ending.status >= 400 && ending.status < 500) return !PASSING_STATUS.has(ending.status);
  return FINAL_CLOSE_CODES.has(ending.closeCode);
}

/** ms that the server asked to wait; it may say so in its last message, the close reason or a header. */
export function retryAfterMs(ending: Ending): number | undefined {
  if (ending.error?.retryAfterMs !== undefined) return ending.error.retryAfterMs;
  const inReason = /"?retryAfterMs"?\s*[:=]\s*(\d+)/.exec(ending.reason);
  if (inReason) return Number(inReason[1]);
  return ending.retryAfter !== undefined && /^\d+$/.test(ending.retryAfter) ? Number(ending.retryAfter) * 1000 : undefined;
}

/** The ending as an error with a sentence. */
export function asError(ending: Ending): GenreError {
  if (ending.error) return new GenreError(ending.error.code, ending.error.message);
  if (ending.status === 404) return new GenreError('not-found', ending.reason || 'The server has no such stream (404).');
  if (ending.status !== undefined) return new GenreError('not-allowed', `The server refused the connection with HTTP status ${ending.status}.`);
  const word = WORDS[ending.closeCode];
  if (word) return new GenreError(word, ending.reason || `The server closed the connection with code ${ending.closeCode} (${word}).`);
  return new GenreError('unreachable', ending.reason || `The connection to the server was lost (code ${ending.closeCode}); check that it runs and can be reached.`);
}
