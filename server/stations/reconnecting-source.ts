/**
 * Keeps a station going: connects, sees whether it is live, and when it is lost for whatever reason
 * connects again, later each time, never at the same moment as everybody else. It goes on for as long
 * as it is subscribed to.
 */
import { asyncScheduler, Observable, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { Settings } from '../settings.js';
import { MAX_LINES } from '../sources/station/decoder.js';
import { listenOnce, type ListenOptions } from '../sources/station/listen-once.js';
import { SourceFault, type DecoderEnd, type SourceEvent, type SourceFormat } from '../sources/station/source-event.js';

/** Live for this long, a station's loss is a new one: its next wait is the shortest again. */
const STEADY_AFTER_MS = 60_000;
/** Bytes that come for so much longer than a stall takes, and give no sound, are none. */
const DECODED_WITHIN_MS = 20_000;

export type ConnectionEvent =
  /** s16le, mono, 22,050 Hz, at about the pace of real time. */
  | { readonly type: 'audio'; readonly bytes: Uint8Array }
  /** Before the first sound of every connection but the first: what was heard before no longer counts. */
  | { readonly type: 'reset' }
  | ConnectionState
  | { readonly type: 'title'; readonly title: string | null }
  | ({ readonly type: 'source' } & SourceFormat);

export interface ConnectionState {
  readonly type: 'state';
  /** `live` is said when sound comes; whether it is silent is for others to hear. */
  readonly state: 'connecting' | 'live' | 'stalled' | 'failing';
  /** Why it is `stalled` or `failing`, in a sentence; else null. */
  readonly reason: string | null;
  /** When it is connected to again, ms since 1970; null unless it waits for that. */
  readonly retryAt: number | null;
  /** Connections lost or failed since it was last live for a while. */
  readonly attempts: number;
  /** How FFmpeg ended, or what it complained of, where that was the reason; until it is live again. */
  readonly decoder: DecoderEnd | null;
}

export interface ReconnectingSourceOptions {
  readonly settings: Pick<Settings, 'stallAfterMs' | 'reconnectMinMs' | 'reconnectMaxMs' | 'stationFiles'>;
  readonly scheduler?: SchedulerLike;
  /** One connection; it ends when unsubscribed. */
  readonly open?: (url: string, options: ListenOptions) => Observable<SourceEvent>;
  /** 0 to 1, for the waits' jitter. */
  readonly random?: () => number;
}

/** Cold. Never completes and never errors: what goes wrong is a state. */
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
  readonly #scheduler: SchedulerLike;
  readonly #open: NonNullable<ReconnectingSourceOptions['open']>;
  readonly #random: () => number;
  readonly #emit: (event: ConnectionEvent) => void;
  #connection = new Subscription();
  #bytesWatch = new Subscription();
  #soundWatch = new Subscription();
  #patienceMs: number;
  #attempts = 0;
  #liveSinceMs: number | undefined;
  #wasLive = false;
  #title: string | null = null;
  #lines: readonly string[] = [];
  #decoder: DecoderEnd | null = null;

  constructor(url: string, { settings, scheduler = asyncScheduler, open = listenOnce, random = Math.random }: ReconnectingSourceOptions, emit: (event: ConnectionEvent) => void) {
    this.#url = url;
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#open = open;
    this.#random = random;
    this.#emit = emit;
    this.#patienceMs = settings.stallAfterMs;
  }

  connect(): void {
    this.#liveSinceMs = undefined;
    this.#lines = [];
    this.#say('connecting');
    const connection = this.#connection = new Subscription();
    connection.add(this.#open(this.#url, { settings: this.#settings, scheduler: this.#scheduler }).subscribe({
      next: (event) => this.#hear(event),
      error: (error: unknown) => this.#lose('failing', faultOf(error)),
      complete: () => this.#lose('failing', new SourceFault('The sound has ended.')),
    }));
  }

  stop(): void {
    this.#connection.unsubscribe();
    this.#bytesWatch.unsubscribe();
    this.#soundWatch.unsubscribe();
  }

  #hear(event: SourceEvent): void {
    switch (event.type) {
      case 'opened':
        this.#patienceMs = Math.max(this.#settings.stallAfterMs, event.patienceMs);
        this.#expectBytes();
        return this.#expectSound();
      case 'received': return this.#expectBytes();
      case 'held': return this.#bytesWatch.unsubscribe();
      case 'audio':
        this.#expectSound();
        if (this.#liveSinceMs === undefined) this.#goLive();
        return this.#emit(event);
      case 'title':
        this.#title = event.title;
        return this.#emit(event);
      case 'complained':
        this.#lines = [...this.#lines, event.line].slice(-MAX_LINES);
        return;
      case 'source': return this.#emit(event);
    }
  }

  #goLive(): void {
    this.#liveSinceMs = this.#scheduler.now();
    this.#decoder = null;
    if (this.#wasLive) this.#emit({ type: 'reset' });
    this.#wasLive = true;
    this.#say('live');
  }

  #expectBytes(): void {
    this.#bytesWatch.unsubscribe();
    this.#bytesWatch = timer(this.#patienceMs, this.#scheduler).subscribe(() => {
      this.#lose('stalled', new SourceFault(`No bytes came for ${this.#patienceMs / 1000} s.`));
    });
  }

  #expectSound(): void {
    const withinMs = this.#patienceMs + DECODED_WITHIN_MS;
    this.#soundWatch.unsubscribe();
    this.#soundWatch = timer(withinMs, this.#scheduler).subscribe(() => {
      const decoder = { exitCode: null, signal: null, lines: this.#lines };
      this.#lose('failing', new SourceFault(`Bytes come, but for ${withinMs / 1000} s no sound could be decoded from them.`, { decoder }));
    });
  }

  #lose(state: 'stalled' | 'failing', fault: SourceFault): void {
    this.stop();
    const nowMs = this.#scheduler.now();
    if (this.#liveSinceMs !== undefined && nowMs - this.#liveSinceMs >= STEADY_AFTER_MS) this.#attempts = 0;
    this.#attempts += 1;
    this.#decoder = fault.decoder;
    const waitMs = this.#waitMs(fault.retryAfterMs);
    this.#say(state, fault.message, nowMs + waitMs);
    if (this.#title !== null) this.#emit({ type: 'title', title: this.#title = null });
    this.#connection = timer(waitMs, this.#scheduler).subscribe(() => this.connect());
  }

  /**
   * The upper half of a time that doubles with each attempt, by chance: those who lost the same server
   * at the same moment come back one by one.
   */
  #waitMs(retryAfterMs: number | null): number {
    const { reconnectMinMs, reconnectMaxMs } = this.#settings;
    const doubledMs = reconnectMinMs * 2 ** (this.#attempts - 1);
    const mostMs = Math.min(reconnectMaxMs, Math.max(doubledMs, 2 * (retryAfterMs ?? 0)));
    return Math.round(mostMs * (1 + this.#random()) / 2);
  }

  #say(state: ConnectionState['state'], reason: string | null = null, retryAt: number | null = null): void {
    this.#emit({ type: 'state', state, reason, retryAt, attempts: this.#attempts, decoder: this.#decoder });
  }
}

function faultOf(error: unknown): SourceFault {
  return error instanceof SourceFault ? error : new SourceFault(`Listening failed: ${(error as Error).message}.`);
}
