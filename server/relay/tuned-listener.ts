/**
 * One player that is tuned in: an endless MP3 that hops between stations inside. The station before is
 * heard until the next one has its first frame, so a hop leaves no gap.
 */
import { interval, Subscription, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import type { Station } from '../stations/station.js';
import type { Stations } from '../stations/stations.js';
import { Dial, type DialSettings } from '../tune/dial.js';
import type { Wish } from '../tune/wish.js';
import { Encoder } from './encoder.js';
import { IcyWriter } from './icy-writer.js';

const TICK_MS = 1000;

export interface TunedOptions {
  readonly wish: Wish;
  readonly settings: Partial<DialSettings>;
  /** Whether the player wants titles among the bytes. */
  readonly hasTitles: boolean;
  /** Whether the player may hear the station with this id. */
  readonly mayHear: (id: string) => boolean;
}

export interface TunedParts {
  readonly stations: Pick<Stations, 'list' | 'get'>;
  readonly log: Log;
  readonly scheduler: SchedulerLike;
  /** Takes the sound. */
  readonly sound: (bytes: Uint8Array) => void;
}

export class TunedListener {
  readonly #parts: TunedParts;
  readonly #dial: Dial;
  readonly #titles: IcyWriter | undefined;
  readonly #mayHear: TunedOptions['mayHear'];
  readonly #running = new Subscription();
  /** What is heard. */
  #playing: Encoder | undefined;
  /** What will be heard from its first frame on. */
  #coming: Encoder | undefined;
  #title = '';

  constructor({ wish, settings, hasTitles, mayHear }: TunedOptions, parts: TunedParts) {
    this.#mayHear = mayHear;
    this.#parts = parts;
    this.#dial = new Dial(wish, settings);
    this.#titles = hasTitles ? new IcyWriter() : undefined;
  }

  /** @returns false if no station plays the wish now; nothing was started then */
  start(): boolean {
    const { scheduler } = this.#parts;
    this.#tick();
    if (this.#coming === undefined) return false;
    this.#running.add(interval(TICK_MS, scheduler).subscribe(() => this.#tick()));
    return true;
  }

  close(): void {
    this.#running.unsubscribe();
    this.#coming?.close();
    this.#playing?.close();
  }

  #tick(): void {
    const { stations, scheduler, log } = this.#parts;
    const hop = this.#dial.tick(scheduler.now(), stations.list().filter(({ config }) => this.#mayHear(config.id)).map((station) => station.glance()));
    if (hop) log.debug('a player was tuned to a station', { stream: hop.to, from: hop.from, reason: hop.reason });
    const isIdle = !this.#playing && !this.#coming;
    const station = (hop || isIdle) && this.#dial.current !== null ? stations.get(this.#dial.current) : undefined;
    if (station?.state === 'live' || station?.state === 'silent') this.#open(station);
    this.#tellTitle();
  }

  #open(station: Station): void {
    this.#coming?.close();
    const encoder: Encoder = this.#coming = new Encoder(station, {
      sound: (bytes) => this.#heard(encoder, bytes),
      ended: () => this.#ended(encoder),
    }, { withRecent: this.#playing === undefined });
  }

  #heard(encoder: Encoder, bytes: Uint8Array): void {
    if (encoder === this.#coming) {
      this.#playing?.close();
      this.#playing = encoder;
      this.#coming = undefined;
      this.#tellTitle();
    }
    if (encoder === this.#playing) this.#parts.sound(this.#titles?.push(bytes) ?? bytes);
  }

  /** The station was switched off, has changed its format, or can't be decoded: the dial is asked for another; without one it is opened again. */
  #ended(encoder: Encoder): void {
    encoder.close();
    if (encoder === this.#coming) this.#coming = undefined;
    else if (encoder === this.#playing) this.#playing = undefined;
    else return;
    this.#dial.next();
  }

  /** The station's title, or its name where it sends none; a new one at once, so that none of another station is left. */
  #tellTitle(): void {
    const station = this.#playing?.station;
    if (!station || !this.#titles) return;
    const title = station.nowPlaying ?? station.config.name;
    if (title === this.#title) return;
    this.#title = title;
    this.#titles.setTitle(title);
  }
}
