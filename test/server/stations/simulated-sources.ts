/** Stations whose listening is played by the test. */
import { Observable, Subject } from 'rxjs';
import type { NewStation, StationConfig } from '../../../server/stations/config.js';
import { newStationSchema, stationSchema } from '../../../server/stations/config.js';
import type { Listened } from '../../../server/stations/reconnecting-source.js';
import type { Listen } from '../../../server/stations/station.js';

/** What is said on a subject of this address is what the station hears; subscriptions are counted. */
export class Air {
  readonly #subjects = new Map<string, Subject<Listened>>();
  readonly listeners = new Map<string, number>();

  readonly listen: Listen = (url) => new Observable((subscriber) => {
    this.listeners.set(url, this.listening(url) + 1);
    subscriber.add(() => this.listeners.set(url, this.listening(url) - 1));
    subscriber.add(this.#at(url).subscribe(subscriber));
  });

  listening(url: string): number {
    return this.listeners.get(url) ?? 0;
  }

  say(url: string, listened: Listened): void {
    this.#at(url).next(listened);
  }

  become(url: string, state: Extract<Listened, { type: 'state' }>['state'], reason: string | null = null): void {
    this.say(url, { type: 'state', state, reason, retryAt: null, attempts: 0, decoder: null });
  }

  play(url: string, bytes: Uint8Array): void {
    this.say(url, { type: 'audio', bytes });
  }

  #at(url: string): Subject<Listened> {
    let subject = this.#subjects.get(url);
    if (!subject) this.#subjects.set(url, subject = new Subject());
    return subject;
  }
}

export const URL_ONE = 'http://127.0.0.1/one';

export function station(given: object = {}): NewStation {
  return newStationSchema.parse({ name: 'Radio One', url: URL_ONE, ...given });
}

export function saved(given: object = {}): StationConfig {
  return stationSchema.parse({ id: 'one', name: 'Radio One', url: URL_ONE, ...given });
}
