import { connect, type MqttClient } from 'mqtt';
import { Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlertEvent } from '../../../server/alerts/event.js';
import { clientOptions, Mqtt } from '../../../server/alerts/mqtt.js';
import { Log } from '../../../server/log.js';
import type { AlertType } from '../../../server/protocol/messages.js';
import type { StationConfig } from '../../../server/stations/config.js';
import { eventually } from '../../support/until.js';
import { ManualClock } from '../../support/manual-clock.js';
import { listen, startBroker } from './broker.js';
import { station, StationList } from './station-list.js';

const CONFIG = 'homeassistant/device/livegenre_2f_a/config';
const SHOWN = { state: 'live', heard: 'music', genre: 'blues', p: 0.876, level: -12.34, nowPlaying: 'B.B. King' } as const;

interface Rig {
  readonly mqtt: Mqtt;
  readonly client: MqttClient;
  /** Resolves when the broker has acknowledged all messages so far. */
  acknowledged(): Promise<unknown>;
  readonly clock: ManualClock;
  readonly list: StationList;
  readonly open: Set<AlertType>;
  readonly events: Subject<AlertEvent>;
  readonly lines: string[];
  /** Resolves when this is logged. */
  logged(what: string): Promise<void>;
}

/** Closed after each test, also a failed one: a leftover client would reconnect forever. */
const owned: { close(): Promise<void> }[] = [];
const own = <T extends { close(): Promise<void> }>(each: T): T => (owned.push(each), each);

test.after.each(async () => {
  for (const each of owned.splice(0).reverse()) await each.close();
});

function start(url: string, ...stations: readonly StationConfig[]): Rig {
  const clock = new ManualClock();
  const list = new StationList(...stations);
  const open = new Set<AlertType>();
  const events = new Subject<AlertEvent>();
  const lines: string[] = [];
  let look = (): void => {};
  const log = new Log('debug', (line) => {
    lines.push((JSON.parse(line) as { what: string }).what);
    look();
  });
  const client = connect(url, { ...clientOptions('livegenre'), reconnectPeriod: 10 });
  const mqtt = own(new Mqtt({ url, prefix: 'livegenre', discovery: 'homeassistant', stations: list, openAlerts: () => [...open], event$: events, log, scheduler: clock, maxWaiting: 2 }, client));
  return {
    mqtt, client, clock, list, open, events, lines,
    acknowledged: () => client.publishAsync('marker', '', { qos: 1 }),
    logged: (what) => new Promise((resolve) => {
      look = () => {
        const index = lines.indexOf(what);
        if (index === -1) return;
        lines.splice(index, 1);
        look = () => {};
        resolve();
      };
      look();
    }),
  };
}

const CONNECTED = 'the MQTT broker is connected';
const DISCONNECTED = 'the MQTT broker is not connected; retrying';
const json = (text: string): unknown => JSON.parse(text);
const event = (kind: AlertEvent['kind']): AlertEvent => ({ id: 'x', station: { id: 'a', name: 'Radio A' }, type: 'down', kind, atMs: 0, fromMs: 0, toMs: null, sentence: 'Radio A: down.', rule: null, details: {} });

test('the broker retains station states, open alerts and the discovery of Home Assistant', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { mqtt, clock, list, open, acknowledged } = start(broker.url, station('a'));
  await listener.until(({ topic }) => topic === 'livegenre/a/alerts/down');
  await acknowledged();
  list.show('a', { ...SHOWN, tags: [['guitar', 0.9], ['mellow', 0.6]], mood: { lively: 0.2, happy: 0.4 } });
  clock.advance(1000);
  await listener.until(({ text }) => text.includes('B.B. King'));
  await acknowledged();
  open.add('down');
  clock.advance(1000);
  await listener.until(({ text }) => text === 'ON');
  const retained = await broker.retained();
  assert.equal(Object.keys(retained).sort(), [CONFIG, 'livegenre/a/alerts/dead-air', 'livegenre/a/alerts/down', 'livegenre/a/state', 'livegenre/status']);
  assert.equal(json(retained['livegenre/a/state']!), { state: 'live', genre: 'blues', p: 0.88, level: -12.3, nowPlaying: 'B.B. King', heard: 'music', tags: ['guitar', 'mellow'], lively: 0.2, happy: 0.4 });
  assert.equal([retained['livegenre/a/alerts/dead-air'], retained['livegenre/a/alerts/down'], retained['livegenre/status']], ['OFF', 'ON', 'online']);
  await mqtt.close();
  assert.is((await broker.retained())['livegenre/status'], 'offline');
  assert.is(clock.actions.length, 0, 'no timer is left');
});

test('a new level alone is published at most every 5 s, any other change within a second', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { clock, list, acknowledged } = start(broker.url, station('a'));
  list.show('a', SHOWN);
  const levels: number[] = [];
  await listener.until(({ topic }) => topic === 'livegenre/a/state');
  for (let second = 1; second <= 11; second++) {
    list.show('a', { level: -second, ...(second === 8 && { genre: 'jazz' }) });
    clock.advance(1000);
    await acknowledged();
  }
  await listener.client.publishAsync('end', '', { qos: 1 });
  await listener.until(({ topic }) => topic === 'end');
  for (const { topic, text } of listener.messages) if (topic === 'livegenre/a/state') levels.push((json(text) as { level: number }).level);
  assert.equal(levels.slice(-2), [-5, -8]);
  assert.equal(levels.length, 3);
});

