import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Alerts } from '../../../server/alerts/alerts.js';
import { eventJson, type AlertEvent, type OpenAlert } from '../../../server/alerts/event.js';
import type { StationConfig } from '../../../server/stations/config.js';
import { ManualClock } from '../../support/manual-clock.js';
import { stateEvent, predictionEvent } from './station-events.js';
import { station, StationList } from './station-list.js';

const QUIET = { state: 'silence', level: -80 } as const;
const DEAD_AIR = { type: 'dead-air', belowDb: -50, forS: 10, endAfterS: 2 };
const DOWN = { type: 'down', forS: 30 };

interface Rig {
  readonly clock: ManualClock;
  readonly list: StationList;
  readonly alerts: Alerts;
  readonly events: AlertEvent[];
  /** `KIND TYPE at SECONDS` of the events since the last call. */
  newEvents(): string[];
  /** Pushes consecutive seconds of audio, with the clock. */
  pushSeconds(id: string, ...seconds: readonly Parameters<typeof predictionEvent>[1][]): void;
}

function rig(stations: readonly StationConfig[], restored: readonly OpenAlert[] = [], isShared = false): Rig {
  const clock = new ManualClock();
  const list = new StationList(...stations);
  const alerts = new Alerts(clock, isShared);
  const events: AlertEvent[] = [];
  let asked = 0;
  alerts.event$.subscribe((event) => events.push(event));
  alerts.start(list, restored);
  return {
    clock, list, alerts, events,
    newEvents: () => events.slice(asked, asked = events.length).map(({ kind, type, atMs }) => `${kind} ${type} at ${atMs / 1000}`),
    pushSeconds: (id, ...seconds) => seconds.forEach((said) => {
      clock.advance(1000);
      list.happen(id, predictionEvent(clock.now(), said));
    }),
  };
}

const seconds = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each);
const open = (type: OpenAlert['type'], more: Partial<OpenAlert> = {}): OpenAlert => ({ id: `old-${type}`, stationId: 'a', stationName: 'Radio A', type, fromMs: -60_000, ...more });

test('an alert keeps one id from start to end, and is open in between', () => {
  const { list, alerts, events, newEvents, pushSeconds } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', stateEvent('live', 0));
  pushSeconds('a', ...seconds(15, QUIET));
  assert.equal(alerts.open('a'), ['dead-air']);
  pushSeconds('a', ...seconds(5, {}), ...seconds(10, QUIET));
  assert.equal(newEvents(), ['raised dead-air at 10', 'recovered dead-air at 17', 'raised dead-air at 30']);
  assert.is(events[0]!.id, events[1]!.id);
  assert.is.not(events[1]!.id, events[2]!.id);
  assert.is(events[0]!.sentence, 'Radio A: no sound above -50 dBFS for 10 s (level -80 dBFS).');
  assert.equal(events[0]!.rule, DEAD_AIR);
  assert.equal(alerts.open('b'), []);
});

test('an alert is raised by the clock when no events come', () => {
  const { list, clock, newEvents } = rig([station('a')]);
  list.happen('a', stateEvent('failing', 0, 'The server answers 404 Not Found.'));
  clock.advance(120_000);
  assert.equal(newEvents(), ['raised down at 30']);
});

test('stations are independent', () => {
  const { list, alerts, clock, pushSeconds } = rig([station('a'), station('b')]);
  list.happen('a', stateEvent('failing', 0));
  list.happen('b', stateEvent('live', 0));
  pushSeconds('b', ...seconds(60, QUIET));
  assert.equal([alerts.open('a'), alerts.open('b')], [['down'], ['dead-air']]);
  clock.advance(1);
});

test('an alert from before a restart continues: it ends once, under its id, and is not raised again', () => {
  const { list, alerts, clock, events, newEvents, pushSeconds } = rig([station('a')], [open('dead-air'), open('down')]);
  assert.equal(alerts.open('a'), ['dead-air', 'down']);
  list.happen('a', stateEvent('connecting', 0));
  clock.advance(60_000);
  list.happen('a', stateEvent('live', clock.now()));
  pushSeconds('a', ...seconds(20, QUIET), ...seconds(20, {}));
  assert.equal(newEvents(), ['recovered down at 70', 'recovered dead-air at 85']);
  assert.equal(events.map(({ id, fromMs }) => ({ id, fromMs })), [{ id: 'old-down', fromMs: -60_000 }, { id: 'old-dead-air', fromMs: -60_000 }]);
});

