import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Alerts } from '../../../server/alerts/alerts.js';
import { eventJson, type AlertEvent, type OpenAlert } from '../../../server/alerts/event.js';
import type { StationConfig } from '../../../server/stations/config.js';
import { ManualClock } from '../manual-clock.js';
import { became, heard } from './station-events.js';
import { station, StationList } from './station-list.js';

const QUIET = { state: 'silence', level: -80 } as const;
const DEAD_AIR = { type: 'dead-air', belowDb: -50, forS: 10, endAfterS: 2 };
const DOWN = { type: 'down', forS: 30 };

interface Rig {
  readonly clock: ManualClock;
  readonly list: StationList;
  readonly alerts: Alerts;
  readonly events: AlertEvent[];
  /** `KIND TYPE at SECONDS`, since it was last asked. */
  said(): string[];
  /** Seconds of sound, one after the other, in time. */
  hear(id: string, ...seconds: readonly Parameters<typeof heard>[1][]): void;
}

function rig(stations: readonly StationConfig[], remembered: readonly OpenAlert[] = []): Rig {
  const clock = new ManualClock();
  const list = new StationList(...stations);
  const alerts = new Alerts(clock);
  const events: AlertEvent[] = [];
  let asked = 0;
  alerts.event$.subscribe((event) => events.push(event));
  alerts.start(list, remembered);
  return {
    clock, list, alerts, events,
    said: () => events.slice(asked, asked = events.length).map(({ kind, type, atMs }) => `${kind} ${type} at ${atMs / 1000}`),
    hear: (id, ...seconds) => seconds.forEach((said) => {
      clock.advance(1000);
      list.happen(id, heard(clock.now(), said));
    }),
  };
}

const seconds = <T>(count: number, each: T): T[] => Array.from({ length: count }, () => each);
const open = (type: OpenAlert['type'], more: Partial<OpenAlert> = {}): OpenAlert => ({ id: `old-${type}`, stationId: 'a', stationName: 'Radio A', type, fromMs: -60_000, ...more });

test('an alert has one id from when it is raised until it is over, and is open between', () => {
  const { list, alerts, events, said, hear } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', became('live', 0));
  hear('a', ...seconds(15, QUIET));
  assert.equal(alerts.open('a'), ['dead-air']);
  hear('a', ...seconds(5, {}), ...seconds(10, QUIET));
  assert.equal(said(), ['raised dead-air at 10', 'recovered dead-air at 17', 'raised dead-air at 30']);
  assert.is(events[0]!.id, events[1]!.id);
  assert.is.not(events[1]!.id, events[2]!.id);
  assert.is(events[0]!.sentence, 'Radio A: no sound above -50 dBFS for 10 s (level -80 dBFS).');
  assert.equal(events[0]!.rule, DEAD_AIR);
  assert.equal(alerts.open('b'), []);
});

test('the clock raises what nothing happens for', () => {
  const { list, clock, said } = rig([station('a')]);
  list.happen('a', became('failing', 0, 'The server answers 404 Not Found.'));
  clock.advance(120_000);
  assert.equal(said(), ['raised down at 30']);
});

test('stations are apart', () => {
  const { list, alerts, clock, hear } = rig([station('a'), station('b')]);
  list.happen('a', became('failing', 0));
  list.happen('b', became('live', 0));
  hear('b', ...seconds(60, QUIET));
  assert.equal([alerts.open('a'), alerts.open('b')], [['down'], ['dead-air']]);
  clock.advance(1);
});

test('an alert from before a restart goes on: it is over once, under its id, and not raised again', () => {
  const { list, alerts, clock, events, said, hear } = rig([station('a')], [open('dead-air'), open('down')]);
  assert.equal(alerts.open('a'), ['dead-air', 'down']);
  list.happen('a', became('connecting', 0));
  clock.advance(60_000);
  list.happen('a', became('live', clock.now()));
  hear('a', ...seconds(20, QUIET), ...seconds(20, {}));
  assert.equal(said(), ['recovered down at 70', 'recovered dead-air at 85']);
  assert.equal(events.map(({ id, fromMs }) => ({ id, fromMs })), [{ id: 'old-down', fromMs: -60_000 }, { id: 'old-dead-air', fromMs: -60_000 }]);
});

test('what was remembered and has no station or no rule any more is over at the start', () => {
  const { events, said } = rig([station('a', { rules: [DOWN] })], [open('speech'), open('down', { id: 'gone', stationId: 'gone', stationName: 'Radio Gone' }), open('down'), open('down', { id: 'twice' })]);
  assert.equal(said(), ['recovered speech at 0', 'recovered down at 0', 'recovered down at 0']);
  assert.equal(events.map(({ id }) => id), ['old-speech', 'gone', 'twice']);
  assert.is(events[1]!.sentence, 'Radio Gone: the alert (down) is over after 1 min, because its rule was removed.');
});

