/**
 * Every message that the server sends, protocol version 1; only types, for clients to import.
 * `server/PROTOCOL.md` has the same as a table.
 */
import type { Encoding } from './audio-format.js';
import type { ErrorCode } from './errors.js';

/**
 * What a stream is doing. `unknown` is sound that is neither music nor speech, or music of no genre
 * that the model knows. A model may not tell speech and noise from music: they get a genre, then.
 */
export type StreamState = 'warming' | 'music' | 'speech' | 'silence' | 'unknown';

export interface ModelInfo {
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  /** The tags that it hears beside the genre; empty if there are none. */
  readonly tags?: readonly string[];
}

/**
 * What music has beside its genre, with the probability that it is among the tenth of music that has most of it,
 * as larger networks hear it.
 */
export type Tag = readonly [name: string, p: number];

/** Derived from tags, each 0 to 1; an axis that the model has no tags for is absent. */
export interface Mood {
  /** 0 calm, 1 lively. */
  readonly lively?: number;
  /** 0 sad, 1 happy. */
  readonly happy?: number;
}

/** The server's first message, to a sender and to a viewer; to viewers again when their stream moves to a new model. */
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
  /** Probability that the music is of no genre that the model knows, 0 to 1, smoothed; absent while no music is heard, and where the model can't tell. */
  readonly outside?: number;
  /** The most telling tags, most telling first, smoothed; present when asked for, and empty while none is sure enough or no music is heard. */
  readonly tags?: readonly Tag[];
  /** With `tags`, while music is heard and the model has tags for it. */
  readonly mood?: Mood;
  /** RMS level of the block, dBFS, -120 to 0 (a full-scale square wave is 0). */
  readonly level: number;
  /** Highest sample of the block, dBFS, -120 to 0. */
  readonly peak: number;
  /** From the arrival of the block's last audio to this prediction, ms. */
  readonly lagMs: number;
  /** Audio left unscored so far because the server was too late, ms. */
  readonly droppedMs: number;
  /** Float samples so far that were clipped, being 12 dB or more over full scale; absent while 0. */
  readonly clippedSamples?: number;
  /** Opus packets so far that could not be decoded and were concealed; absent while 0. */
  readonly badPackets?: number;
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

/** What was heard in one stretch of a file; they are 4 s long, and one begins every 2 s. */
export interface Stretch {
  readonly type: 'stretch';
  readonly fromMs: number;
  readonly toMs: number;
  /** `music` where at least half of it is music of a known genre; not steadied, unlike that of a prediction. */
  readonly state: StreamState;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1; 0 where it is null. */
  readonly p: number;
  /** All labels with their probabilities, best first; empty where it is not music. */
  readonly top: ReadonlyArray<readonly [label: string, p: number]>;
}

/** A part of a stream with one state and genre. */
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
  /** Of the whole: the argmax of the mean log score over all blocks of music; null when there were none, or most of them are of no known genre. */
  readonly genre: string | null;
  readonly p: number;
  /** All labels with their probabilities over the whole, best first. */
  readonly top?: ReadonlyArray<readonly [label: string, p: number]>;
  readonly segments: readonly Segment[];
  /** When asked for: the most telling tags of all music heard, and its mood. */
  readonly tags?: readonly Tag[];
  readonly mood?: Mood;
  /** As in `prediction`. */
  readonly clippedSamples?: number;
  readonly badPackets?: number;
}

/**
 * The state of the stream was reset: the thread that scored it died and was restarted, or a station
 * was reconnected.
 */
export interface Restarted {
  readonly type: 'restarted';
  readonly atMs: number;
}

/** Sent before the server closes the connection. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly message: string;
  /** With codes that mean "try later". */
  readonly retryAfterMs?: number;
}

export type ServerMessage = Ready | Prediction | Columns | Stretch | Summary | Restarted | StationMessage | StationsMessage | ErrorMessage;

/**
 * How a station is doing. `silent` is bytes but no sound, `stalled` is no bytes; `failing` waits
 * for the next attempt; `stopped` is not listened to.
 */
export type StationState = 'connecting' | 'live' | 'silent' | 'stalled' | 'failing' | 'stopped';

