/**
 * A station: a stream that the server fetches itself, for as long as it is enabled. Its stream
 * outlives its connections, so viewers stay while it fails and comes back. What happens to it goes
 * out as events.
 */
import { asyncScheduler, interval, Subject, Subscription, type Observable, type SchedulerLike } from 'rxjs';
import { blockMs } from '../../models/manifest.js';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { AlertType, Prediction, StationGlance, StationMessage, StationState } from '../protocol/messages.js';
import { STATION_FORMAT } from '../sources/station/decoder.js';
import type { DecoderEnd, SourceFormat } from '../sources/station/source-event.js';
import type { FedStream, Streams } from '../streams/streams.js';
import { encodeMessage } from '../protocol/encoded-message.js';
import type { StationConfig } from './config.js';
import type { ConnectionEvent, ConnectionState } from './reconnecting-source.js';
import type { StationEvent } from './station-event.js';

/** Cold; never completes and never errors. Unsubscribing ends all that feeds it. */
export type Listen = (url: string) => Observable<ConnectionEvent>;

/** What only those see who may manage stations. */
export interface StationDetail {
  readonly url: string;
  readonly enabled: boolean;
  readonly rules: StationConfig['rules'];
  readonly webhooks: StationConfig['webhooks'];
  /** When the next attempt is made, ISO 8601; null when none is waited for. */
  readonly retryAt: string | null;
  /** Attempts to connect since it was live last. */
  readonly attempts: number;
  readonly source: SourceFormat | null;
  /** How FFmpeg ended last; null while it runs well. */
  readonly decoder: DecoderEnd | null;
}

export interface StationParts {
  readonly streams: Streams;
  readonly listen: Listen;
  readonly log: Log;
  /** Alerts of a station that are not over. */
  readonly openAlerts?: (stationId: string) => readonly AlertType[];
  readonly scheduler?: SchedulerLike;
}

/** A viewer of a station without sound hears of it so often, and knows that the connection lives. */
const REPEAT_EVERY_MS = 10_000;
/** The stream of a station ended without being asked to: another is opened after so long. */
const REOPEN_AFTER_MS = 5000;

type Attempt = Pick<ConnectionState, 'retryAt' | 'attempts' | 'decoder'>;
const NO_ATTEMPT: Attempt = { retryAt: null, attempts: 0, decoder: null };