test('a restored alert without a station or rule ends at the start', () => {
  const { events, newEvents } = rig([station('a', { rules: [DOWN] })], [open('speech'), open('down', { id: 'gone', stationId: 'gone', stationName: 'Radio Gone' }), open('down'), open('down', { id: 'twice' })]);
  assert.equal(newEvents(), ['recovered speech at 0', 'recovered down at 0', 'recovered down at 0']);
  assert.equal(events.map(({ id }) => id), ['old-speech', 'gone', 'twice']);
  assert.is(events[1]!.sentence, 'Radio Gone: the alert (down) is over after 1 min, because its rule was removed.');
});

test('switching a station off ends its alerts, and it raises none', () => {
  const { list, alerts, clock, events, newEvents } = rig([station('a')]);
  list.happen('a', stateEvent('failing', 0));
  clock.advance(40_000);
  list.change(station('a', { enabled: false }));
  list.happen('a', stateEvent('stopped', clock.now()));
  clock.advance(600_000);
  assert.equal(newEvents(), ['raised down at 30', 'recovered down at 40']);
  assert.is(events[1]!.sentence, 'Radio A: the alert (down) is over after 40 s, because the station was switched off.');
  assert.equal(alerts.open('a'), []);
  list.happen('a', stateEvent('failing', clock.now()));
  clock.advance(60_000);
  assert.equal(newEvents(), ['raised down at 670'], 'and is evaluated again once it is switched on');
});

test('a new address ends the alerts and resets the rules', () => {
  const { list, clock, events, newEvents } = rig([station('a')]);
  list.happen('a', stateEvent('failing', 0));
  clock.advance(40_000);
  list.change(station('a', { url: 'http://127.0.0.1:2/' }));
  list.happen('a', stateEvent('stopped', 40_000), stateEvent('connecting', 40_000), stateEvent('failing', 41_000));
  clock.advance(40_000);
  assert.equal(newEvents(), ['raised down at 30', 'recovered down at 40', 'raised down at 70']);
  assert.match(events[1]!.sentence, /because the station has a new address\.$/);
});

test('a restored alert stays open while its station has not been started', () => {
  const list = new StationList(station('a'));
  list.show('a', { state: 'stopped' });
  const alerts = new Alerts(new ManualClock());
  alerts.start(list, [open('dead-air')]);
  assert.equal(alerts.open('a'), ['dead-air']);
  alerts.close();
});

test('a restored alert ends if its station was switched off in the meantime', () => {
  const list = new StationList(station('a', { enabled: false }));
  list.show('a', { state: 'stopped' });
  const alerts = new Alerts(new ManualClock());
  const events: AlertEvent[] = [];
  alerts.event$.subscribe((event) => events.push(event));
  alerts.start(list, [open('dead-air')]);
  assert.equal(events.map(({ id, kind }) => ({ id, kind })), [{ id: 'old-dead-air', kind: 'recovered' }]);
});

test('an unchanged rule keeps its state; the alert of a removed one ends', () => {
  const { list, alerts, newEvents, pushSeconds } = rig([station('a', { rules: [DEAD_AIR, { type: 'speech', forS: 5 }] })]);
  list.happen('a', stateEvent('live', 0));
  pushSeconds('a', ...seconds(5, { state: 'speech' as const }), ...seconds(8, QUIET));
  assert.equal(newEvents(), ['raised speech at 5']);
  list.change(station('a', { name: 'Radio Anew', rules: [DEAD_AIR] }));
  assert.equal(newEvents(), ['recovered speech at 13']);
  assert.equal(alerts.open('a'), []);
  pushSeconds('a', ...seconds(2, QUIET));
  assert.equal(newEvents(), ['raised dead-air at 15']);
});

test('after a change of thresholds an alert stays open until the new ones end it', () => {
  const { list, events, newEvents, pushSeconds } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', stateEvent('live', 0));
  pushSeconds('a', ...seconds(10, QUIET));
  list.change(station('a', { rules: [{ ...DEAD_AIR, belowDb: -90 }] }));
  pushSeconds('a', ...seconds(10, QUIET));
  assert.equal(newEvents(), ['raised dead-air at 10', 'recovered dead-air at 12']);
  assert.is(events[0]!.id, events[1]!.id);
});

