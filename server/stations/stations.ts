/**
 * All stations: what is saved is what runs. A change is saved first and taken only then, one at a
 * time, so the file never tells of a station that isn't there, nor the other way round.
 */
import { Subject, type Observable } from 'rxjs';
import { ProtocolError } from '../protocol/errors.js';
import { RESERVED_IDS, type NewStation, type StationChanges, type StationConfig } from './config.js';
import type { StationEvent } from './station-event.js';
import { Station, type StationParts } from './station.js';

export interface StationsOptions extends StationParts {
  /** What was saved before. */
  readonly saved: readonly StationConfig[];
  /**
   * Keeps all stations.
   * @throws ProtocolError `not-kept` when they can't be
   */
  readonly save: (stations: readonly StationConfig[]) => Promise<void>;
  /** @throws ProtocolError `bad-request` when this server can't do what a station asks */
  readonly check?: (config: StationConfig) => void;
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
const SLUG_CHARS = 48;

export class Stations {
  /** Hot: what happens to any of them. */
  readonly events$: Observable<EventWithStation>;
  /** Hot: after a station was added, changed or removed. */
  readonly changes$: Observable<StationChange>;
  readonly #events = new Subject<EventWithStation>();
  readonly #changes = new Subject<StationChange>();
  readonly #byId = new Map<string, Station>();
  readonly #options: StationsOptions;
  /** The change that is being saved; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: StationsOptions) {
    this.#options = options;
    this.events$ = this.#events;
    this.changes$ = this.#changes;
    for (const config of options.saved) {
      try {
        options.check?.(config);
      } catch (error) {
        // Right when it was saved, with another model or other settings: it is kept, and does what it can.
        options.log.warn('a saved station asks for what this server can not do', { stream: config.id, name: config.name, reason: (error as Error).message });
      }
      this.#put(config);
    }
  }

  /** Listens to all that are enabled. */
  start(): void {
    for (const station of this.#byId.values()) station.start();
  }

  /** In the order in which they were added. */
  list(): readonly Station[] {
    return [...this.#byId.values()];
  }

  get(id: string): Station | undefined {
    return this.#byId.get(id);
  }

  /** @throws ProtocolError `conflict` when the id is taken, `bad-request`, or `not-kept` */
  add(station: NewStation): Promise<Station> {
    return this.#inTurn(async () => {
      if (this.#byId.size >= MAX_STATIONS) throw new ProtocolError('bad-request', `There are ${MAX_STATIONS} stations already, which is as many as can be.`);
      const id = station.id ?? this.#freeId(station.name);
      if (this.#isTaken(id)) throw new ProtocolError('conflict', `The id ${JSON.stringify(id)} is taken. Choose another, or leave it out.`);
      const config: StationConfig = { ...station, id };
      this.#options.check?.(config);
      await this.#options.save([...this.#configs(), config]);
      const added = this.#put(config);
      this.#changes.next({ type: 'added', station: config });
      if (!this.#isClosed) added.start();
      return added;
    });
  }

  /** @throws ProtocolError `not-found`, `bad-request` or `not-kept` */
  change(id: string, changes: StationChanges): Promise<Station> {
    return this.#inTurn(async () => {
      const station = this.#known(id);
      const config: StationConfig = { ...station.config, ...changes };
      this.#options.check?.(config);
      await this.#options.save(this.#configs().map((each) => (each.id === id ? config : each)));
      this.#changes.next({ type: 'changed', station: config });
      if (!this.#isClosed) station.change(config);
      return station;
    });
  }

  /** @throws ProtocolError `not-found` or `not-kept` */
  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const station = this.#known(id);
      await this.#options.save(this.#configs().filter((each) => each.id !== id));
      station.close();
      this.#byId.delete(id);
      this.#changes.next({ type: 'removed', station: station.config });
    });
  }

  /** Ends listening; settles when nothing is being saved any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const station of this.#byId.values()) station.close();
    await this.#turn;
    this.#events.complete();
    this.#changes.complete();
  }

  #put(config: StationConfig): Station {
    const station = new Station(config, this.#options);
    this.#byId.set(config.id, station);
    station.events$.subscribe((event) => this.#events.next({ station: station.config, event }));
    return station;
  }

  #known(id: string): Station {
    const station = this.#byId.get(id);
    if (!station) throw new ProtocolError('not-found', `There is no station ${JSON.stringify(id)}; GET /v1/stations lists those there are.`);
    return station;
  }

  #configs(): StationConfig[] {
    return this.list().map(({ config }) => config);
  }

  #isTaken(id: string): boolean {
    return this.#byId.has(id) || RESERVED_IDS.includes(id) || this.#options.streams.get(id)?.isEnding === false;
  }

  /** Of "Rádió 1 (HD)" `radio-1-hd`; with a number behind it where that is taken. */
  #freeId(name: string): string {
    const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const slug = plain.replace(/[^a-z0-9]+/g, '-').slice(0, SLUG_CHARS).replace(/^-+|-+$/g, '') || 'station';
    for (let number = 1; ; number++) {
      const id = number === 1 ? slug : `${slug}-${number}`;
      if (!this.#isTaken(id)) return id;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    // Whoever asked is told of a failure; the next change only waits.
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
