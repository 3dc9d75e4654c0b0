/** Interface of an audio source: the link with its predictions, and how to end it. */
import type { ConnectionState, Events, SocketConstructor, StreamEvents, Token } from '../../sdk/index.js';

/** A `GenreClient` or a `GenreViewer`. */
export type StreamLink = Events<StreamEvents> & {
  readonly state: ConnectionState;
  /** Senders only: sound lost on this side, ms. */
  readonly droppedMs?: number;
};

export interface AudioSource {
  readonly kind: 'station' | 'microphone' | 'file';
  /** Display name. */
  readonly name: string;
  /** Stations only: id of the chosen stream. */
  readonly streamId?: string;
  /** Files only: how far it has been played, ms. */
  readonly positionMs?: number;
  readonly link: StreamLink;
  /** Why no sound comes from the source at the moment, as a sentence; undefined while it does. */
  readonly interruption?: string | undefined;
  /** After a press: tries to go on after an interruption. */
  resume?(): void;
  /** Closes sockets, tracks, audio contexts and timers. Idempotent. */
  end(): void;
}

/** Options of a source that sends audio from the browser. */
export interface SendOptions {
  readonly url: string;
  /** In place of the platform's: the classifier on this device. */
  readonly WebSocket?: SocketConstructor | undefined;
  readonly token?: Token;
  /** Number of labels in each prediction. */
  readonly topK: number;
  /** Most tags in each prediction. */
  readonly tags?: number | undefined;
  /** Request mel columns and waveform peaks of each block. */
  readonly spectrogram: boolean;
}

/** The model's sample rate, Hz. Resampling in the browser cuts a stream to under a quarter of the bytes of 48 kHz stereo. */
export const SEND_SAMPLE_RATE = 22_050;
