/**
 * MQTT: how every station is doing, which alerts are on, and what happens, for Home Assistant and
 * whoever else subscribes. Once a second what is retained is compared with what should be and the
 * difference is published, so a broker that was away is told all of it and nothing is queued for it.
 */
import { randomBytes } from 'node:crypto';
import { asyncScheduler, interval, Subscription, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { IClientOptions, MqttClient } from 'mqtt';
import type { Log } from '../log.js';
import type { AlertType, StationGlance } from '../protocol/messages.js';
import type { StationConfig } from '../stations/config.js';
import type { AlertStations } from './alerts.js';
import { eventJson, type AlertEvent } from './event.js';
import { discoveryPayload, discoveryTopic, PROBLEM_TYPES } from './home-assistant.js';
import { TOPICS } from './topics.js';

export interface MqttOptions {
  /** Of the broker, with name and password where it wants them. */
  readonly url: string;
  /** First part of the topics; each server needs its own. */
  readonly prefix: string;
  /** Home Assistant's discovery prefix. */
  readonly discovery: string;
  readonly stations: AlertStations;
  readonly openAlerts: (stationId: string) => readonly AlertType[];
  readonly event$: Observable<AlertEvent>;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
}

const ROUND_MS = 1000;
/** A level alone is published this often at most. */
const LEVEL_EVERY_MS = 5000;
const RECONNECT_MS = 5000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Events that wait for a broker that is away; the oldest are left out. */
const MOST_WAITING = 1000;
/** Time to say goodbye to the broker. */
const CLOSE_MS = 1000;

/** Opens the connection; the library is loaded for those who use it only. */
export async function startMqtt(options: MqttOptions): Promise<Mqtt> {
  const { connect } = await import('mqtt');
  return new Mqtt(options, connect(options.url, clientOptions(options.prefix)));
}

export function clientOptions(prefix: string): IClientOptions {
  return {
    clientId: `livegenre_${randomBytes(6).toString('hex')}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RECONNECT_MS,
    // A broker that refuses today may have been told of us tomorrow.
    reconnectOnConnackError: true,
    queueQoSZero: false,
    will: { topic: TOPICS.availability(prefix), payload: Buffer.from('offline'), qos: 1, retain: true },
  };
}

/** Owns the client, which connects again by itself until `close`. */
export class Mqtt {
  readonly #options: MqttOptions;
  readonly #prefix: string;
  readonly #client: MqttClient;
  readonly #scheduler: SchedulerLike;
  readonly #owned = new Subscription();
  /** By topic: what the broker retains, as far as it was told since it was connected to. */
  readonly #said = new Map<string, string>();
  /** By station: what was said of it, and when. */
  readonly #states = new Map<string, { readonly steady: string; readonly atMs: number }>();
  readonly #payloads = new WeakMap<StationConfig, string>();
  #waiting: AlertEvent[] = [];
  /** Publications that the broker has not taken yet. */
  #inFlight = 0;
  #isAway = false;

  constructor(options: MqttOptions, client: MqttClient) {
    const { stations, event$, log, scheduler = asyncScheduler } = options;
    this.#options = options;
    this.#prefix = options.prefix;
    this.#client = client;
    this.#scheduler = scheduler;
    const broker = new URL(options.url).host;
    const away = (reason: string): void => {
      if (!this.#isAway) log.warn('the MQTT broker is away; it is connected to again and again', { broker, reason });
      this.#isAway = true;
    };
    client.on('connect', () => {
      log.info('the MQTT broker is connected', { broker });
      this.#isAway = false;
      this.#greet();
    });
    client.on('error', (error) => away(error.message || String(error)));
    client.on('close', () => away('the connection was closed'));
    client.on('message', (topic, payload, { retain }) => {
      if (retain && payload.length > 0) this.#clearUnknown(topic);
    });
    this.#owned.add(stations.changes$.subscribe(({ type, station }) => {
      if (type === 'removed') this.#clear(station.id);
    }));
    this.#owned.add(event$.subscribe((event) => {
      this.#waiting = [...this.#waiting, event].slice(-MOST_WAITING);
      this.#tell();
    }));
    this.#owned.add(interval(ROUND_MS, scheduler).subscribe(() => {
      // A broker that is slower than this is told less often, not later.
      if (client.connected && this.#inFlight === 0) this.#showAll();
    }));
  }

  /** Says that the server is away, and ends the connection. */
  async close(): Promise<void> {
    this.#owned.unsubscribe();
    this.#isAway = true; // what follows is no news
    if (this.#client.connected) {
      await new Promise<void>((resolve) => {
        const patience = timer(CLOSE_MS, this.#scheduler).subscribe(() => resolve());
        this.#client.publish(TOPICS.availability(this.#prefix), 'offline', { qos: 1, retain: true }, () => {
          patience.unsubscribe();
          resolve();
        });
      });
    }
    // All that was said before has been taken, or never will be.
    await this.#client.endAsync(true);
  }

  /** A broker may have forgotten everything, or remember stations that are gone. */
  #greet(): void {
    this.#said.clear();
    this.#states.clear();
    this.#inFlight = 0;
    this.#retain(TOPICS.availability(this.#prefix), 'online');
    this.#client.subscribe(TOPICS.state(this.#prefix, '+'));
    this.#showAll();
    this.#tell();
  }

  #showAll(): void {
    for (const station of this.#options.stations.list()) this.#show(station.config, station.glance());
  }

  #show(config: StationConfig, glance: StationGlance): void {
    const { id } = config;
    const { discovery, openAlerts } = this.#options;
    const payload = this.#payloads.get(config) ?? discoveryPayload(this.#prefix, config);
    this.#payloads.set(config, payload);
    this.#retain(discoveryTopic(discovery, this.#prefix, id), payload);
    this.#showState(glance);
    const open = openAlerts(id);
    for (const type of PROBLEM_TYPES) {
      const isAsked = config.rules.some((rule) => rule.type === type);
      this.#retain(TOPICS.alert(this.#prefix, id, type), isAsked ? (open.includes(type) ? 'ON' : 'OFF') : '');
    }
  }

  #showState({ id, state, genre, p, level, nowPlaying, heard }: StationGlance): void {
    const steady = JSON.stringify([state, genre, nowPlaying, heard]);
    const nowMs = this.#scheduler.now();
    const before = this.#states.get(id);
    if (before?.steady === steady && nowMs - before.atMs < LEVEL_EVERY_MS) return;
    this.#states.set(id, { steady, atMs: nowMs });
    const rounded = { state, genre, p: Math.round(100 * p) / 100, level: level === null ? null : Math.round(10 * level) / 10, nowPlaying, heard };
    this.#retain(TOPICS.state(this.#prefix, id), JSON.stringify(rounded));
  }

  /** Events go to those who listen now; they wait for the broker, not for them. */
  #tell(): void {
    if (!this.#client.connected) return;
    for (const event of this.#waiting) this.#publish(TOPICS.event(this.#prefix, event.station.id), eventJson(event), false);
    this.#waiting = [];
  }

  /** A retained state that comes back from the broker: of a station that was removed while nobody could say so? */
  #clearUnknown(topic: string): void {
    const id = topic.slice(this.#prefix.length + 1).split('/')[0]!;
    if (!this.#options.stations.list().some(({ config }) => config.id === id)) this.#clear(id);
  }

  #clear(stationId: string): void {
    if (!this.#client.connected) return;
    const { discovery } = this.#options;
    const topics = [discoveryTopic(discovery, this.#prefix, stationId), TOPICS.state(this.#prefix, stationId), ...PROBLEM_TYPES.map((type) => TOPICS.alert(this.#prefix, stationId, type))];
    for (const topic of topics) {
      this.#publish(topic, '', true);
      this.#said.delete(topic);
    }
    this.#states.delete(stationId);
  }

  #retain(topic: string, payload: string): void {
    if (this.#said.get(topic) === payload) return;
    this.#said.set(topic, payload);
    this.#publish(topic, payload, true);
  }

  #publish(topic: string, payload: string, retain: boolean): void {
    this.#inFlight++;
    this.#client.publish(topic, payload, { qos: 1, retain }, () => {
      // What failed is said again when the broker is back.
      this.#inFlight = Math.max(0, this.#inFlight - 1);
    });
  }
}
