/**
 * A station: a stream that the server fetches itself while it is enabled. The stream outlives the
 * source's connections, so viewers stay connected through a failure. Predictions, state changes and
 * titles are emitted as events.
 */
import { asyncScheduler, interval, Subject, Subscription, type Observable, type SchedulerLike } from 'rxjs';
import { blockMs } from '../../models/manifest.js';
import type { Log } from '../log.js';
import { ProtocolError } from '../protocol/errors.js';
import type { AlertType, Prediction, SourceFormat, StationGlance, StationMessage, StationState } from '../protocol/messages.js';
import { STATION_FORMAT } from '../sources/station/decoder.js';
import type { DecoderEnd, EncodedSound } from '../sources/station/source-event.js';
import type { FedStream, Streams } from '../streams/streams.js';
import { encodeMessage } from '../protocol/encoded-message.js';
import type { StationConfig } from './config.js';
import { RecentSound } from './recent-sound.js';
import type { ConnectionEvent, ConnectionState } from './reconnecting-source.js';
import type { StationEvent } from './station-event.js';

/** Cold; never completes and never errors. Unsubscribing closes the connection. */
export type Listen = (url: string) => Observable<ConnectionEvent>;

/** Fields shown only to clients that may manage stations. */
export interface StationDetail {
  readonly url: string;
  readonly enabled: boolean;
  readonly rules: StationConfig['rules'];
  readonly webhooks: StationConfig['webhooks'];
  /** Time of the next connection attempt, ISO 8601; null if none is scheduled. */
  readonly retryAt: string | null;
  /** Failed connections since it was last live for a minute. */
  readonly attempts: number;
  readonly source: SourceFormat | null;
  /** How FFmpeg last ended; null once audio arrives again. */
  readonly decoder: DecoderEnd | null;
}

/** Time that nobody listened to a station, before this node took over. */
export interface Takeover {
  /** ms since 1970. */
  readonly sinceMs: number;
  /** As a sentence. */
  readonly reason: string;
}

/** A station as another node sees it. */
export interface Told {
  readonly glance: StationGlance;
  readonly attempt: Pick<StationDetail, 'retryAt' | 'attempts' | 'source' | 'decoder'>;
}

export interface StationParts {
  readonly streams: Streams;
  readonly listen: Listen;
  readonly log: Log;
  /** Types of a station's open alerts. */
  readonly openAlerts?: (stationId: string) => readonly AlertType[];
  /** Whether stations wait for `takeOver`, as one of several nodes listens to each. */
  readonly isShared?: boolean;
  readonly scheduler?: SchedulerLike;
}

/** Interval of the station message while no predictions are sent, as a sign of life to viewers. */
const REPEAT_EVERY_MS = 10_000;
/** Interval at which a stream that ended unexpectedly is opened again. */
const REOPEN_EVERY_MS = 5000;

type Attempt = Pick<ConnectionState, 'retryAt' | 'attempts' | 'decoder'>;
const NO_ATTEMPT: Attempt = { retryAt: null, attempts: 0, decoder: null };

export class Station {
  /** Hot; never completes before the station is closed. */
  readonly events$: Observable<StationEvent>;
  readonly #events = new Subject<StationEvent>();
  #audio = new Subject<Uint8Array>();
  #encoded = new Subject<EncodedSound>();
  readonly #recent = new RecentSound();
  readonly #parts: StationParts;
  readonly #scheduler: SchedulerLike;
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
  /** Whether this node listens to it while it is enabled. */
  #isOurs: boolean;
  #told: Told | undefined;

  constructor(config: StationConfig, parts: StationParts) {
    this.#config = config;
    this.#parts = parts;
    this.#scheduler = parts.scheduler ?? asyncScheduler;
    this.#sinceMs = this.#scheduler.now();
    this.#isOurs = parts.isShared !== true;
    this.events$ = this.#events;
  }

  get config(): StationConfig {
    return this.#config;
  }

  get state(): StationState {
    return this.#state;
  }

  /** Whether this node is the one that listens to it while it is enabled. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Stalls and failures since the server was started. */
  get failures(): number {
    return this.#failures;
  }

