/**
 * Keeps a station's source connected while it is subscribed to: detects stalls and missing audio, and
 * reconnects after any loss with exponential backoff and jitter.
 */
import { asyncScheduler, Observable, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { Guard } from '../network/guard/guard.js';
import type { Settings } from '../settings.js';
import { MAX_LINES } from '../sources/station/decoder.js';
import { openSource, type SourceOptions } from '../sources/station/source-connection.js';
import type { SourceFormat } from '../protocol/messages.js';
import { type DecoderEnd, type EncodedSound, type SourceEvent, SourceFault, undecodable } from '../sources/station/source-event.js';

/** After being live for this long, the backoff starts again at its minimum. */
const STEADY_AFTER_MS = 60_000;
/**
 * The connection fails if no audio comes for the stall time plus this, whatever else does: at low bit
 * rates FFmpeg reads many seconds before it knows the format.
 */
const AUDIO_WITHIN_MS = 20_000;

export type ConnectionEvent =
  /** s16le, mono, 22,050 Hz, at about real-time pace. */
  | { readonly type: 'audio'; readonly bytes: Uint8Array }
  /** Before the first audio of every connection but the first: discard state from the earlier audio. */
  | { readonly type: 'reset' }
  | EncodedSound
  | ConnectionState
  | { readonly type: 'title'; readonly title: string | null }
  | ({ readonly type: 'source' } & SourceFormat);

export interface ConnectionState {
  readonly type: 'state';
  /** `live` means that audio arrives, also if it is silence; the station detects silence. */
  readonly state: 'connecting' | 'live' | 'stalled' | 'failing';
  /** Why it is `stalled` or `failing`, as a sentence; else null. */
  readonly reason: string | null;
  /** Time of the next attempt, ms since 1970; null unless it waits for one. */
  readonly retryAt: number | null;
  /** Connections lost or failed since it was last live for a minute. */
  readonly attempts: number;
  /** How FFmpeg ended, or its error lines, if that was the reason; null again once live. */
  readonly decoder: DecoderEnd | null;
}

export interface ReconnectingSourceOptions {
  readonly settings: Pick<Settings, 'stallAfterMs' | 'reconnectMinMs' | 'reconnectMaxMs' | 'stationFiles'>;
  readonly guard: Guard;
  readonly scheduler?: SchedulerLike;
  /** Opens one connection; unsubscribing closes it. */
  readonly open?: (url: string, options: SourceOptions) => Observable<SourceEvent>;
  /** 0 to 1, for the jitter of the waits. */
  readonly random?: () => number;
}

/** Cold. Never completes and never errors: failures are emitted as states. */
export function reconnectingSource(url: string, options: ReconnectingSourceOptions): Observable<ConnectionEvent> {
  return new Observable((subscriber) => {
    const source = new ReconnectingSource(url, options, (event) => subscriber.next(event));
    source.connect();
    return () => source.stop();
  });
}

class ReconnectingSource {
  readonly #url: string;
  readonly #settings: ReconnectingSourceOptions['settings'];
  readonly #guard: Guard;
  readonly #scheduler: SchedulerLike;
  readonly #open: NonNullable<ReconnectingSourceOptions['open']>;
  readonly #random: () => number;
  readonly #emit: (event: ConnectionEvent) => void;
  #connection = new Subscription();
  #stallTimer = new Subscription();
  #audioTimer = new Subscription();
  /** Runs from the first bytes after audio to the next audio. */
  #decodeTimer = Subscription.EMPTY;
  /** Time without bytes that counts as a stall: the setting's, or the source's own if longer. */
  #stallAfterMs: number;
  #attempts = 0;
  #liveSinceMs: number | undefined;
  #wasLive = false;
  #title: string | null = null;
  #lines: readonly string[] = [];
  #decoder: DecoderEnd | null = null;

  constructor(url: string, { settings, guard, scheduler = asyncScheduler, open = openSource, random = Math.random }: ReconnectingSourceOptions, emit: (event: ConnectionEvent) => void) {
    this.#url = url;
    this.#settings = settings;
    this.#guard = guard;
    this.#scheduler = scheduler;
    this.#open = open;
    this.#random = random;
    this.#emit = emit;
    this.#stallAfterMs = settings.stallAfterMs;
  }

  connect(): void {
    this.#liveSinceMs = undefined;
    this.#lines = [];
    this.#emitState('connecting');
    const connection = this.#connection = new Subscription();
    connection.add(this.#open(this.#url, { settings: this.#settings, guard: this.#guard, scheduler: this.#scheduler }).subscribe({
      next: (event) => this.#handle(event),
      error: (error: unknown) => this.#lose('failing', faultOf(error)),
      complete: () => this.#lose('failing', new SourceFault('The audio has ended.')),
    }));
  }

  stop(): void {
    this.#connection.unsubscribe();
    this.#stallTimer.unsubscribe();
    this.#audioTimer.unsubscribe();
    this.#decodeTimer.unsubscribe();
  }

  #handle(event: SourceEvent): void {
    switch (event.type) {
      case 'opened':
        this.#stallAfterMs = Math.max(this.#settings.stallAfterMs, event.stallAfterMs);
        this.#restartStallTimer();
        return this.#restartAudioTimer();
      case 'received':
        this.#restartStallTimer();
        if (event.bytes > 0 && this.#liveSinceMs !== undefined) this.#startDecodeTimer();
        return;
      case 'paused': return this.#stallTimer.unsubscribe();
      case 'audio':
        this.#restartAudioTimer();
        this.#decodeTimer.unsubscribe();
        if (this.#liveSinceMs === undefined) this.#goLive();
        return this.#emit(event);
      case 'title':
        this.#title = event.title;
        return this.#emit(event);
      case 'decoder-error':
        this.#lines = [...this.#lines, event.line].slice(-MAX_LINES);
        return;
      case 'source':
      case 'encoded': return this.#emit(event);
    }
  }

  #goLive(): void {
    this.#liveSinceMs = this.#scheduler.now();
    this.#decoder = null;
    if (this.#wasLive) this.#emit({ type: 'reset' });
    this.#wasLive = true;
    this.#emitState('live');
  }

  #restartStallTimer(): void {
    this.#stallTimer.unsubscribe();
    this.#stallTimer = timer(this.#stallAfterMs, this.#scheduler).subscribe(() => {
      this.#lose('stalled', new SourceFault(`No bytes arrived for ${this.#stallAfterMs / 1000} s.`));
    });
  }

  #restartAudioTimer(): void {
    this.#audioTimer.unsubscribe();
    this.#audioTimer = this.#failAfter(this.#stallAfterMs + AUDIO_WITHIN_MS);
  }

  #startDecodeTimer(): void {
    if (this.#decodeTimer.closed) this.#decodeTimer = this.#failAfter(this.#stallAfterMs);
  }

  #failAfter(ms: number): Subscription {
    return timer(ms, this.#scheduler).subscribe(() => {
      this.#lose('failing', undecodable(ms, { exitCode: null, signal: null, lines: this.#lines }));
    });
  }

  #lose(state: 'stalled' | 'failing', fault: SourceFault): void {
    this.stop();
    const nowMs = this.#scheduler.now();
    if (this.#liveSinceMs !== undefined && nowMs - this.#liveSinceMs >= STEADY_AFTER_MS) this.#attempts = 0;
    this.#attempts += 1;
    this.#decoder = fault.decoder;
    const waitMs = this.#waitMs(fault.retryAfterMs);
    this.#emitState(state, fault.message, nowMs + waitMs);
    if (this.#title !== null) this.#emit({ type: 'title', title: this.#title = null });
    this.#connection = timer(waitMs, this.#scheduler).subscribe(() => this.connect());
  }

  /**
   * Exponential backoff with jitter: a random time in the upper half of the doubled wait, so stations
   * that lost the same server don't reconnect all at once.
   */
  #waitMs(retryAfterMs: number | null): number {
    const { reconnectMinMs, reconnectMaxMs } = this.#settings;
    const doubledMs = reconnectMinMs * 2 ** (this.#attempts - 1);
    const mostMs = Math.min(reconnectMaxMs, Math.max(doubledMs, 2 * (retryAfterMs ?? 0)));
    return Math.round(mostMs * (1 + this.#random()) / 2);
  }

  #emitState(state: ConnectionState['state'], reason: string | null = null, retryAt: number | null = null): void {
    this.#emit({ type: 'state', state, reason, retryAt, attempts: this.#attempts, decoder: this.#decoder });
  }
}

function faultOf(error: unknown): SourceFault {
  return error instanceof SourceFault ? error : new SourceFault(`SourceConnection failed: ${(error as Error).message}.`);
}
