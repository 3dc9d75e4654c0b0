/**
 * Publishes station states, open alerts and alert events over MQTT, for Home Assistant and other
 * subscribers. Once a second the retained topics are compared with the current state and changes are
 * published. After a reconnect everything is published again, so states are never queued.
 */
import { randomBytes } from 'node:crypto';
import { asyncScheduler, interval, Subscription, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { IClientOptions, MqttClient } from 'mqtt';
import type { Log } from '../log.js';
import { credentialsOf, hostOf } from '../network/address.js';
import type { Guard } from '../network/guard/guard.js';
import type { AlertType, StationGlance } from '../protocol/messages.js';
import type { StationConfig } from '../stations/config.js';
import type { AlertStations } from './alerts.js';
import { eventJson, type AlertEvent } from './event.js';
import { discoveryPayload, discoveryTopic, PROBLEM_TYPES } from './home-assistant.js';
import { TOPICS } from './topics.js';

export interface MqttOptions {
  /** Address of the broker, with user name and password if it requires them. */
  readonly url: string;
  /** First part of the topics; must be unique to this server. */
  readonly prefix: string;
  /** Home Assistant's discovery prefix. */
  readonly discovery: string;
  readonly stations: AlertStations;
  readonly openAlerts: (stationId: string) => readonly AlertType[];
  readonly event$: Observable<AlertEvent>;
  readonly log: Log;
  readonly guard: Guard;
  readonly scheduler?: SchedulerLike;
  /** Events queued while the broker is disconnected; the oldest are dropped. */
  readonly maxWaiting?: number;
}

/** Without what only opening the connection needs. */
type ConnectedOptions = Omit<MqttOptions, 'guard'>;

const PUBLISH_EVERY_MS = 1000;
/** Minimum interval of states in which only the level or the confidence has changed. */
const LEVEL_EVERY_MS = 5000;
const RECONNECT_MS = 5000;
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_WAITING = 1000;
/** Time for the last message at shutdown. */
const CLOSE_MS = 1000;

/** Opens the connection. The library is loaded only if MQTT is used. */
export async function startMqtt(options: MqttOptions): Promise<Mqtt> {
  const [{ MqttClient }, { brokerConnection }] = await Promise.all([import('mqtt'), import('./broker-connection.js')]);
  const broker = brokerOptions(options.url);
  return new Mqtt(options, new MqttClient(brokerConnection(options.guard, broker), { ...clientOptions(options.prefix), ...broker }));
}

/** The parts of the broker's address, with the port only if it is not the protocol's own. */
export function brokerOptions(address: string): IClientOptions {
  const url = new URL(address);
  const credentials = credentialsOf(url);
  const isWebSocket = url.protocol.startsWith('ws');
  const clientId = url.searchParams.get('clientId');
  return {
    protocol: url.protocol.slice(0, -1) as 'mqtt' | 'mqtts' | 'ws' | 'wss',
    // Addresses of WebSockets are put together again, where IPv6 needs its brackets.
    host: isWebSocket ? url.hostname : hostOf(url)!,
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(isWebSocket && { path: url.pathname + url.search }),
    ...(credentials && { username: credentials.username, ...(credentials.password !== '' && { password: credentials.password }) }),
    ...(clientId !== null && { clientId }),
  };
}

export function clientOptions(prefix: string): IClientOptions {
  return {
    clientId: `livegenre_${randomBytes(6).toString('hex')}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RECONNECT_MS,
    // Retry after a refusal, too: the broker's access list may change.
    reconnectOnConnackError: true,
    queueQoSZero: false,
    will: { topic: TOPICS.availability(prefix), payload: Buffer.from('offline'), qos: 1, retain: true },
  };
}

/** Owns the client, which reconnects by itself until `close`. */
export class Mqtt {
  readonly #options: ConnectedOptions;
  readonly #prefix: string;
  readonly #client: MqttClient;
  readonly #scheduler: SchedulerLike;
  readonly #owned = new Subscription();
  /** Retained payload by topic, published since the last connect. */
  readonly #retained = new Map<string, string>();
  /** Last state published by station: its fields other than numbers, and the time. */
  readonly #states = new Map<string, { readonly steady: string; readonly atMs: number }>();
  readonly #payloads = new WeakMap<StationConfig, string>();
  #waiting: AlertEvent[] = [];
  /** Messages that the broker has not acknowledged yet. */
  #inFlight = 0;
  #isDisconnected = false;

  constructor(options: ConnectedOptions, client: MqttClient) {
    const { stations, event$, log, scheduler = asyncScheduler } = options;
    this.#options = options;
    this.#prefix = options.prefix;
    this.#client = client;
    this.#scheduler = scheduler;
    const broker = new URL(options.url).host;
    const onDisconnect = (reason: string): void => {
      if (!this.#isDisconnected) log.warn('the MQTT broker is not connected; retrying', { broker, reason });
      this.#isDisconnected = true;
    };
    client.on('connect', () => {
      log.info('the MQTT broker is connected', { broker });
      this.#isDisconnected = false;
      this.#onConnect();
    });
    client.on('error', (error) => onDisconnect(error.message || String(error)));
    client.on('close', () => onDisconnect('the connection was closed'));
    client.on('message', (topic, payload, { retain }) => {
      if (retain && payload.length > 0) this.#clearIfRemoved(topic);
    });
    this.#owned.add(stations.changes$.subscribe(({ type, station }) => {
      if (type === 'removed') this.#clear(station.id);
    }));
    this.#owned.add(event$.subscribe((event) => {
      this.#waiting = [...this.#waiting, event].slice(-(options.maxWaiting ?? MAX_WAITING));
      this.#publishEvents();
    }));
    this.#owned.add(interval(PUBLISH_EVERY_MS, scheduler).subscribe(() => {
      // Backpressure: skip this round if the broker has not acknowledged the last one.
      if (client.connected && this.#inFlight === 0) this.#publishAll();
    }));
  }

  /** Publishes `offline` and closes the connection. */
  async close(): Promise<void> {
    this.#owned.unsubscribe();
    this.#isDisconnected = true; // do not log the close
    if (this.#client.connected) {
      await new Promise<void>((resolve) => {
        const timeout = timer(CLOSE_MS, this.#scheduler).subscribe(() => resolve());
        this.#client.publish(TOPICS.availability(this.#prefix), 'offline', { qos: 1, retain: true }, () => {
          timeout.unsubscribe();
          resolve();
        });
      });
    }
    // Force the end: whatever is not acknowledged by now never will be.
    await this.#client.endAsync(true);
  }

  /** Publishes everything, since the broker may have lost it, and asks for retained states to find removed stations. */
  #onConnect(): void {
    this.#retained.clear();
    this.#states.clear();
    this.#inFlight = 0;
    this.#retain(TOPICS.availability(this.#prefix), 'online');
    this.#client.subscribe(TOPICS.state(this.#prefix, '+'));
    this.#publishAll();
    this.#publishEvents();
  }

  #publishAll(): void {
    for (const station of this.#options.stations.list()) this.#publishStation(station.config, station.glance());
  }

  #publishStation(config: StationConfig, glance: StationGlance): void {
    const { id } = config;
    const { discovery, openAlerts } = this.#options;
    const payload = this.#payloads.get(config) ?? discoveryPayload(this.#prefix, config);
    this.#payloads.set(config, payload);
    this.#retain(discoveryTopic(discovery, this.#prefix, id), payload);
    this.#publishState(glance);
    const open = openAlerts(id);
    for (const type of PROBLEM_TYPES) {
      const hasRule = config.rules.some((rule) => rule.type === type);
      this.#retain(TOPICS.alert(this.#prefix, id, type), hasRule ? (open.includes(type) ? 'ON' : 'OFF') : '');
    }
  }

  #publishState({ id, state, genre, p, tags, mood, level, nowPlaying, heard }: StationGlance): void {
    const steady = JSON.stringify([state, genre, nowPlaying, heard]);
    const nowMs = this.#scheduler.now();
    const before = this.#states.get(id);
    if (before?.steady === steady && nowMs - before.atMs < LEVEL_EVERY_MS) return;
    this.#states.set(id, { steady, atMs: nowMs });
    const rounded = { state, genre, p: Math.round(100 * p) / 100, level: level === null ? null : Math.round(10 * level) / 10, nowPlaying, heard, ...(tags && { tags: tags.map(([name]) => name) }), ...mood };
    this.#retain(TOPICS.state(this.#prefix, id), JSON.stringify(rounded));
  }

  /** Events are not retained: they are queued for the broker only, not for subscribers. */
  #publishEvents(): void {
    if (!this.#client.connected) return;
    for (const event of this.#waiting) this.#publish(TOPICS.event(this.#prefix, event.station.id), eventJson(event), false);
    this.#waiting = [];
  }

  /** Clears a retained state of a station that was removed while the server or broker was disconnected. */
  #clearIfRemoved(topic: string): void {
    const id = topic.slice(this.#prefix.length + 1).split('/')[0]!;
    if (!this.#options.stations.list().some(({ config }) => config.id === id)) this.#clear(id);
  }

  #clear(stationId: string): void {
    if (!this.#client.connected) return;
    const { discovery } = this.#options;
    const topics = [discoveryTopic(discovery, this.#prefix, stationId), TOPICS.state(this.#prefix, stationId), ...PROBLEM_TYPES.map((type) => TOPICS.alert(this.#prefix, stationId, type))];
    for (const topic of topics) {
      this.#publish(topic, '', true);
      this.#retained.delete(topic);
    }
    this.#states.delete(stationId);
  }

  #retain(topic: string, payload: string): void {
    if (this.#retained.get(topic) === payload) return;
    this.#retained.set(topic, payload);
    this.#publish(topic, payload, true);
  }

  #publish(topic: string, payload: string, retain: boolean): void {
    this.#inFlight++;
    this.#client.publish(topic, payload, { qos: 1, retain }, () => {
      // A failed message is published again after the reconnect.
      this.#inFlight = Math.max(0, this.#inFlight - 1);
    });
  }
}
