/**
 * The list of stations. Changes run one at a time and are saved before they are applied, so the file
 * and the running stations always agree.
 */
import { setMaxListeners } from 'node:events';
import { Subject, type Observable } from 'rxjs';
import { ProtocolError } from '../protocol/errors.js';
import { STATION_FORMAT } from '../sources/station/decoder.js';
import type { CheckedFields } from './check-station.js';
import { RESERVED_IDS, type NewStation, type StationChanges, type StationConfig } from './config.js';
import type { StationEvent } from './station-event.js';
import { idOfName } from './id-of-name.js';
import { Station, type StationParts } from './station.js';
import type { StationTrial } from '../protocol/messages.js';
import { LISTEN_MS, tryStation } from './trial.js';

export interface StationsOptions extends StationParts {
  /** Stations from the file. */
  readonly saved: readonly StationConfig[];
  /**
   * Saves the whole list.
   * @throws ProtocolError `not-kept` when that fails
   */
  readonly save: (stations: readonly StationConfig[]) => Promise<void>;
  /** @throws ProtocolError `bad-request` when this server can't do what a station asks */
  readonly check?: (fields: CheckedFields) => Promise<void>;
  readonly maxStations?: number;
  /** Trials at once: each may take an FFmpeg and 40 s. */
  readonly maxTrials?: number;
}

export interface EventWithStation {
  readonly station: StationConfig;
  readonly event: StationEvent;
}

export interface StationChange {
  readonly type: 'added' | 'changed' | 'removed';
  readonly station: StationConfig;
}

const MAX_STATIONS = 10_000;
const MAX_TRIALS = 20;

export class Stations {
  /** Hot: the events of all stations. */
  readonly events$: Observable<EventWithStation>;
  /** Hot: after a station was added, changed or removed. */
  readonly changes$: Observable<StationChange>;
  readonly #events = new Subject<EventWithStation>();
  readonly #changes = new Subject<StationChange>();
  readonly #byId = new Map<string, Station>();
  readonly #options: StationsOptions;
  /** The last change in the queue; changes run one after the other. */
  #lastChange: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();
  #trials = 0;
  #isClosed = false;

