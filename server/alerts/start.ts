/** Starts and stops the alerts together with their outputs: log, history, webhooks and MQTT. */
import { asyncScheduler, interval, Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import type { AlertType } from '../protocol/messages.js';
import type { Guard } from '../network/guard/guard.js';
import { flagOf, SettingError, type SettingName, type Settings } from '../settings.js';
import { newDelivery, type Delivery, type DeliveryStore } from '../store/deliveries.js';
import { deleteEveryMs } from '../store/retention.js';
import { Alerts, type AlertStations } from './alerts.js';
import type { AlertEvent, OpenAlert } from './event.js';
import { startMqtt } from './mqtt.js';
import { Outbox } from './outbox.js';
import { deliveriesOf, Webhooks } from './webhooks.js';

export interface AlertsOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly guard: Guard;
  readonly stations: AlertStations;
  /** Stores pending deliveries; without one they are lost at exit. */
  readonly deliveries?: DeliveryStore | undefined;
  /** Alerts open when the server stopped. */
  readonly restored?: readonly OpenAlert[];
  /** Records an event with its webhook deliveries before they are sent, so that a restart neither raises the alert a second time nor forgets them. False: another node has the station. */
  readonly recordAlert?: (event: AlertEvent, deliveries: readonly Delivery[]) => Promise<boolean>;
  /** Whether this is one of several nodes: stations are watched between `take` and `leave`, and only what was recorded is sent. */
  readonly isShared?: boolean;
  /** Of several nodes with one database: whether this one may still speak of a station. Then it sends only what is pending of the stations that it has. */
  readonly mayDeliver?: ((stationId: string) => boolean) | undefined;
  readonly scheduler?: SchedulerLike;
}

export interface RunningAlerts {
  /** Hot. */
  readonly event$: Observable<AlertEvent>;
  /** Number of pending webhook deliveries. */
  readonly waiting: number;
  /** Types of the station's open alerts. */
  open(stationId: string): readonly AlertType[];
  /** This node listens to a station from now on; its open alerts go on. */
  take(stationId: string, open: readonly OpenAlert[]): void;
  /** Another node does, with its alerts. Resolves when this one sends nothing more of it. */
  leave(stationId: string): Promise<void>;
  /** Call before stopping the stations, so that the shutdown ends no alert. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * May be called before or after the stations start.
 * @throws SettingError when a topic or the secret can't be used
 */
export async function startAlerts({ settings, log, guard, stations, deliveries, restored, recordAlert, isShared = false, mayDeliver, scheduler = asyncScheduler }: AlertsOptions): Promise<RunningAlerts> {
  for (const name of ['mqttTopic', 'mqttDiscovery'] as const) checkTopic(name, settings[name]);
  const alerts = new Alerts(scheduler, isShared);
  const sent = new Subject<AlertEvent>();
  const recording = new Set<Promise<void>>();
  const outbox = mayDeliver && deliveries ? Outbox.shared(deliveries, log) : await Outbox.open(deliveries, log);
  const webhooks = new Webhooks({ outbox, secret: settings.webhookSecret, log, guard, scheduler, ...(mayDeliver && { mayDeliver }) });
  const targets = new Map(stations.list().map(({ config }) => [config.id, config.webhooks]));

  alerts.event$.subscribe((event) => {
    const { id, station, type, kind, sentence } = event;
    log[kind === 'raised' ? 'warn' : 'info'](sentence, { alert: id, stream: station.id, name: station.name, type, kind });
    const receivers = [...settings.webhooks, ...(targets.get(station.id) ?? [])];
    const send = (): void => {
      webhooks.send(event, receivers);
      sent.next(event);
    };
    const recorded = (recordAlert?.(event, deliveriesOf(event, receivers).map((delivery) => newDelivery(delivery, scheduler.now()))) ?? Promise.resolve(true)).catch((error: unknown) => {
      log.error('an alert could not be recorded', { alert: id, reason: String(error) });
      return true;
    });
    if (!isShared) return send();
    const sending = recorded.then((isOurs) => {
      if (isOurs) send();
      else log.warn('an alert is not sent, as another node listens to its station now', { alert: id, stream: station.id });
    }).finally(() => recording.delete(sending));
    recording.add(sending);
  });

  const [broker, ...others] = settings.mqtt;
  if (others.length > 0) log.warn(`${flagOf('mqtt')} names more than one broker; only the first is used`);
  const mqtt = broker === undefined ? undefined : await startMqtt({
    url: broker,
    prefix: settings.mqttTopic,
    discovery: settings.mqttDiscovery,
    stations,
    openAlerts: (id) => (isShared ? stations.get(id)?.glance().alerts ?? [] : alerts.open(id)),
    event$: sent,
    log,
    guard,
    scheduler,
  });

  const deleteOld = (): void => void outbox.deleteDone(scheduler.now() - settings.keepDays * DAY_MS);
  deleteOld();
  const deletions = interval(deleteEveryMs(settings.keepDays), scheduler).subscribe(deleteOld);
  alerts.start(stations, restored);
  // Subscribed after the alerts, so that alerts ended by a change still go to the earlier targets.
  const changes = stations.changes$.subscribe(({ station: { id, webhooks: own }, type }) => {
    if (type === 'removed') return void targets.delete(id);
    targets.set(id, own);
    webhooks.dropRemovedTargets(id, [...settings.webhooks, ...own]);
  });

  return {
    event$: sent,
    get waiting() {
      return outbox.size;
    },
    open: (stationId) => alerts.open(stationId),
    take(stationId, open) {
      const config = stations.get(stationId)?.config;
      if (!config) return;
      alerts.take(config, open);
      if (mayDeliver) void webhooks.take(stationId);
    },
    async leave(stationId) {
      alerts.leave(stationId);
      // Nobody takes a station that was removed: its last events are sent from here.
      if (mayDeliver && stations.get(stationId)) await webhooks.leave(stationId);
    },
    async close() {
      changes.unsubscribe();
      deletions.unsubscribe();
      alerts.close();
      await Promise.all(recording);
      sent.complete();
      await Promise.all([webhooks.close(), mqtt?.close()]);
    },
  };
}

function checkTopic(name: SettingName, topic: string): void {
  // Brokers keep topics that begin with $ to themselves (MQTT 3.1.1, section 4.7.2).
  if (/[+#\0]|^[/$]|\/$|\s/.test(topic)) {
    throw new SettingError(`${flagOf(name)} must be an MQTT topic without wildcards, spaces, a $ at its start or a / at its ends; it is ${JSON.stringify(topic)}.`);
  }
}
