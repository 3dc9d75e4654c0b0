/** Alerts and all that tells of them, put together and taken apart again. */
import { asyncScheduler, interval, type Observable, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import type { AlertType } from '../protocol/messages.js';
import { flagOf, SettingError, type SettingName, type Settings } from '../settings.js';
import type { Database } from '../store/database.js';
import { Alerts, type AlertStations } from './alerts.js';
import type { AlertEvent, OpenAlert } from './event.js';
import { startMqtt } from './mqtt.js';
import { Outbox } from './outbox.js';
import { Webhooks } from './webhooks.js';

export interface AlertsOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly stations: AlertStations;
  /** Keeps what is to be delivered; none: it is gone with the process. */
  readonly database?: Database | undefined;
  /** Those that were not over when the server stopped. */
  readonly remembered?: readonly OpenAlert[];
  /** Remembers an event, before anybody is told of it: what was told is never told again as new. */
  readonly remember?: (event: AlertEvent) => void;
  readonly scheduler?: SchedulerLike;
}

export interface RunningAlerts {
  /** Hot. */
  readonly event$: Observable<AlertEvent>;
  /** Webhooks that wait for their receiver. */
  readonly waiting: number;
  /** What is not over at this station. */
  open(stationId: string): readonly AlertType[];
  /** To be called before the stations end; no alert is over because the server is. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Before the stations start, or after: both are right.
 * @throws SettingError when a topic or the secret can't be used
 */
export async function startAlerts({ settings, log, stations, database, remembered, remember, scheduler = asyncScheduler }: AlertsOptions): Promise<RunningAlerts> {
  for (const name of ['mqttTopic', 'mqttDiscovery'] as const) checkTopic(name, settings[name]);
  const alerts = new Alerts(scheduler);
  const outbox = new Outbox(database, log);
  const webhooks = new Webhooks({ outbox, secret: settings.webhookSecret, log, scheduler });
  const targets = new Map(stations.list().map(({ config }) => [config.id, config.webhooks]));

  alerts.event$.subscribe((event) => {
    const { id, station, type, kind, sentence } = event;
    log[kind === 'raised' ? 'warn' : 'info'](sentence, { alert: id, stream: station.id, name: station.name, type, kind });
    try {
      remember?.(event);
    } catch (error) {
      log.error('an alert can not be remembered', { alert: id, reason: String(error) });
    }
    webhooks.send(event, [...settings.webhooks, ...(targets.get(station.id) ?? [])]);
  });

  const [broker, ...others] = settings.mqtt;
  if (others.length > 0) log.warn(`${flagOf('mqtt')} names more than one broker; only the first is used`);
  const mqtt = broker === undefined ? undefined : await startMqtt({
    url: broker,
    prefix: settings.mqttTopic,
    discovery: settings.mqttDiscovery,
    stations,
    openAlerts: (id) => alerts.open(id),
    event$: alerts.event$,
    log,
    scheduler,
  });

  const forget = (): void => outbox.forget(scheduler.now() - settings.keepDays * DAY_MS);
  forget();
  const daily = interval(DAY_MS, scheduler).subscribe(forget);
  alerts.start(stations, remembered);
  // After the alerts: what they say of a change goes to those who were told before it.
  const changes = stations.changes$.subscribe(({ station: { id, webhooks: own }, type }) => {
    if (type === 'removed') return void targets.delete(id);
    targets.set(id, own);
    webhooks.keepOnly(id, [...settings.webhooks, ...own]);
  });

  return {
    event$: alerts.event$,
    get waiting() {
      return outbox.size;
    },
    open: (stationId) => alerts.open(stationId),
    async close() {
      changes.unsubscribe();
      daily.unsubscribe();
      alerts.close();
      await Promise.all([webhooks.close(), mqtt?.close()]);
    },
  };
}

function checkTopic(name: SettingName, topic: string): void {
  if (/[+#\0]|^\/|\/$|\s/.test(topic)) {
    throw new SettingError(`${flagOf(name)} must be an MQTT topic without wildcards, spaces or a / at its ends; it is ${JSON.stringify(topic)}.`);
  }
}
