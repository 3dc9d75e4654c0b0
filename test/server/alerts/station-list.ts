/** A simulated station list for the alerts. */
import { Subject } from 'rxjs';
import type { AlertStations } from '../../../server/alerts/alerts.js';
import type { StationGlance } from '../../../server/protocol/messages.js';
import { stationSchema, type StationConfig } from '../../../server/stations/config.js';
import type { StationEvent } from '../../../server/stations/station-event.js';

export function station(id: string, more: Readonly<Record<string, unknown>> = {}): StationConfig {
  return stationSchema.parse({ id, name: `Radio ${id.toUpperCase()}`, url: 'http://127.0.0.1:1/', ...more });
}

export class StationList implements AlertStations {
  readonly events$ = new Subject<{ readonly station: StationConfig; readonly event: StationEvent }>();
  readonly changes$ = new Subject<{ readonly type: 'added' | 'changed' | 'removed'; readonly station: StationConfig }>();
  readonly #all = new Map<string, { config: StationConfig; glance: StationGlance }>();

  constructor(...configs: readonly StationConfig[]) {
    for (const config of configs) this.#set(config);
  }

  list(): { readonly config: StationConfig; glance(): StationGlance }[] {
    return [...this.#all.values()].map(({ config, glance }) => ({ config, glance: () => glance }));
  }

  get(id: string): ReturnType<StationList['list']>[number] | undefined {
    return this.list().find(({ config }) => config.id === id);
  }

  add(config: StationConfig): void {
    this.#set(config);
    this.changes$.next({ type: 'added', station: config });
  }

  change(config: StationConfig): void {
    this.#set(config);
    this.changes$.next({ type: 'changed', station: config });
  }

  remove(id: string): void {
    const { config } = this.#all.get(id)!;
    this.#all.delete(id);
    this.changes$.next({ type: 'removed', station: config });
  }

  /** Changes the status of a station. */
  show(id: string, glance: Partial<StationGlance>): void {
    const shown = this.#all.get(id)!;
    shown.glance = { ...shown.glance, ...glance };
  }

  happen(id: string, ...events: readonly StationEvent[]): void {
    const { config } = this.#all.get(id)!;
    for (const event of events) {
      if (event.type === 'state') this.show(id, { state: event.state, since: new Date(event.atMs).toISOString(), reason: event.reason });
      this.events$.next({ station: config, event });
    }
  }

  #set(config: StationConfig): void {
    const { id, name } = config;
    const before = this.#all.get(id)?.glance;
    this.#all.set(id, {
      config,
      glance: { state: 'connecting', since: new Date(0).toISOString(), nowPlaying: null, reason: null, heard: null, genre: null, p: 0, level: null, alerts: [], ...before, id, name },
    });
  }
}
