/**
 * How the stations are, told by the node that listens to each to all others, once a second over core
 * NATS: nothing is kept there, and the newest wins. So every node answers for all stations.
 */
import { asyncScheduler, interval, Subscription, type SchedulerLike } from 'rxjs';
import type { Told } from '../stations/station.js';
import type { Stations } from '../stations/stations.js';
import type { Bus } from './bus.js';
import { glances, parsed } from './bus-messages.js';

export interface GlancesOptions {
  readonly bus: Bus;
  readonly subject: string;
  readonly node: string;
  readonly stations: Stations;
  /** Fencing number of this node's lease of a station; undefined if it has none. */
  readonly number: (station: string) => number | undefined;
  readonly scheduler?: SchedulerLike;
}

/** As it travels, as JSON. */
interface Message {
  readonly node: string;
  readonly told: readonly (Told & { readonly number: number })[];
}

const EVERY_MS = 1000;
/** A message stays below the megabyte that NATS takes: a glance has a few hundred bytes, at most some thousand. */
const PER_MESSAGE = 100;
/** A station of which nothing was told for so long is not listened to by anybody. */
const FORGOTTEN_AFTER_MS = 5000;

export class Glances {
  readonly #options: GlancesOptions;
  readonly #scheduler: SchedulerLike;
  readonly #owned = new Subscription();
  readonly #heard = new Map<string, { readonly number: number; readonly atMs: number }>();

  constructor(options: GlancesOptions) {
    this.#options = options;
    this.#scheduler = options.scheduler ?? asyncScheduler;
    this.#owned.add(options.bus.subscribe(options.subject, ({ text }) => this.#hear(text)));
    this.#owned.add(interval(EVERY_MS, this.#scheduler).subscribe(() => this.#tell()));
  }

  close(): void {
    this.#owned.unsubscribe();
  }

  #tell(): void {
    const { bus, subject, node, stations, number } = this.#options;
    const told = stations.list().flatMap((station) => {
      const own = station.isOurs ? number(station.config.id) : undefined;
      return own === undefined ? [] : [{ ...station.told, number: own }];
    });
    for (let first = 0; first < told.length; first += PER_MESSAGE) {
      const message: Message = { node, told: told.slice(first, first + PER_MESSAGE) };
      bus.publish(subject, JSON.stringify(message));
    }
    const nowMs = this.#scheduler.now();
    for (const [id, { atMs }] of this.#heard) {
      if (nowMs - atMs <= FORGOTTEN_AFTER_MS) continue;
      this.#heard.delete(id);
      stations.get(id)?.tell(undefined);
    }
  }

  #hear(text: string): void {
    const { bus, subject, node } = this.#options;
    const message: Message | undefined = parsed(glances, text);
    if (!message) return bus.ignore(subject);
    if (message.node === node) return;
    for (const { number, ...of } of message.told) {
      const { id } = of.glance;
      // A former holder that was stopped may still have something to say.
      if (number < (this.#heard.get(id)?.number ?? 0)) continue;
      this.#heard.set(id, { number, atMs: this.#scheduler.now() });
      this.#options.stations.get(id)?.tell(of);
    }
  }
}
