/** All errors of the server: stable code, WebSocket close code, HTTP status and meaning. */

export interface ErrorKind {
  /** WebSocket close code (RFC 6455, section 7.4; 4000 and up are ours). */
  readonly closeCode: number;
  /** HTTP status where the same refusal comes before the upgrade. */
  readonly status: number;
  readonly meaning: string;
}

/** The one table from which close codes, HTTP statuses and the table in `server/PROTOCOL.md` follow. */
export const ERRORS = {
  'bad-message': { closeCode: 1007, status: 400, meaning: 'a text message was not JSON, or of no known type' },
  'bad-start': { closeCode: 1007, status: 400, meaning: 'the first message was not a complete `start`' },
  'not-audio': { closeCode: 1003, status: 415, meaning: 'binary data that cannot be audio of the format that `start` named, or a file that is no sound' },
  'hello-timeout': { closeCode: 1008, status: 408, meaning: 'no `start` came in time' },
  'resume-unknown': { closeCode: 1008, status: 404, meaning: 'no stream waits for this resume token' },
  'not-found': { closeCode: 1008, status: 404, meaning: 'no such stream or page' },
  'not-allowed': { closeCode: 1008, status: 403, meaning: 'this origin or request is not allowed' },
  'no-token': { closeCode: 1008, status: 401, meaning: 'this needs a token with a higher role' },
  'token-ended': { closeCode: 4002, status: 401, meaning: 'the token of this connection was revoked or is too old; connect again with another' },
  'bad-request': { closeCode: 1008, status: 422, meaning: 'the content of a REST request is not valid' },
  'conflict': { closeCode: 1008, status: 409, meaning: 'this id is taken already' },
  'not-kept': { closeCode: 1008, status: 503, meaning: 'the server could not save, or keeps no history' },
  'too-big': { closeCode: 1009, status: 413, meaning: 'a message over the limit' },
  'internal': { closeCode: 1011, status: 500, meaning: 'a fault of the server' },
  'too-many-streams': { closeCode: 1013, status: 503, meaning: 'the limit of streams is reached, or the server is too busy for one more' },
  'too-many-requests': { closeCode: 1013, status: 429, meaning: 'one client has sent too many requests, or has too many streams or viewers' },
  'too-many-files': { closeCode: 1013, status: 503, meaning: 'the limit of files at once is reached' },
  'too-many-models': { closeCode: 1013, status: 503, meaning: 'streams still run on as many earlier models as the server keeps' },
  'bad-model': { closeCode: 1011, status: 409, meaning: 'the model folder cannot be used; the model of before goes on' },
  'no-decoder': { closeCode: 1011, status: 501, meaning: 'the server has no FFmpeg of its own, so it takes no files but WAVs of 16 bits or floats' },
  'too-many-viewers': { closeCode: 1013, status: 503, meaning: 'the limit of viewers is reached' },
  'going-away': { closeCode: 1001, status: 503, meaning: 'the server is shutting down' },
  'idle': { closeCode: 4000, status: 408, meaning: 'no audio came for too long' },
  'replaced': { closeCode: 4001, status: 409, meaning: 'a newer connection resumed this stream' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a stable code, from which close code and HTTP status follow. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
  }

  get closeCode(): number {
    return ERRORS[this.code].closeCode;
  }
}