  /** Audio as it enters the pipeline. Hot; completes when the station is switched off. */
  get audio$(): Observable<Uint8Array> {
    return this.#audio;
  }

  /** Sound as the source sends it, where its format is one that can be joined anywhere. Hot; completes as `audio$`. */
  get encoded$(): Observable<EncodedSound> {
    return this.#encoded;
  }

  /** The newest of it, for readers that begin now; empty if it can not be joined. */
  get recent(): readonly EncodedSound[] {
    return this.#isReceiving ? this.#recent.list() : [];
  }

  get nowPlaying(): string | null {
    return this.#nowPlaying;
  }

  /** Connects if the station is enabled. */
  start(): void {
    if (this.#isOurs && this.#config.enabled && !this.#running) this.#open();
  }

  /** From now on this node listens to it. */
  takeOver(gap?: Takeover): void {
    this.#isOurs = true;
    this.#told = undefined;
    if (gap) this.#events.next({ type: 'state', atMs: gap.sinceMs, state: 'connecting', reason: gap.reason });
    this.start();
  }

  /** Another node listens to it from now on: stops without an event. */
  handOver(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    // Its viewers stay, and are not told that it has stopped.
    const fed = this.#fed;
    this.#fed = undefined;
    fed?.stream.leave();
    this.stop();
    this.#nowPlaying = null;
  }

  /** What another node says of it. */
  tell(told: Told | undefined): void {
    if (!this.#isOurs) this.#told = told;
  }

  /** What to tell other nodes of it. */
  get told(): Told {
    const { retryAt, attempts, source, decoder } = this.detail();
    return { glance: this.glance(), attempt: { retryAt, attempts, source, decoder } };
  }

  /** Applies a new config with the same id; reconnects if the address has changed. */
  change(config: StationConfig): void {
    const before = this.#config;
    this.#config = config;
    this.#fed?.stream.rename(config.name);
    if (!this.#isOurs) return;
    if (!config.enabled) return this.stop();
    if (!this.#running) return this.#open();
    if (config.url === before.url) return;
    this.#running.unsubscribe();
    this.#fed?.stream.reset();
    this.#setTitle(null);
    this.#open();
  }

  /** Closes the connection and ends the stream, which sends its summary. */
  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.unsubscribe();
    this.#audio.complete();
    this.#audio = new Subject();
    this.#encoded.complete();
    this.#encoded = new Subject();
    this.#recent.clear();
    this.#setState('stopped', null, NO_ATTEMPT);
    this.#fed?.stream.end();
    this.#fed = undefined;
  }

  /** Stops at shutdown or removal, without emitting an event. */
  close(): void {
    this.#isClosed = true;
    this.#events.complete();
    this.stop();
  }

  glance(): StationGlance {
    const { id, name, enabled } = this.#config;
    if (!this.#isOurs && enabled) {
      if (this.#told) return { ...this.#told.glance, id, name };
      return { id, name, state: 'connecting', since: new Date(this.#sinceMs).toISOString(), nowPlaying: null, reason: 'No node says yet that it listens to it.', heard: null, genre: null, p: 0, level: null, alerts: [] };
    }
    const last = this.#isReceiving ? this.#last : undefined;
    return {
      id,
      name,
      ...this.#status(),
      heard: last?.state ?? null,
      genre: last?.genre ?? null,
      p: last?.p ?? 0,
      ...(last?.tags && { tags: last.tags }),
      ...(last?.mood && { mood: last.mood }),
      level: last?.level ?? null,
      alerts: this.#parts.openAlerts?.(id) ?? [],
    };
  }

  detail(): StationDetail {
    const { url, enabled, rules, webhooks } = this.#config;
    const { retryAt, attempts, decoder } = this.#attempt;
    if (!this.#isOurs && this.#told) return { url, enabled, rules, webhooks, ...this.#told.attempt };
    return { url, enabled, rules, webhooks, retryAt: retryAt === null ? null : new Date(retryAt).toISOString(), attempts, source: this.#source, decoder };
  }

  get #isReceiving(): boolean {
    return this.#state === 'live' || this.#state === 'silent';
  }

  #open(): void {
    const running = this.#running = new Subscription();
    const { id, url } = this.#config;
    const before = this.#parts.streams.get(id);
    // The stream from before it was switched off may still be sending its summary.
    if (before && !this.#fed) running.add(before.messages$.subscribe({ complete: () => this.#openStream() }));
    else this.#openStream();
    running.add(interval(REPEAT_EVERY_MS, this.#scheduler).subscribe(() => {
      if (!this.#isReceiving) this.#announce();
    }));
    running.add(interval(REOPEN_EVERY_MS, this.#scheduler).subscribe(() => this.#openStream()));
    this.#source = null;
    this.#setState('connecting', null, NO_ATTEMPT);
    running.add(this.#parts.listen(url).subscribe((event) => this.#handle(event)));
  }

  /** Opens its stream, unless one is open. */
  #openStream(): void {
    const { streams, log } = this.#parts;
    const { id, name } = this.#config;
    if (this.#fed || streams.isDraining) return;
    try {
      this.#attach(streams.feed({ id, name, source: 'station', format: STATION_FORMAT }));
      this.#announce();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      log.error('no stream could be opened for a station', { stream: id, name, reason: error.message });
    }
  }

  #attach(fed: FedStream): void {
    this.#fed = fed;
    fed.stream.messages$.subscribe({
      next: (message) => {
        if (message.type === 'prediction') this.#onPrediction(JSON.parse(message.json) as Prediction);
      },
      complete: () => {
        if (this.#fed === fed) this.#fed = undefined;
      },
    });
  }

  #handle(event: ConnectionEvent): void {
    switch (event.type) {
      case 'audio':
        if (this.#audio.observed) this.#audio.next(event.bytes.slice());
        this.#fed?.send(event.bytes);
        break;
      case 'encoded':
        this.#recent.push(event);
        this.#encoded.next(event);
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
        this.#setTitle(event.title);
        break;
      case 'state': {
        const { state, reason, ...attempt } = event;
        if (state === 'connecting') this.#recent.clear();
        if (state !== 'live') this.#setTitle(null);
        // A new attempt leaves state and time of the failure as they are: only audio ends it.
        if (state === 'connecting' && (this.#state === 'stalled' || this.#state === 'failing')) this.#attempt = attempt;
        else this.#setState(state, reason, attempt);
      }
    }
  }

  #onPrediction(prediction: Prediction): void {
    // Ignore blocks scored after the connection was lost.
    if (!this.#isReceiving) return;
    this.#last = prediction;
    this.#setState(prediction.state === 'silence' ? 'silent' : 'live', null, this.#attempt);
    this.#events.next({ type: 'prediction', atMs: this.#scheduler.now(), spanMs: blockMs(this.#parts.streams.manifest), prediction });
  }

  #setTitle(title: string | null): void {
    if (title === this.#nowPlaying) return;
    this.#nowPlaying = title;
    this.#announce();
    this.#events.next({ type: 'title', atMs: this.#scheduler.now(), title });
  }

  #setState(state: StationState, reason: string | null, attempt: Attempt): void {
    this.#attempt = attempt;
    if (state === this.#state && reason === this.#reason) return;
    if (state !== this.#state) {
      this.#sinceMs = this.#scheduler.now();
      const { id, name } = this.#config;
      const isTrouble = state === 'stalled' || state === 'failing';
      if (isTrouble) this.#failures++;
      if (!this.#isClosed && this.#isOurs) this.#parts.log[isTrouble ? 'warn' : 'info']('a station changed state', { stream: id, name, state, ...(reason !== null && { reason }), ...(isTrouble && { attempts: attempt.attempts, decoder: attempt.decoder }) });
    }
    this.#state = state;
    this.#reason = reason;
    this.#announce();
    if (this.#isOurs) this.#events.next({ type: 'state', atMs: this.#scheduler.now(), state, reason });
  }

  #status(): Omit<StationMessage, 'type'> {
    return { state: this.#state, since: new Date(this.#sinceMs).toISOString(), nowPlaying: this.#nowPlaying, reason: this.#reason };
  }

  #announce(): void {
    this.#fed?.stream.announce(encodeMessage({ type: 'station', ...this.#status() }));
  }
}