export type AlertType = 'dead-air' | 'down' | 'speech' | 'drift' | 'mood' | 'genre-changed';

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

/** The state of a station in a list; all that the permission `view` shows. */
export interface StationGlance extends Omit<StationMessage, 'type'> {
  readonly id: string;
  readonly name: string;
  /** What the stream is doing; null unless the station is `live` or `silent`. */
  readonly heard: StreamState | null;
  readonly genre: string | null;
  readonly p: number;
  /** As in the newest prediction; absent without tags. */
  readonly tags?: readonly Tag[];
  readonly mood?: Mood;
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
  /** The model that stations are heard with; absent from servers that can't change it. */
  readonly model?: Pick<ModelInfo, 'name' | 'version'>;
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
  /** As in the newest prediction; absent where its sender did not ask for them. */
  readonly tags?: readonly Tag[];
  readonly mood?: Mood;
  readonly viewers: number;
  readonly lagMs: number;
  readonly droppedMs: number;
}

/** Format of the source, as far as it is known. */
export interface SourceFormat {
  /** FFmpeg's name, such as `mp3` or `aac`. */
  readonly codec: string;
  readonly bitrateKbps?: number;
  /** Hz */
  readonly sampleRate?: number;
  readonly channels?: number;
  /** From the server; empty if it sends none. */
  readonly contentType: string;
  /** The source's own name. */
  readonly name?: string;
}

/** Answer of `POST /v1/stations?test=1`. */
export interface StationTrial {
  /** Sound came, and still came at the end. */
  readonly alive: boolean;
  /** Why it is not alive, as a sentence; else null. */
  readonly reason: string | null;
  /** As far as it is known; null if nothing could be decoded. */
  readonly format: SourceFormat | null;
  /** The source's title of what is playing. */
  readonly title: string | null;
  /** What the sound was at the end; null if there was none. */
  readonly heard: StreamState | null;
  readonly genre: string | null;
  readonly p: number;
  /** RMS level of all that was heard, dBFS; null if there was no sound. */
  readonly level: number | null;
  /** Sound that was heard, ms. */
  readonly durationMs: number;
}

/** Result for a sound file: the JSON of `POST /v1/classify`, and one line of `classify --json`. */
export interface Classified {
  readonly file: string;
  readonly durationMs: number;
  readonly genre: string | null;
  /** Confidence in `genre`, 0 to 1; 0 where it is null. */
  readonly p: number;
  /** All labels for the whole file, best first; empty if nothing was scored. */
  readonly top: ReadonlyArray<{ readonly genre: string; readonly p: number }>;
  readonly segments: readonly Segment[];
  /** When asked for, as in `summary`. */
  readonly tags?: readonly Tag[];
  readonly mood?: Mood;
  /** One-line error; the other fields then describe the part that could be scored. */
  readonly error?: string;
  /** What is unusual about the file without being wrong. */
  readonly note?: string;
}

/** The JSON of `POST /v1/model`: the model in use. */
export interface ReloadedModel {
  readonly name: string;
  readonly version: string;
  /** False if the folder holds what was in use already; then nothing was done. */
  readonly isNew: boolean;
  /** Streams that go on with models from before. */
  readonly streamsBefore: number;
  /** Ids of stations that need something that the server does not have. */
  readonly stationsToCheck: readonly string[];
}

/** Where the network looked in a stretch of a file: the JSON of `POST /v1/explain`. */
export interface Explanation {
  readonly genre: string;
  /** Probability of the genre in the stretch, 0 to 1. */
  readonly p: number;
  /** First column of the stretch in the levels that were sent, and its number of columns: whole blocks. */
  readonly fromColumn: number;
  readonly columns: number;
  /** Columns and bands in a cell of the map; the last ones may be smaller. */
  readonly cellColumns: number;
  readonly cellBands: number;
  /** [cells in time × cells in frequency], low bands first: how far the log odds of the genre fall when what lies there is hidden. */
  readonly falls: readonly number[];
  /** Fall of the log odds with the most important tenth of the cells hidden together. */
  readonly topFall: number;
  /** The same with a tenth drawn at random, mean of 16 draws. */
  readonly randomFall: number;
}
