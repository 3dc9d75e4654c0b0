/**
 * Every message of protocol version 1, both ways. What comes from outside is parsed here, once,
 * into types that can't be wrong after; what goes out is typed here for clients to import.
 * The README's protocol section is the same table in prose.
 */
import { z } from 'zod';

export const SUBPROTOCOL = 'livegenre.v1';
export const PROTOCOL_VERSION = 1;

/** Sample rates that Opus decodes to (RFC 6716, section 2). */
export const OPUS_SAMPLE_RATES: readonly number[] = [8000, 12000, 16000, 24000, 48000];

const sampleRate = z.number({ error: 'sampleRate is required: a number of Hz, such as 44100' })
  .int('sampleRate must be a whole number of Hz')
  .min(8000, 'sampleRate must be at least 8000 Hz')
  .max(192000, 'sampleRate must be at most 192000 Hz');

const channels = z.number({ error: 'channels is required: 1 for mono, 2 for stereo, up to 8' })
  .int('channels must be a whole number')
  .min(1, 'channels must be at least 1')
  .max(8, 'channels must be at most 8');

const startSchema = z.object({
  type: z.literal('start'),
  version: z.literal(PROTOCOL_VERSION, { error: `version is required and must be ${PROTOCOL_VERSION}` }),
  encoding: z.enum(['s16le', 'f32le', 'opus'], { error: 'encoding is required: s16le, f32le or opus' }),
  sampleRate,
  channels,
  name: z.string().max(100, 'name must be at most 100 characters').optional(),
  topK: z.number().int().min(1).max(100).optional(),
  spectrogram: z.boolean().optional(),
  resume: z.string().max(100).optional(),
}).superRefine((start, context) => {
  if (start.encoding !== 'opus') return;
  if (start.channels > 2) context.addIssue({ code: 'custom', message: 'channels must be 1 or 2 for opus' });
  if (!OPUS_SAMPLE_RATES.includes(start.sampleRate)) {
    context.addIssue({ code: 'custom', message: `sampleRate must be one of ${OPUS_SAMPLE_RATES.join(', ')} for opus` });
  }
});

const stopSchema = z.object({ type: z.literal('stop') });

/** How sound is written in binary messages. Nothing here is ever assumed. */
export interface AudioFormat {
  readonly encoding: 's16le' | 'f32le' | 'opus';
  /** Hz, 8,000 to 192,000. */
  readonly sampleRate: number;
  /** 1 to 8, interleaved. */
  readonly channels: number;
}

/** The first message of a client: what the sound is. */
export type Start = z.infer<typeof startSchema>;
/** End of audio: the rest is scored, then `summary` comes back. */
export type Stop = z.infer<typeof stopSchema>;
export type ClientMessage = Start | Stop;

export type Encoding = Start['encoding'];

/**
 * What a stream is doing. `unknown` is sound that is neither music nor speech, or music of no genre
 * that the model knows. A model may not tell speech and noise from music: they get a genre, then.
 */
export type StreamState = 'warming' | 'music' | 'speech' | 'silence' | 'unknown';

export interface ModelInfo {
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
}

/** The server's first message, to a sender and to a viewer. */
export interface Ready {
  readonly type: 'ready';
  readonly streamId: string;
  /** The stream's name, as its `start` gave it, or made from its source. */
  readonly name: string;
  /** Senders only: put it into the next `start` as `resume` to go on after a lost connection. */
  readonly resumeToken?: string;
  /** Senders only: audio bytes taken so far; after a resume, send from here on. */
  readonly receivedBytes?: number;
  readonly model: ModelInfo;
  /** Time between predictions, ms of audio. */
  readonly blockMs: number;
}

/** One a block (348.3 ms with the shipped model). */
export interface Prediction {
  readonly type: 'prediction';
  /** 1, 2, 3 … within the stream; a gap means that this viewer skipped some. */
  readonly seq: number;
  /** Stream time at the end of the block, ms of audio since the start. */
  readonly atMs: number;
  readonly state: StreamState;
  /** The smoothed genre; null in every state but `music`. */
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1; 0 where it is null. */
  readonly p: number;
  /** The best labels with their probabilities, best first; empty while no music is heard. */
  readonly top: ReadonlyArray<readonly [label: string, p: number]>;
  /** Probability that it is music, 0 to 1, smoothed; 1 where the model can't tell, 0 in silence. */
  readonly music: number;
  /** RMS level of the block, dBFS, -120 to 0 (a full-scale square wave is 0). */
  readonly level: number;
  /** Highest sample of the block, dBFS, -120 to 0. */
  readonly peak: number;
  /** From the arrival of the block's last audio to this prediction, ms. */
  readonly lagMs: number;
  /** Audio left unscored so far because the server was too late, ms. */
  readonly droppedMs: number;
}

/** The picture of one block; sent when asked for. */
export interface Columns {
  readonly type: 'columns';
  readonly seq: number;
  readonly atMs: number;
  /** Base64 of [columns of the block × bands] bytes, time-major; dB = byte / 2 - 80. */
  readonly levels: string;
  /** Base64 of 32 pairs of signed bytes: lowest and highest sample in each 32nd of the block, × 127. */
  readonly peaks: string;
}

/** A stretch with one state and genre. */
export interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly genre: string | null;
  readonly p: number;
  readonly state: StreamState;
}

/** The last message of a stream. */
export interface Summary {
  readonly type: 'summary';
  readonly durationMs: number;
  /** Of the whole: the argmax of the mean log score over all blocks of music; null when there were none, or it is of no known genre. */
  readonly genre: string | null;
  readonly p: number;
  /** All labels with their probabilities over the whole, best first. */
  readonly top?: ReadonlyArray<readonly [label: string, p: number]>;
  readonly segments: readonly Segment[];
}

