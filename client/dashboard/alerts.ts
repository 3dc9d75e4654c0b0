/** Polls the alerts of all stations: the open ones and those of the last day. */
import type { Clock } from '../sdk/clock.js';
import { WALL_CLOCK } from '../sdk/clock.js';
import { Events } from '../sdk/events.js';
import type { ServerAlert } from './api.js';
import { ALERT_NAMES } from './model/station-words.js';
import type { Visitor } from './visitor.js';

const EVERY_MS = 15_000;
const DAY_MS = 86_400_000;

export class Alerts extends Events<{ change: Alerts; raised: string }> {
  readonly #visitor: Pick<Visitor, 'request' | 'hasHistory'>;
  readonly #clock: Clock;
  readonly #now: () => number;
  #cancel = (): void => {};
  #seenIds: Set<ServerAlert['id']> | undefined;
  #isClosed = false;
  /** Newest first; undefined until loaded, or if the server stores no alerts. */
  recent: readonly ServerAlert[] | undefined;

  constructor(visitor: Pick<Visitor, 'request' | 'hasHistory'>, clock: Clock = WALL_CLOCK, now: () => number = Date.now) {
    super();
    this.#visitor = visitor;
    this.#clock = clock;
    this.#now = now;
  }

  get open(): readonly ServerAlert[] {
    return this.recent?.filter(({ to }) => to === null) ?? [];
  }

  /** Polls at once, then every 15 s; does nothing if the server stores no alerts. */
  async refresh(): Promise<void> {
    this.#cancel();
    if (this.#isClosed || !this.#visitor.hasHistory) return;
    try {
      const since = new Date(this.#now() - DAY_MS).toISOString();
      const { alerts } = await this.#visitor.request(`v1/alerts?from=${since}`) as { alerts: readonly ServerAlert[] };
      this.#take(alerts);
    } catch {
      // Keep the last list; the next poll tries again.
    }
    this.#cancel();
    if (!this.#isClosed) this.#cancel = this.#clock.after(EVERY_MS, () => void this.refresh());
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #take(alerts: readonly ServerAlert[]): void {
    const before = this.#seenIds;
    this.recent = alerts;
    this.#seenIds = new Set(alerts.map(({ id }) => id));
    this.emit('change', this);
    const raised = before && alerts.filter(({ id, to }) => to === null && !before.has(id));
    if (raised?.length) this.emit('raised', raised.map(({ station, type }) => `${ALERT_NAMES[type]}: ${station.name}.`).join(' '));
  }
}