test('an added rule knows the state of the station', () => {
  const { list, clock, newEvents } = rig([station('a', { rules: [] })]);
  list.happen('a', stateEvent('failing', 0));
  clock.advance(60_000);
  list.change(station('a', { rules: [DOWN] }));
  clock.advance(1000);
  assert.equal(newEvents(), ['raised down at 61']);
});

test('an added station is watched; the alerts of a removed one end', () => {
  const { list, clock, events, newEvents } = rig([]);
  list.add(station('a'));
  list.happen('a', stateEvent('failing', 0));
  clock.advance(31_000);
  list.remove('a');
  clock.advance(60_000);
  assert.equal(newEvents(), ['raised down at 30', 'recovered down at 31']);
  assert.match(events[1]!.sentence, /because the station was removed\.$/);
});

test('close leaves alerts open for the next start', () => {
  const { list, alerts, clock, newEvents } = rig([station('a')]);
  list.happen('a', stateEvent('failing', 0));
  clock.advance(31_000);
  newEvents();
  alerts.close();
  list.happen('a', stateEvent('stopped', clock.now()));
  clock.advance(60_000);
  assert.equal(newEvents(), []);
  assert.equal(clock.actions.length, 0, 'no timer is left');
});

test('an event has a JSON form with all fields', () => {
  const { list, events, pushSeconds } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', stateEvent('live', 0));
  pushSeconds('a', ...seconds(10, QUIET));
  assert.equal(JSON.parse(eventJson(events[0]!)), {
    type: 'dead-air.raised',
    id: events[0]!.id,
    at: '1970-01-01T00:00:10.000Z',
    from: '1970-01-01T00:00:00.000Z',
    to: null,
    station: { id: 'a', name: 'Radio A' },
    sentence: 'Radio A: no sound above -50 dBFS for 10 s (level -80 dBFS).',
    rule: DEAD_AIR,
    details: { levelDb: -80, belowDb: -50 },
  });
});

test('of several nodes one watches a station from when it takes it until it leaves it, and open alerts go on', () => {
  const a = station('a', { rules: [DOWN] });
  const { clock, list, alerts, events, newEvents } = rig([a, station('b', { rules: [DOWN] })], [], true);
  list.happen('a', stateEvent('failing', 0));
  clock.advance(100_000);
  list.change(a);
  clock.advance(100_000);
  assert.equal(newEvents(), []);
  alerts.take(a, [open('down')]);
  assert.equal(alerts.open('a'), ['down']);
  list.happen('a', stateEvent('live', 200_000));
  clock.advance(11_000);
  assert.equal(newEvents(), ['recovered down at 210']);
  assert.is(events[0]!.id, 'old-down');
  list.happen('a', stateEvent('failing', 211_000));
  clock.advance(40_000);
  assert.equal(newEvents(), ['raised down at 241']);
  alerts.leave('a');
  assert.equal(alerts.open('a'), []);
  list.happen('a', stateEvent('live', 251_000));
  clock.advance(60_000);
  list.remove('a');
  assert.equal(newEvents(), []);
});

test('open alerts that a slow store gives after the station was taken go on too, or end for a newer one', () => {
  const a = station('a', { rules: [DOWN] });
  const { clock, list, alerts, newEvents } = rig([a], [], true);
  alerts.take(a, []);
  list.happen('a', stateEvent('live', 0));
  clock.advance(5000);
  alerts.take(a, [open('down')]);
  assert.equal(alerts.open('a'), ['down']);
  clock.advance(6000);
  assert.equal(newEvents(), ['recovered down at 10']);
  list.happen('a', stateEvent('failing', 11_000));
  clock.advance(40_000);
  assert.equal(newEvents(), ['raised down at 41']);
  alerts.take(a, [open('down'), open('dead-air')]);
  assert.equal(newEvents(), ['recovered down at 51', 'recovered dead-air at 51']);
  assert.equal(alerts.open('a'), ['down']);
});

test('the id of an alert follows from station, rule and time, so that two nodes raise the same one', () => {
  const ids = ['a', 'a', 'b'].map((id) => {
    const { clock, list, events } = rig([station(id, { rules: [DOWN] })]);
    list.happen(id, stateEvent('failing', 0));
    clock.advance(31_000);
    return events[0]!.id;
  });
  assert.is(ids[0], ids[1]);
  assert.is.not(ids[0], ids[2]);
  assert.match(ids[0]!, /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
});

test.run();