  constructor(options: StationsOptions) {
    this.#options = options;
    this.events$ = this.#events;
    this.changes$ = this.#changes;
    // Trials listen to it.
    setMaxListeners(2 * (options.maxTrials ?? MAX_TRIALS), this.#closing.signal);
    for (const config of options.saved) this.#put(config);
    void this.checkSaved();
  }

  /**
   * Logs what stations need that this server does not have. They were valid with the model and settings of
   * the time: they stay, and what can be run is run.
   * @returns their ids
   */
  async checkSaved(): Promise<readonly string[]> {
    const { check, log } = this.#options;
    const found = await Promise.all(this.#configs().map((config) => check?.(config).then(() => [], (error: unknown) => {
      log.warn('a saved station needs something that this server does not have', { stream: config.id, name: config.name, reason: (error as Error).message });
      return [config.id];
    }) ?? []));
    return found.flat();
  }

  /** Starts all enabled stations. */
  start(): void {
    for (const station of this.#byId.values()) station.start();
  }

  /** In the order of their addition. */
  list(): readonly Station[] {
    return [...this.#byId.values()];
  }

  get(id: string): Station | undefined {
    return this.#byId.get(id);
  }

  /** @throws ProtocolError `conflict` when the id is taken, `bad-request`, or `not-kept` */
  add(station: NewStation): Promise<Station> {
    return this.#enqueue(async () => {
      const { maxStations = MAX_STATIONS } = this.#options;
      if (this.#byId.size >= maxStations) throw new ProtocolError('bad-request', `The limit of ${maxStations} stations is reached.`);
      const id = station.id ?? await this.#freeId(station.name);
      if (this.#isTaken(id)) throw taken(id);
      const config: StationConfig = { ...station, id };
      await this.#options.check?.(config);
      await this.#options.save([...this.#configs(), config]);
      const added = this.#put(config);
      this.#changes.next({ type: 'added', station: config });
      if (!this.#isClosed) added.start();
      return added;
    });
  }

  /** @throws ProtocolError `not-found`, `bad-request` or `not-kept` */
  change(id: string, changes: StationChanges): Promise<Station> {
    return this.#enqueue(async () => {
      const station = this.#find(id);
      const config: StationConfig = { ...station.config, ...changes };
      // What stays as it is may be wrong already, and must not keep anybody from switching it off.
      await this.#options.check?.(changed(station.config, config));
      await this.#options.save(this.#configs().map((each) => (each.id === id ? config : each)));
      this.#changes.next({ type: 'changed', station: config });
      if (!this.#isClosed) station.change(config);
      return station;
    });
  }

  /** @throws ProtocolError `not-found` or `not-kept` */
  remove(id: string): Promise<void> {
    return this.#enqueue(async () => {
      const station = this.#find(id);
      await this.#options.save(this.#configs().filter((each) => each.id !== id));
      this.#drop(station);
    });
  }

  /**
   * Takes over what another node has saved.
   * @param load reads it, when no change of this node is under way; undefined if nothing differs
   * @throws what `load` throws
   */
  adopt(load: () => Promise<readonly StationConfig[] | undefined>): Promise<void> {
    return this.#enqueue(async () => {
      const saved = await load();
      if (this.#isClosed || !saved) return;
      const ids = new Set(saved.map(({ id }) => id));
      for (const station of this.list()) if (!ids.has(station.config.id)) this.#drop(station);
      for (const config of saved) {
        const station = this.#byId.get(config.id);
        if (!station) this.#put(config);
        else if (JSON.stringify(station.config) === JSON.stringify(config)) continue;
        this.#changes.next({ type: station ? 'changed' : 'added', station: config });
        station?.change(config);
      }
    });
  }

  /**
   * Listens to a station for some seconds and says what was heard; nothing is saved.
   * @param signal ends the trial at once
   * @param listenMs time from the first sound to the answer
   * @throws ProtocolError as `add` does, `too-many-streams`, or the signal's reason
   */
  async try(station: NewStation, signal: AbortSignal, listenMs = LISTEN_MS): Promise<StationTrial> {
    if (station.id !== undefined && this.#isTaken(station.id)) throw taken(station.id);
    await this.#options.check?.(station);
    const { streams, listen, scheduler, maxTrials = MAX_TRIALS } = this.#options;
    if (this.#trials >= maxTrials) throw new ProtocolError('too-many-streams', `${maxTrials} stations are being tried already. Try again later.`);
    this.#trials++;
    try {
      return await tryStation(station.url, { listenMs, listen, openStream: () => streams.trial(STATION_FORMAT), signals: [signal, this.#closing.signal], ...(scheduler && { scheduler }) });
    } finally {
      this.#trials--;
    }
  }

  /** Stops all stations; settles when the last change is saved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort(new ProtocolError('going-away', 'The server is shutting down.'));
    for (const station of this.#byId.values()) station.close();
    await this.#lastChange;
    this.#events.complete();
    this.#changes.complete();
  }

  #put(config: StationConfig): Station {
    const station = new Station(config, this.#options);
    this.#byId.set(config.id, station);
    station.events$.subscribe((event) => this.#events.next({ station: station.config, event }));
    return station;
  }

  #drop(station: Station): void {
    station.close();
    this.#byId.delete(station.config.id);
    this.#changes.next({ type: 'removed', station: station.config });
  }

  #find(id: string): Station {
    const station = this.#byId.get(id);
    if (!station) throw new ProtocolError('not-found', `There is no station ${JSON.stringify(id)}; GET /v1/stations lists all of them.`);
    return station;
  }

  #configs(): StationConfig[] {
    return this.list().map(({ config }) => config);
  }

  #isTaken(id: string): boolean {
    return this.#byId.has(id) || RESERVED_IDS.includes(id) || this.#options.streams.get(id)?.isEnding === false;
  }

  /** Made of the name, with a number appended if that is taken. */
  async #freeId(name: string): Promise<string> {
    const wanted = await idOfName(name);
    for (let number = 1; ; number++) {
      const id = number === 1 ? wanted : `${wanted}-${number}`;
      if (!this.#isTaken(id)) return id;
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#lastChange.then(work);
    // The caller gets a failure; the next change only waits for the end.
    this.#lastChange = change.catch(() => {});
    return change;
  }
}

function taken(id: string): ProtocolError {
  return new ProtocolError('conflict', `The id ${JSON.stringify(id)} is taken. Choose another, or leave it out.`);
}

function changed(before: StationConfig, after: StationConfig): CheckedFields {
  const isNew = (field: keyof CheckedFields): boolean => JSON.stringify(before[field]) !== JSON.stringify(after[field]);
  return { ...(isNew('url') && { url: after.url }), ...(isNew('rules') && { rules: after.rules }), ...(isNew('webhooks') && { webhooks: after.webhooks }) };
}
