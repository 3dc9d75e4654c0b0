/** One chosen source of sound: where its predictions come from, and how it ends. */
import type { ConnectionState, Events, StreamEvents } from '../../sdk/index.js';

/** A `GenreClient` or a `GenreViewer`. */
export type StreamLink = Events<StreamEvents> & { readonly state: ConnectionState };

export interface AudioSource {
  readonly kind: 'station' | 'microphone' | 'file';
  /** As the page shows it. */
  readonly name: string;
  /** Stations: the id that was chosen. */
  readonly streamId?: string;
  readonly link: StreamLink;
  /** Lets go of everything: sockets, tracks, contexts, timers. Twice does no harm. */
  end(): void;
}

/** What a source of the browser's own needs to reach the server. */
export interface SendOptions {
  readonly url: string;
  /** Labels to list in each prediction. */
  readonly topK: number;
  /** Whether the server sends the picture of each block too. */
  readonly spectrogram: boolean;
}

/** The rate that the network hears; resampled here, a stream is a quarter of 48 kHz stereo's bytes. */
export const SEND_SAMPLE_RATE = 22_050;
