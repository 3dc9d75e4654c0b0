/** Simulated station sources, and configs of stations. */
import { Observable, Subject } from 'rxjs';
import type { NewStation, StationConfig } from '../../../server/stations/config.js';
import { newStationSchema, stationSchema } from '../../../server/stations/config.js';
import type { ConnectionEvent } from '../../../server/stations/reconnecting-source.js';
import type { Listen } from '../../../server/stations/station.js';
import { stereo } from '../sound.js';

/** The test emits the events of each address; subscriptions are counted. */
export class SimulatedSources {
  readonly #subjects = new Map<string, Subject<ConnectionEvent>>();
  readonly #subscribers = new Map<string, number>();

  readonly listen: Listen = (url) => new Observable((subscriber) => {
    this.#subscribers.set(url, this.subscriberCount(url) + 1);
    subscriber.add(() => this.#subscribers.set(url, this.subscriberCount(url) - 1));
    subscriber.add(this.#at(url).subscribe(subscriber));
  });

  subscriberCount(url: string): number {
    return this.#subscribers.get(url) ?? 0;
  }

  emit(url: string, event: ConnectionEvent): void {
    this.#at(url).next(event);
  }

  emitState(url: string, state: Extract<ConnectionEvent, { type: 'state' }>['state'], reason: string | null = null): void {
    this.emit(url, { type: 'state', state, reason, retryAt: null, attempts: 0, decoder: null });
  }

  /** @param mono s16le at 22,050 Hz; stations are stereo */
  emitAudio(url: string, mono: Uint8Array): void {
    this.emit(url, { type: 'audio', bytes: stereo(mono) });
  }

  #at(url: string): Subject<ConnectionEvent> {
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