export class Station {
  /** Hot; never completes before the station is closed. */
  readonly events$: Observable<StationEvent>;
  readonly #events = new Subject<StationEvent>();
  #audio = new Subject<Uint8Array>();
  readonly #parts: StationParts;
  readonly #scheduler: SchedulerLike;
  readonly #blockMs: number;
  #config: StationConfig;
  #running: Subscription | undefined;
  #fed: FedStream | undefined;
  #state: StationState = 'stopped';
  #sinceMs: number;
  #reason: string | null = null;
  #attempt: Attempt = NO_ATTEMPT;
  #source: SourceFormat | null = null;
  #nowPlaying: string | null = null;
  #last: Prediction | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(config: StationConfig, parts: StationParts) {
    this.#config = config;
    this.#parts = parts;
    this.#scheduler = parts.scheduler ?? asyncScheduler;
    this.#sinceMs = this.#scheduler.now();
    this.#blockMs = blockMs(parts.streams.manifest);
    this.events$ = this.#events;
  }

  get config(): StationConfig {
    return this.#config;
  }

  get state(): StationState {
    return this.#state;
  }

  /** Times that it stalled or failed since the server was started. */
  get failures(): number {
    return this.#failures;
  }

  /** What is heard, as it goes into the pipe. Hot; completes when the station is switched off. */
  get audio$(): Observable<Uint8Array> {
    return this.#audio;
  }

  /** Listens, if it is enabled. */
  start(): void {
    if (this.#config.enabled && !this.#running) this.#open();
  }

  /** Takes a new config of the same id; listens anew where the address is another. */
  change(config: StationConfig): void {
    const before = this.#config;
    this.#config = config;
    this.#fed?.stream.rename(config.name);
    if (!config.enabled) return this.stop();
    if (!this.#running) return this.#open();
    if (config.url === before.url) return;
    this.#running.unsubscribe();
    this.#fed?.stream.reset();
    this.#entitle(null);
    this.#open();
  }

  /** Ends listening; its stream is summed up. */
  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.unsubscribe();
    this.#audio.complete();
    this.#audio = new Subject();
    this.#become('stopped', null, NO_ATTEMPT);
    this.#fed?.stream.end();
    this.#fed = undefined;
  }

  /** Ends with the server, or because it is removed: nothing happened to the station itself. */
  close(): void {
    this.#isClosed = true;
    this.#events.complete();
    this.stop();
  }

  glance(): StationGlance {
    const { id, name } = this.#config;
    const last = this.#isHeard ? this.#last : undefined;
    return {
      id,
      name,
      ...this.#standing(),
      heard: last?.state ?? null,
      genre: last?.genre ?? null,
      p: last?.p ?? 0,
      level: last?.level ?? null,
      alerts: this.#parts.openAlerts?.(id) ?? [],
    };
  }

  detail(): StationDetail {
    const { url, enabled, rules, webhooks } = this.#config;
    const { retryAt, attempts, decoder } = this.#attempt;
    return { url, enabled, rules, webhooks, retryAt: retryAt === null ? null : new Date(retryAt).toISOString(), attempts, source: this.#source, decoder };
  }

  get #isHeard(): boolean {
    return this.#state === 'live' || this.#state === 'silent';
  }

  #open(): void {
    const running = this.#running = new Subscription();
    const { id, url } = this.#config;
    const before = this.#parts.streams.get(id);
    // What it was before it was switched off may still be summed up.
    if (before && !this.#fed) running.add(before.messages$.subscribe({ complete: () => this.#feed() }));
    else this.#feed();
    running.add(interval(REPEAT_EVERY_MS, this.#scheduler).subscribe(() => {
      if (!this.#isHeard) this.#announce();
    }));
    running.add(interval(REOPEN_AFTER_MS, this.#scheduler).subscribe(() => this.#feed()));
    this.#source = null;
    this.#become('connecting', null, NO_ATTEMPT);
    running.add(this.#parts.listen(url).subscribe((event) => this.#hear(event)));
  }

  /** Opens its stream, unless there is one. */
  #feed(): void {
    const { streams, log } = this.#parts;
    const { id, name } = this.#config;
    if (this.#fed || streams.isDraining) return;
    try {
      this.#attach(streams.feed({ id, name, source: 'station', format: STATION_FORMAT }));
      this.#announce();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      log.error('a station gets no stream', { stream: id, name, reason: error.message });
    }
  }

  #attach(fed: FedStream): void {
    this.#fed = fed;
    fed.stream.messages$.subscribe({
      next: (told) => {
        if (told.type === 'prediction') this.#predicted(JSON.parse(told.json) as Prediction);
      },
      complete: () => {
        if (this.#fed === fed) this.#fed = undefined;
      },
    });
  }

  #hear(event: ConnectionEvent): void {
    switch (event.type) {
      case 'audio':
        if (this.#audio.observed) this.#audio.next(event.bytes.slice());
        this.#fed?.send(event.bytes);
        break;
      case 'reset':
        this.#fed?.stream.reset();
        break;
      case 'source': {
        const { type, ...source } = event;
        this.#source = source;
        break;
      }
      case 'title':
        this.#entitle(event.title);
        break;
      case 'state': {
        const { state, reason, ...attempt } = event;
        if (state !== 'live') this.#entitle(null);
        // Tried again it is still lost, and since when it was: only sound makes it better.
        if (state === 'connecting' && (this.#state === 'stalled' || this.#state === 'failing')) this.#attempt = attempt;
        else this.#become(state, reason, attempt);
      }
    }
  }

  #predicted(prediction: Prediction): void {
    // Scored after the connection was lost: it belongs to what is no longer there.
    if (!this.#isHeard) return;
    this.#last = prediction;
    this.#become(prediction.state === 'silence' ? 'silent' : 'live', null, this.#attempt);
    this.#events.next({ type: 'prediction', atMs: this.#scheduler.now(), spanMs: this.#blockMs, prediction });
  }

  #entitle(title: string | null): void {
    if (title === this.#nowPlaying) return;
    this.#nowPlaying = title;
    this.#announce();
    this.#events.next({ type: 'title', atMs: this.#scheduler.now(), title });
  }

  #become(state: StationState, reason: string | null, attempt: Attempt): void {
    this.#attempt = attempt;
    if (state === this.#state && reason === this.#reason) return;
    if (state !== this.#state) {
      this.#sinceMs = this.#scheduler.now();
      const { id, name } = this.#config;
      const isTrouble = state === 'stalled' || state === 'failing';
      if (isTrouble) this.#failures++;
      if (!this.#isClosed) this.#parts.log[isTrouble ? 'warn' : 'info']('a station changed', { stream: id, name, state, ...(reason !== null && { reason }), ...(isTrouble && { attempts: attempt.attempts, decoder: attempt.decoder }) });
    }
    this.#state = state;
    this.#reason = reason;
    this.#announce();
    this.#events.next({ type: 'state', atMs: this.#scheduler.now(), state, reason });
  }

  #standing(): Omit<StationMessage, 'type'> {
    return { state: this.#state, since: new Date(this.#sinceMs).toISOString(), nowPlaying: this.#nowPlaying, reason: this.#reason };
  }

  #announce(): void {
    this.#fed?.stream.announce(encodeMessage({ type: 'station', ...this.#standing() }));
  }
}
