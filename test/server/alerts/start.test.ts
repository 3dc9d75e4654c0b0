import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OpenAlert } from '../../../server/alerts/event.js';
import { startAlerts, type AlertsOptions, type RunningAlerts } from '../../../server/alerts/start.js';
import { Log } from '../../../server/log.js';
import { withDefaults, type Settings } from '../../../server/settings.js';
import type { DeliveryStore } from '../../../server/store/deliveries.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { ManualClock } from '../../support/manual-clock.js';
import { listen, startBroker } from './broker.js';
import { stateEvent } from './station-events.js';
import { receive, status } from './receiver.js';
import { station, StationList } from './station-list.js';
import { LOOPBACK } from '../../support/loopback.js';

interface Rig {
  readonly alerts: RunningAlerts;
  readonly clock: ManualClock;
  readonly list: StationList;
  readonly lines: { level: string; what: string; [field: string]: unknown }[];
}

async function start(settings: Partial<Settings>, list: StationList, more: { deliveries?: DeliveryStore; restored?: readonly OpenAlert[]; recordAlert?: AlertsOptions['recordAlert']; startMs?: number } = {}): Promise<Rig> {
  const clock = new ManualClock();
  clock.frame = more.startMs ?? 0;
  const lines: Rig['lines'] = [];
  const log = new Log('info', (line) => lines.push(JSON.parse(line) as Rig['lines'][number]));
  return { clock, list, lines, alerts: await startAlerts({ guard: LOOPBACK, settings: withDefaults(settings), log, stations: list, scheduler: clock, ...more }) };
}

test('an alert is recorded, logged and sent to the webhooks of the server and of the station', async () => {
  const all = await receive();
  const own = await receive();
  const restored: string[] = [];
  const list = new StationList(station('a', { webhooks: [own.url] }), station('b'));
  const { alerts, clock, lines } = await start({ webhooks: [all.url] }, list, { recordAlert: async ({ station: { id }, kind }, deliveries) => restored.push(`${id} ${kind} for ${deliveries.map(({ target }) => (target === own.url ? 'own' : 'all')).join()}`) > 0 });
  list.happen('a', stateEvent('failing', 0));
  list.happen('b', stateEvent('failing', 0));
  clock.advance(30_000);
  assert.equal(restored, ['a raised for all,own', 'b raised for all']);
  assert.equal(alerts.open('a'), ['down']);
  assert.equal(lines.map(({ level, what, stream, type, kind }) => ({ level, what, stream, type, kind }))[0], { level: 'warn', what: 'Radio A: down for 30 s. No audio arrives.', stream: 'a', type: 'down', kind: 'raised' });
  await Promise.all([all.untilGot(2), own.untilGot(1)]);
  assert.equal(own.got.map(({ type, body }) => [type, (JSON.parse(body) as { station: { id: string } }).station.id]), [['down.raised', 'a']]);
  await alerts.close();
  assert.is(clock.actions.length, 0, 'no timer is left');
  await Promise.all([all.close(), own.close()]);
});

test('after a change of webhooks events go to the new ones, the removal of the station included', async () => {
  const before = await receive();
  const after = await receive();
  const list = new StationList(station('a', { webhooks: [before.url] }));
  const { alerts, clock } = await start({}, list);
  list.change(station('a', { webhooks: [after.url] }));
  list.happen('a', stateEvent('failing', 0));
  clock.advance(30_000);
  await after.untilGot(1);
  list.remove('a');
  await after.untilGot(2);
  assert.equal([before.got.length, after.got.map(({ type }) => type)], [0, ['down.raised', 'down.recovered']]);
  await alerts.close();
  await Promise.all([before.close(), after.close()]);
});

test('restored alerts continue, and a failing store does not prevent delivery', async () => {
  const receiver = await receive();
  const list = new StationList(station('a'));
  const { alerts, clock, lines } = await start({ webhooks: [receiver.url] }, list, {
    restored: [{ id: 'old', stationId: 'a', stationName: 'Radio A', type: 'down', fromMs: -60_000 }],
    recordAlert: async () => {
      throw new Error('disk full');
    },
  });
  list.happen('a', stateEvent('live', 0));
  clock.advance(11_000);
  await receiver.untilGot(1);
  assert.is(receiver.got[0]!.headers['webhook-id'], 'old-recovered');
  assert.ok(lines.some(({ what }) => what === 'an alert could not be recorded'));
  await alerts.close();
  await receiver.close();
});

test('alerts are published over MQTT', async () => {
  const broker = await startBroker();
  const listener = await listen(broker.url);
  const list = new StationList(station('a'));
  const { alerts, clock } = await start({ mqtt: [broker.url], mqttTopic: 'radios/here', mqttDiscovery: 'ha' }, list);
  await listener.until(({ topic }) => topic === 'radios/here/a/alerts/down');
  await listener.until(({ topic }) => topic === 'ha/device/radios_2f_here_2f_a/config');
  list.happen('a', stateEvent('failing', 0));
  clock.advance(31_000);
  const { text } = await listener.until(({ topic }) => topic === 'radios/here/a/event');
  assert.is((JSON.parse(text) as { type: string }).type, 'down.raised');
  await alerts.close();
  await listener.until(({ topic, text: said }) => topic === 'radios/here/status' && said === 'offline');
  await listener.close();
  await broker.close();
});

test('invalid settings are refused at the start with a message', async () => {
  const list = new StationList();
  for (const [settings, wanted] of [
    [{ mqttTopic: 'a/#' }, /^--mqtt-topic must be an MQTT topic without wildcards.*"a\/#"/],
    [{ mqttDiscovery: '/ha' }, /^--mqtt-discovery must be/],
    [{ webhookSecret: 'whsec_!' }, /^--webhook-secret begins with whsec_/],
  ] as const) {
    try {
      await start(settings, list);
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, wanted);
    }
  }
});

test('a killed process loses no delivery, and repeats none that was answered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  const file = join(folder, 'livegenre.db');
  const receiver = await receive();
  receiver.answer = (response, { type }) => response.writeHead(type === 'down.raised' ? 200 : 500).end();
  const child = spawn(process.execPath, [fileURLToPath(new URL('./killed-process.js', import.meta.url)), file, receiver.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  await receiver.untilGot(2);
  // It prints a line once the answer is saved.
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');

  receiver.answer = status(200);
  const store = new SqliteStore(() => openDatabase(file));
  const { alerts } = await start({ webhooks: [receiver.url] }, new StationList(), { deliveries: store.deliveries, startMs: Date.now() + 60_000 });
  await receiver.untilGot(3);
  assert.equal(receiver.got.map(({ type }) => type), ['down.raised', 'down.recovered', 'down.recovered']);
  await alerts.close();
  await store.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

test.run();