/**
 * Scoring starts afresh: the part of the server that scored this stream died and was started again,
 * or a station was connected to anew.
 */
export interface Restarted {
  readonly type: 'restarted';
  readonly atMs: number;
}

/** Said before the server closes the connection. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly message: string;
  /** With codes that mean "try later". */
  readonly retryAfterMs?: number;
}

export type ServerMessage = Ready | Prediction | Columns | Summary | Restarted | StationMessage | StationsMessage | ErrorMessage;

/**
 * How a station is doing. `silent` is bytes but no sound, `stalled` is no bytes; `failing` waits
 * for the next attempt; `stopped` is not listened to.
 */
export type StationState = 'connecting' | 'live' | 'silent' | 'stalled' | 'failing' | 'stopped';

export type AlertType = 'dead-air' | 'down' | 'speech' | 'drift' | 'genre-changed';

/** To viewers of a station, after `ready` and at each change. */
export interface StationMessage {
  readonly type: 'station';
  readonly state: StationState;
  /** Since when, ISO 8601. */
  readonly since: string;
  /** What the source says is playing; null when it says nothing. */
  readonly nowPlaying: string | null;
  /** Why it is `stalled` or `failing`, in a sentence; else null. */
  readonly reason: string | null;
}

/** A station as a list shows it; all a visitor may see who may only look. */
export interface StationGlance extends Omit<StationMessage, 'type'> {
  readonly id: string;
  readonly name: string;
  /** What the stream is doing; null unless the station is `live` or `silent`. */
  readonly heard: StreamState | null;
  readonly genre: string | null;
  readonly p: number;
  /** dBFS of the newest block; null unless `live` or `silent`. */
  readonly level: number | null;
  /** Alerts that are not over. */
  readonly alerts: readonly AlertType[];
}

/** To viewers of all stations, once a second: all there are. */
export interface StationsMessage {
  readonly type: 'stations';
  /** ISO 8601, the server's clock. */
  readonly at: string;
  readonly stations: readonly StationGlance[];
}

/** One row of `GET /v1/streams`. */
export interface StreamInfo {
  readonly id: string;
  readonly name: string;
  readonly source: 'client' | 'demo' | 'station';
  readonly startedAt: string;
  readonly connected: boolean;
  readonly encoding: Encoding;
  readonly sampleRate: number;
  readonly channels: number;
  readonly durationMs: number;
  readonly state: StreamState;
  readonly genre: string | null;
  readonly p: number;
  readonly viewers: number;
  readonly lagMs: number;
  readonly droppedMs: number;
}

export interface ErrorKind {
  /** WebSocket close code (RFC 6455, section 7.4; 4000 and up are ours). */
  readonly closeCode: number;
  /** HTTP status where the same refusal comes before the upgrade. */
  readonly status: number;
  readonly meaning: string;
}

/** The one table from which close codes, HTTP statuses and the README's list follow. */
export const ERRORS = {
  'bad-message': { closeCode: 1007, status: 400, meaning: 'a text message was not JSON, or of no known type' },
  'bad-start': { closeCode: 1007, status: 400, meaning: 'the first message was not a complete `start`' },
  'not-audio': { closeCode: 1003, status: 415, meaning: 'binary data that can not be audio of the format that `start` named' },
  'hello-timeout': { closeCode: 1008, status: 408, meaning: 'no `start` came in time' },
  'resume-unknown': { closeCode: 1008, status: 404, meaning: 'no stream waits for this resume token' },
  'not-found': { closeCode: 1008, status: 404, meaning: 'no such stream or page' },
  'not-allowed': { closeCode: 1008, status: 403, meaning: 'this origin or request is not allowed' },
  'no-token': { closeCode: 1008, status: 401, meaning: 'only for those with the admin token' },
  'bad-request': { closeCode: 1008, status: 422, meaning: 'a REST request whose content can not be used' },
  'conflict': { closeCode: 1008, status: 409, meaning: 'something of this id is there already' },
  'not-kept': { closeCode: 1008, status: 503, meaning: 'the server could not save, or keeps no history' },
  'too-big': { closeCode: 1009, status: 413, meaning: 'a message over the limit' },
  'internal': { closeCode: 1011, status: 500, meaning: 'a fault of the server' },
  'too-many-streams': { closeCode: 1013, status: 503, meaning: 'all places for streams are taken' },
  'too-many-viewers': { closeCode: 1013, status: 503, meaning: 'all places for viewers are taken' },
  'going-away': { closeCode: 1001, status: 503, meaning: 'the server is shutting down' },
  'idle': { closeCode: 4000, status: 408, meaning: 'no audio came for too long' },
  'replaced': { closeCode: 4001, status: 409, meaning: 'a newer connection resumed this stream' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal with a stable word; close code and HTTP status follow from it. */
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

/**
 * The door: one text message of a client, checked.
 * @throws ProtocolError `bad-message` or `bad-start`, with a sentence that says what to do
 */
export function parseClientMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError('bad-message', `Text messages must be JSON; this one begins with ${JSON.stringify(text.slice(0, 40))}.`);
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (type === 'stop') return stopSchema.parse(value);
  if (type !== 'start') {
    throw new ProtocolError('bad-message', `A message needs a type of "start" or "stop"; this one has ${JSON.stringify(type) ?? 'none'}.`);
  }
  const parsed = startSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => issue.code === 'custom' || /\b(must|required)\b/.test(issue.message)
    ? issue.message
    : `${issue.path.join('.')}: ${issue.message}`);
  throw new ProtocolError('bad-start', `${complaints.join('; ')}.`);
}
