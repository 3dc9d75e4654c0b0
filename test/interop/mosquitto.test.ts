/** A real Mosquitto with passwords is told of stations and alerts, dies, and is told again. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { startAlerts } from '../../server/alerts/start.js';
import { Log } from '../../server/log.js';
import { withDefaults } from '../../server/settings.js';
import { stateEvent } from '../server/alerts/station-events.js';
import { station, StationList } from '../server/alerts/station-list.js';
import { Bench, freePort, interop, type Running } from './programs.js';
import { eventually } from '../support/until.js';
import { LOOPBACK } from '../support/loopback.js';

const test = interop('Mosquitto', ['mosquitto', 'mosquitto_passwd', 'mosquitto_sub']);

/** A broker that knows one user; what it retains is gone when it dies. */
class Mosquitto {
  readonly url: string;
  readonly #bench: Bench;
  readonly #port: number;
  readonly #config: string;

  constructor(bench: Bench, port: number) {
    this.#bench = bench;
    this.#port = port;
    this.url = `mqtt://radio:s3cret@127.0.0.1:${port}`;
    const passwords = join(bench.folder, 'passwords');
    assert.is(spawnSync('mosquitto_passwd', ['-b', '-c', passwords, 'radio', 's3cret']).status, 0);
    this.#config = join(bench.folder, 'mosquitto.conf');
    writeFileSync(this.#config, `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\nuser root\n`);
  }

  start(): Running {
    return this.#bench.start('mosquitto', ['-c', this.#config]);
  }

  /** By topic, as its own client reads it. */
  retained(): Record<string, string> {
    const { stdout } = spawnSync('mosquitto_sub', ['-p', String(this.#port), '-u', 'radio', '-P', 's3cret', '-t', '#', '--retained-only', '-F', '%t %p', '-W', '1'], { encoding: 'utf8' });
    return Object.fromEntries(stdout.split('\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  }
}

test('it retains stations and alerts, is told again after its death, and forgets a station that is removed', async () => {
  const bench = new Bench();
  const mosquitto = new Mosquitto(bench, await freePort());
  const first = mosquitto.start();
  const lines: string[] = [];
  const list = new StationList(station('one', { rules: [{ type: 'down', forS: 0 }] }), station('two'));
  const alerts = await startAlerts({ guard: LOOPBACK, settings: withDefaults({ mqtt: [mosquitto.url] }), log: new Log('info', (line) => lines.push(line)), stations: list });
  const config = 'homeassistant/device/livegenre_2f_one/config';
  try {
    await eventually('the station is there', () => config in mosquitto.retained(), { log: () => first.log + lines.join('') });
    list.happen('one', stateEvent('failing', Date.now(), 'The server answers 404 Not Found.'));
    await eventually('the alert is on', () => mosquitto.retained()['livegenre/one/alerts/down'] === 'ON');

    await first.stop();
    await eventually('its death is said', () => lines.some((line) => line.includes('the MQTT broker is away')));
    const second = mosquitto.start();
    await eventually('it is told again', () => mosquitto.retained()['livegenre/one/alerts/down'] === 'ON', { log: () => second.log });

    list.remove('one');
    await eventually('the station is forgotten', () => !Object.keys(mosquitto.retained()).some((topic) => topic === config || topic.startsWith('livegenre/one/')));
    const retained = mosquitto.retained();
    assert.is(retained['livegenre/status'], 'online');
    assert.ok('livegenre/two/state' in retained);
    assert.not.match(lines.join(''), /s3cret/);
    await alerts.close();
    assert.is(mosquitto.retained()['livegenre/status'], 'offline');
  } finally {
    await alerts.close();
    await bench.close();
  }
});

test.run();
