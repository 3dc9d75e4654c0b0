import { connect, type MqttClient } from 'mqtt';
import { Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AlertEvent } from '../../../server/alerts/event.js';
import { clientOptions, Mqtt } from '../../../server/alerts/mqtt.js';
import { Log } from '../../../server/log.js';
import type { AlertType } from '../../../server/protocol/messages.js';
import type { StationConfig } from '../../../server/stations/config.js';
import { ManualClock } from '../manual-clock.js';
import { listen, startBroker } from './broker.js';
import { station, StationList } from './station-list.js';

const CONFIG = 'homeassistant/device/livegenre_2f_a/config';
const SHOWN = { state: 'live', heard: 'music', genre: 'blues', p: 0.876, level: -12.34, nowPlaying: 'B.B. King' } as const;

interface Rig {
  readonly mqtt: Mqtt;
  readonly client: MqttClient;
  /** Resolves when the broker has taken all that was said. */
  taken(): Promise<unknown>;
  readonly clock: ManualClock;
  readonly list: StationList;
  readonly open: Set<AlertType>;
  readonly events: Subject<AlertEvent>;
  readonly lines: string[];
  /** Resolves when the log says this. */
  said(what: string): Promise<void>;
}

/** Ended after each test, however it went: a client that is left would connect for ever. */
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
  const mqtt = own(new Mqtt({ url, prefix: 'livegenre', discovery: 'homeassistant', stations: list, openAlerts: () => [...open], event$: events, log, scheduler: clock }, client));
  return {
    mqtt, client, clock, list, open, events, lines,
    taken: () => client.publishAsync('marker', '', { qos: 1 }),
    said: (what) => new Promise((resolve) => {
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
const AWAY = 'the MQTT broker is away; it is connected to again and again';
const json = (text: string): unknown => JSON.parse(text);
const event = (kind: AlertEvent['kind']): AlertEvent => ({ id: 'x', station: { id: 'a', name: 'Radio A' }, type: 'down', kind, atMs: 0, fromMs: 0, toMs: null, sentence: 'Radio A: down.', rule: null, details: {} });

test('the broker retains how each station is doing, which alerts are on, and what Home Assistant needs', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { mqtt, clock, list, open, taken } = start(broker.url, station('a'));
  await listener.until(({ topic }) => topic === 'livegenre/a/alerts/down');
  await taken();
  list.show('a', SHOWN);
  clock.advance(1000);
  await listener.until(({ text }) => text.includes('B.B. King'));
  await taken();
  open.add('down');
  clock.advance(1000);
  await listener.until(({ text }) => text === 'ON');
  const retained = await broker.retained();
  assert.equal(Object.keys(retained).sort(), [CONFIG, 'livegenre/a/alerts/dead-air', 'livegenre/a/alerts/down', 'livegenre/a/state', 'livegenre/status']);
  assert.equal(json(retained['livegenre/a/state']!), { state: 'live', genre: 'blues', p: 0.88, level: -12.3, nowPlaying: 'B.B. King', heard: 'music' });
  assert.equal([retained['livegenre/a/alerts/dead-air'], retained['livegenre/a/alerts/down'], retained['livegenre/status']], ['OFF', 'ON', 'online']);
  await mqtt.close();
  assert.is((await broker.retained())['livegenre/status'], 'offline');
  assert.is(clock.actions.length, 0, 'no timer is left');
});

test('a level alone is said every 5 s at most, anything else within a second', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { clock, list, taken } = start(broker.url, station('a'));
  list.show('a', SHOWN);
  const levels: number[] = [];
  await listener.until(({ topic }) => topic === 'livegenre/a/state');
  for (let second = 1; second <= 11; second++) {
    list.show('a', { level: -second, ...(second === 8 && { genre: 'jazz' }) });
    clock.advance(1000);
    await taken();
  }
  await listener.client.publishAsync('end', '', { qos: 1 });
  await listener.until(({ topic }) => topic === 'end');
  for (const { topic, text } of listener.messages) if (topic === 'livegenre/a/state') levels.push((json(text) as { level: number }).level);
  assert.equal(levels.slice(-2), [-5, -8]);
  assert.equal(levels.length, 3);
});

test('events are told as they happen, and not retained', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { events, said } = start(broker.url, station('a'));
  events.next(event('raised'));
  await said(CONNECTED);
  events.next(event('recovered'));
  await listener.until(({ text }) => text.includes('down.recovered'));
  const told = listener.messages.filter(({ topic }) => topic === 'livegenre/a/event').map(({ text }) => (json(text) as { type: string }).type);
  assert.equal(told, ['down.raised', 'down.recovered'], 'one that came before the broker waits for it');
  assert.not('livegenre/a/event' in await broker.retained());
});

