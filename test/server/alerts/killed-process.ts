/** Delivers one alert, fails to deliver another, prints "ready" and waits to be killed. */
import type { AlertEvent } from '../../../server/alerts/event.js';
import { Outbox } from '../../../server/alerts/outbox.js';
import { Webhooks } from '../../../server/alerts/webhooks.js';
import { Log } from '../../../server/log.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { LOOPBACK } from '../../support/loopback.js';

const [file, target] = process.argv.slice(2) as [string, string];
const event = (kind: AlertEvent['kind']): AlertEvent => ({ id: 'x', station: { id: 'a', name: 'Radio A' }, type: 'down', kind, atMs: 0, fromMs: 0, toMs: null, sentence: 'Radio A: down.', rule: null, details: {} });

const log = new Log('debug', (line) => {
  if (line.includes('; retrying')) process.stdout.write('ready\n');
});
const webhooks = new Webhooks({ outbox: await Outbox.open(new SqliteStore(() => openDatabase(file)).deliveries, log), secret: '', log, guard: LOOPBACK });
webhooks.send(event('raised'), [target]);
webhooks.send(event('recovered'), [target]);
