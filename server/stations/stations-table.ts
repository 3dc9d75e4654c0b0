/**
 * Loads and saves the stations in the database: read at startup, and at each change only the stations that differ
 * are written, so that servers with one database do not undo each other's changes.
 */
import { validationMessage } from '../protocol/validation-message.js';
import { ProtocolError } from '../protocol/errors.js';
import type { StationStore } from '../store/stations.js';
import { stationSchema, type StationConfig } from './config.js';

export class StationsTable {
  readonly #store: StationStore;
  /** As JSON by id, as last read or written by this server. */
  #known: ReadonlyMap<string, string> = new Map();
  /** The last save in the queue; saves run one after the other. */
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(store: StationStore) {
    this.#store = store;
  }

  /**
   * @throws Error with the id and the cause if one can't be used
   * @throws StoreError
   */
  async load(): Promise<StationConfig[]> {
    const stations = (await this.#store.load()).map((document) => {
      const parsed = stationSchema.safeParse(document);
      if (!parsed.success) throw new Error(`The station ${JSON.stringify(document.id)} in the database can not be used: ${parsed.error.issues.map((issue) => validationMessage(issue)).join('; ')}.`);
      return parsed.data;
    });
    this.#known = textsOf(stations);
    return stations;
  }

  /**
   * What other servers have changed since it was read or written; undefined if nothing. Not at the same time as `save`.
   * @throws as `load`
   */
  async changes(): Promise<StationConfig[] | undefined> {
    const before = this.#known;
    const stations = await this.load();
    return this.#known.size === before.size && [...this.#known].every(([id, text]) => before.get(id) === text) ? undefined : stations;
  }

  /** @throws ProtocolError `not-kept` with the reason; then nothing is changed */
  save(stations: readonly StationConfig[]): Promise<void> {
    const save = this.#lastSave.then(() => this.#write(stations));
    // The caller gets a failure; the next save only waits for the end.
    this.#lastSave = save.catch(() => {});
    return save;
  }

  async #write(stations: readonly StationConfig[]): Promise<void> {
    const next = textsOf(stations);
    const known = this.#known;
    try {
      await this.#store.change({
        added: stations.filter(({ id }) => !known.has(id)),
        changed: stations.filter(({ id }) => known.has(id) && known.get(id) !== next.get(id)),
        removed: [...known.keys()].filter((id) => !next.has(id)),
      });
    } catch (error) {
      throw new ProtocolError('not-kept', `The stations could not be saved, so nothing was changed: ${(error as Error).message}.`);
    }
    this.#known = next;
  }
}

function textsOf(stations: readonly StationConfig[]): Map<string, string> {
  return new Map(stations.map((station) => [station.id, JSON.stringify(station)]));
}