test('events are published at once, and not retained', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { events, logged } = start(broker.url, station('a'));
  events.next(event('raised'));
  await logged(CONNECTED);
  events.next(event('recovered'));
  await listener.until(({ topic, text }) => topic === 'livegenre/a/event' && text.includes('down.recovered')); // the discovery message names all types
  const types = listener.messages.filter(({ topic }) => topic === 'livegenre/a/event').map(({ text }) => (json(text) as { type: string }).type);
  assert.equal(types, ['down.raised', 'down.recovered'], 'an event before the connection waits for it');
  assert.not('livegenre/a/event' in await broker.retained());
});

test('the topics of a removed station are cleared', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { list, acknowledged } = start(broker.url, station('a'), station('b'));
  await listener.until(({ topic }) => topic === 'livegenre/b/alerts/down');
  list.remove('a');
  await listener.until(({ topic, text }) => topic === CONFIG && text === '');
  await acknowledged();
  await eventually('nothing of it is left', async () => Object.keys(await broker.retained()).filter((topic) => topic.includes('/a/') || topic === CONFIG).length === 0);
});

test('the topics of a station removed while disconnected are cleared', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const before = start(broker.url, station('a'), station('b'));
  await listener.until(({ topic }) => topic === 'livegenre/b/alerts/down');
  await before.mqtt.close();
  const after = start(broker.url, station('b'));
  await listener.until(({ topic, text }) => topic === 'livegenre/a/state' && text === '');
  await after.acknowledged();
  const left = Object.keys(await broker.retained());
  assert.equal(left.filter((topic) => topic.includes('/a/') || topic === CONFIG), []);
  assert.ok(left.includes('livegenre/b/state'));
});

test('the alert topic of a removed rule is cleared', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { clock, list, acknowledged } = start(broker.url, station('a'));
  await listener.until(({ topic }) => topic === 'livegenre/a/alerts/down');
  await acknowledged();
  list.change(station('a', { rules: [{ type: 'down' }] }));
  clock.advance(1000);
  await listener.until(({ topic, text }) => topic === 'livegenre/a/alerts/dead-air' && text === '');
  await acknowledged();
  const retained = await broker.retained();
  assert.not('livegenre/a/alerts/dead-air' in retained);
  assert.equal((json(retained[CONFIG]!) as { components: Record<string, unknown> }).components['dead-air'], { platform: 'binary_sensor' });
});

test('the last will of a server that dies is offline', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { client } = start(broker.url);
  await listener.until(({ topic, text }) => topic === 'livegenre/status' && text === 'online');
  client.stream.destroy();
  await listener.until(({ topic, text }) => topic === 'livegenre/status' && text === 'offline');
});

test('a lost broker is logged once; after the reconnect it gets all states and the queued events', async () => {
  const first = own(await startBroker());
  const { client, clock, list, events, lines, logged, acknowledged } = start(first.url, station('a'), station('b'));
  await logged(CONNECTED);
  await acknowledged();
  await first.close();
  await logged(DISCONNECTED);
  for (let attempt = 0; attempt < 3; attempt++) await new Promise<void>((resolve) => client.once('close', () => resolve()));
  list.show('a', SHOWN);
  clock.advance(1000);
  for (const id of ['dropped', 'alert-2', 'alert-3']) events.next({ ...event('raised'), id });
  assert.equal(lines, []);
  const second = own(await startBroker({ port: first.port }));
  const listener = own(await listen(second.url));
  await listener.until(({ topic, text }) => topic === 'livegenre/a/event' && text.includes('alert-3'));
  const ids = listener.messages.filter(({ topic }) => topic === 'livegenre/a/event').map(({ text }) => (JSON.parse(text) as { id: string }).id);
  assert.equal(ids, ['alert-2', 'alert-3'], 'the oldest beyond the limit is dropped');
  // This broker acknowledges a message before it keeps it, and sends it on after that.
  for (const each of ['livegenre/a/state', 'livegenre/b/state', CONFIG]) await listener.until(({ topic }) => topic === each);
  const retained = await second.retained();
  assert.match(retained['livegenre/a/state']!, /blues/);
  assert.ok('livegenre/b/state' in retained, 'unchanged states are published again');
  assert.ok(CONFIG in retained);
  assert.equal(lines, [CONNECTED]);
});

test('a broker that refuses the connection is retried', async () => {
  let isWelcome = false;
  const broker = own(await startBroker({ authenticate: (_client, _name, _password, done) => done(null, isWelcome) }));
  const { logged } = start(broker.url, station('a'));
  await logged(DISCONNECTED);
  isWelcome = true;
  await logged(CONNECTED);
});

test('closing does not wait for an unreachable broker', async () => {
  const broker = await startBroker();
  await broker.close();
  const { mqtt, logged } = start(broker.url, station('a'));
  await logged(DISCONNECTED);
  await mqtt.close();
});

test.run();
