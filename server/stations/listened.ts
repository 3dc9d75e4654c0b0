/** What comes of listening to a station's address, connection after connection. */
import type { Observable } from 'rxjs';
import type { StationState } from '../protocol.js';

/** How a decoder ended. */
export interface DecoderEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines of its log that were errors. */
  readonly lines: readonly string[];
}

/** What the sound is before it is decoded; as far as it is known. */
export interface SourceInfo {
  readonly contentType: string | null;
  readonly codec: string | null;
  readonly bitrateKbps: number | null;
  readonly sampleRate: number | null;
  readonly channels: number | null;
}

export type Listened =
  /** s16le, mono, 22,050 Hz, at the pace of real time. The subscriber's to keep. */
  | { readonly type: 'audio'; readonly bytes: Uint8Array }
  /** Before the first sound of each connection but the first. */
  | { readonly type: 'afresh' }
  | {
    readonly type: 'state';
    readonly state: Extract<StationState, 'connecting' | 'live' | 'stalled' | 'failing'>;
    /** Why, in a sentence; null where all is well. */
    readonly reason: string | null;
    /** When the next attempt is made, ms since 1970; null when none is waited for. */
    readonly retryAt: number | null;
    /** Attempts since it was live last. */
    readonly attempts: number;
    readonly decoder: DecoderEnd | null;
  }
  /** What the source says is playing; null when it says nothing any more. */
  | { readonly type: 'title'; readonly title: string | null }
  | { readonly type: 'source'; readonly source: SourceInfo };

/** Never completes and never errors; unsubscribing ends all that feeds it. */
export type Listen = (url: string) => Observable<Listened>;

/** As every listener gives its sound. */
export const STATION_FORMAT = { encoding: 's16le', sampleRate: 22_050, channels: 1 } as const;