test('a station that is removed leaves nothing behind', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { list, taken } = start(broker.url, station('a'), station('b'));
  await listener.until(({ topic }) => topic === 'livegenre/b/alerts/down');
  list.remove('a');
  await listener.until(({ topic, text }) => topic === CONFIG && text === '');
  await taken();
  assert.equal(Object.keys(await broker.retained()).filter((topic) => topic.includes('/a/') || topic === CONFIG), []);
});

test('nor does one that was removed while the server or the broker was away', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const before = start(broker.url, station('a'), station('b'));
  await listener.until(({ topic }) => topic === 'livegenre/b/alerts/down');
  await before.mqtt.close();
  const after = start(broker.url, station('b'));
  await listener.until(({ topic, text }) => topic === 'livegenre/a/state' && text === '');
  await after.taken();
  const left = Object.keys(await broker.retained());
  assert.equal(left.filter((topic) => topic.includes('/a/') || topic === CONFIG), []);
  assert.ok(left.includes('livegenre/b/state'));
});

test('a rule that is removed takes its alert away', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { clock, list, taken } = start(broker.url, station('a'));
  await listener.until(({ topic }) => topic === 'livegenre/a/alerts/down');
  await taken();
  list.change(station('a', { rules: [{ type: 'down' }] }));
  clock.advance(1000);
  await listener.until(({ topic, text }) => topic === 'livegenre/a/alerts/dead-air' && text === '');
  await taken();
  const retained = await broker.retained();
  assert.not('livegenre/a/alerts/dead-air' in retained);
  assert.equal((json(retained[CONFIG]!) as { components: Record<string, unknown> }).components['dead-air'], { platform: 'binary_sensor' });
});

test('a server that dies is offline by its last will', async () => {
  const broker = own(await startBroker());
  const listener = own(await listen(broker.url));
  const { client } = start(broker.url);
  await listener.until(({ topic, text }) => topic === 'livegenre/status' && text === 'online');
  client.stream.destroy();
  await listener.until(({ topic, text }) => topic === 'livegenre/status' && text === 'offline');
});

test('a broker that is away is said once; when it is back it is told all of it, and what happened meanwhile', async () => {
  const first = own(await startBroker());
  const { client, clock, list, events, lines, said, taken } = start(first.url, station('a'), station('b'));
  await said(CONNECTED);
  await taken();
  await first.close();
  await said(AWAY);
  for (let attempt = 0; attempt < 3; attempt++) await new Promise<void>((resolve) => client.once('close', () => resolve()));
  list.show('a', SHOWN);
  clock.advance(1000);
  events.next(event('raised'));
  assert.equal(lines, []);
  const second = own(await startBroker({ port: first.port }));
  const listener = own(await listen(second.url));
  await listener.until(({ topic }) => topic === 'livegenre/a/event');
  await taken();
  const retained = await second.retained();
  assert.match(retained['livegenre/a/state']!, /blues/);
  assert.ok('livegenre/b/state' in retained, 'also what has not changed');
  assert.ok(CONFIG in retained);
  assert.equal(lines, [CONNECTED]);
});

test('a broker that refuses is asked again', async () => {
  let isWelcome = false;
  const broker = own(await startBroker({ authenticate: (_client, _name, _password, done) => done(null, isWelcome) }));
  const { said } = start(broker.url, station('a'));
  await said(AWAY);
  isWelcome = true;
  await said(CONNECTED);
});

test('closing doesn’t wait for a broker that isn’t there', async () => {
  const broker = await startBroker();
  await broker.close();
  const { mqtt, said } = start(broker.url, station('a'));
  await said(AWAY);
  await mqtt.close();
});

test.run();