test('a station that is switched off ends its alerts and raises none', () => {
  const { list, alerts, clock, events, said } = rig([station('a')]);
  list.happen('a', became('failing', 0));
  clock.advance(40_000);
  list.change(station('a', { enabled: false }));
  list.happen('a', became('stopped', clock.now()));
  clock.advance(600_000);
  assert.equal(said(), ['raised down at 30', 'recovered down at 40']);
  assert.is(events[1]!.sentence, 'Radio A: the alert (down) is over after 40 s, because the station was switched off.');
  assert.equal(alerts.open('a'), []);
  list.happen('a', became('failing', clock.now()));
  clock.advance(60_000);
  assert.equal(said(), ['raised down at 670'], 'and is followed again when it is switched on');
});

test('a new address is a new beginning', () => {
  const { list, clock, events, said } = rig([station('a')]);
  list.happen('a', became('failing', 0));
  clock.advance(40_000);
  list.change(station('a', { url: 'http://127.0.0.1:2/' }));
  list.happen('a', became('stopped', 40_000), became('connecting', 40_000), became('failing', 41_000));
  clock.advance(40_000);
  assert.equal(said(), ['raised down at 30', 'recovered down at 40', 'raised down at 70']);
  assert.match(events[1]!.sentence, /because the station has a new address\.$/);
});

test('one that is not started yet is not switched off', () => {
  const list = new StationList(station('a'));
  list.show('a', { state: 'stopped' });
  const alerts = new Alerts(new ManualClock());
  alerts.start(list, [open('dead-air')]);
  assert.equal(alerts.open('a'), ['dead-air']);
  alerts.close();
});

test('one that was switched off while the server was away, too', () => {
  const list = new StationList(station('a', { enabled: false }));
  list.show('a', { state: 'stopped' });
  const alerts = new Alerts(new ManualClock());
  const events: AlertEvent[] = [];
  alerts.event$.subscribe((event) => events.push(event));
  alerts.start(list, [open('dead-air')]);
  assert.equal(events.map(({ id, kind }) => ({ id, kind })), [{ id: 'old-dead-air', kind: 'recovered' }]);
});

test('a rule that stays the same keeps its state; one that is removed ends its alert', () => {
  const { list, alerts, said, hear } = rig([station('a', { rules: [DEAD_AIR, { type: 'speech', forS: 5 }] })]);
  list.happen('a', became('live', 0));
  hear('a', ...seconds(5, { state: 'speech' as const }), ...seconds(8, QUIET));
  assert.equal(said(), ['raised speech at 5']);
  list.change(station('a', { name: 'Radio Anew', rules: [DEAD_AIR] }));
  assert.equal(said(), ['recovered speech at 13']);
  assert.equal(alerts.open('a'), []);
  hear('a', ...seconds(2, QUIET));
  assert.equal(said(), ['raised dead-air at 15']);
});

test('an alert of a rule with new figures goes on until these say that it is over', () => {
  const { list, events, said, hear } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', became('live', 0));
  hear('a', ...seconds(10, QUIET));
  list.change(station('a', { rules: [{ ...DEAD_AIR, belowDb: -90 }] }));
  hear('a', ...seconds(10, QUIET));
  assert.equal(said(), ['raised dead-air at 10', 'recovered dead-air at 12']);
  assert.is(events[0]!.id, events[1]!.id);
});

test('a rule that is added knows how the station is doing', () => {
  const { list, clock, said } = rig([station('a', { rules: [] })]);
  list.happen('a', became('failing', 0));
  clock.advance(60_000);
  list.change(station('a', { rules: [DOWN] }));
  clock.advance(1000);
  assert.equal(said(), ['raised down at 61']);
});

test('a station that is added is followed, one that is removed ends its alerts', () => {
  const { list, clock, events, said } = rig([]);
  list.add(station('a'));
  list.happen('a', became('failing', 0));
  clock.advance(31_000);
  list.remove('a');
  clock.advance(60_000);
  assert.equal(said(), ['raised down at 30', 'recovered down at 31']);
  assert.match(events[1]!.sentence, /because the station was removed\.$/);
});

test('close ends nothing: alerts go on after a restart', () => {
  const { list, alerts, clock, said } = rig([station('a')]);
  list.happen('a', became('failing', 0));
  clock.advance(31_000);
  said();
  alerts.close();
  list.happen('a', became('stopped', clock.now()));
  clock.advance(60_000);
  assert.equal(said(), []);
  assert.equal(clock.actions.length, 0, 'no timer is left');
});

test('programs are told the whole of it as JSON', () => {
  const { list, events, hear } = rig([station('a', { rules: [DEAD_AIR] })]);
  list.happen('a', became('live', 0));
  hear('a', ...seconds(10, QUIET));
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

test.run();
